"""Principal component analysis at levels 3 and 4: cleaning, scores, reconstruction."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Matrix = npt.NDArray[np.float64]


def _rows(rng: Random, size: int) -> list[list[float]]:
    rows = []
    for _ in range(size):
        first, second = rng.gauss(0.0, 6.0), rng.gauss(0.0, 2.5)
        third = first - second + rng.gauss(0.0, 1.0)
        rows.append([round(v, 2) for v in (first, 100.0 + second, third)])
    return rows


def _survey(rng: Random, size: int) -> Args:
    frame = pd.DataFrame(_rows(rng, size), columns=["a", "b", "c"])
    frame["d"] = 7.0
    frame["town"] = "Évora"
    if size > 6:
        frame.loc[rng.randint(0, size - 1), "b"] = np.nan
    return (frame,)


def _survey_edges(rng: Random) -> list[Args]:
    gap = np.nan
    some = numbers(rng, 4)
    return [
        (pd.DataFrame({"a": some, "t": ["x", "y", "z", "w"]}),),
        (pd.DataFrame({"a": some, "b": [1.0, gap, 3.0, 8.0]}, index=[5, 5, 6, 7]),),
        (pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [5.0, 5.0, gap], "c": [3.0, 9.0, some[0]]}),),
        (pd.DataFrame({"a": [gap, 1.0], "b": [2.0, some[0]]}),),
        (pd.DataFrame({"t": ["x", "y"]}),),
        (pd.DataFrame({"n": [1, 2, 4, 9], "a": some, "flat": [0.0, 0.0, 0.0, 0.0]}),),
    ]


def _survey_oracle(df: pd.DataFrame) -> object:
    known = df.select_dtypes("number").dropna()
    varied = [name for name in known if known[name].nunique() > 1]
    if not varied:
        return {}
    scaled = StandardScaler().fit_transform(known[varied].to_numpy(dtype=float))
    model = PCA(1, svd_solver="full").fit(scaled)
    loadings = np.abs(model.components_[0])
    return {name: float(v) for name, v in zip(varied, loadings, strict=True)}


_LOADINGS = advanced(
    "loadings",
    3,
    doc="Return the absolute loadings of the first component.",
    ask=text(
        en="""Which columns make up the first principal component? Of the DataFrame `df` keep the
        numeric columns, drop every row in which one of these has a NaN, then drop the columns that
        are constant in the remaining rows. Standardise what is left (subtract the mean, divide by
        the standard deviation) and compute the first principal axis, of length 1. Return a
        dictionary from the name of each kept column to the absolute value of its entry in that
        axis. It is empty when no column is left. The first axis is always clearly ahead of the
        second, except for a single column.""",
        pt="""Quais colunas formam a primeira componente principal? Do DataFrame `df`, fique com as
        colunas numéricas, descarte toda linha em que uma delas tem NaN e depois descarte as colunas
        que são constantes nas linhas restantes. Padronize o que sobrou (subtraia a média, divida
        pelo desvio padrão) e calcule o primeiro eixo principal, de comprimento 1. Retorne um
        dicionário do nome de cada coluna mantida para o valor absoluto da sua entrada nesse eixo.
        Ele fica vazio quando não sobra coluna nenhuma. O primeiro eixo está sempre claramente à
        frente do segundo, exceto quando há uma só coluna.""",
    ),
    signature="def loadings(df: pd.DataFrame) -> dict[str, float]:",
    ordinary=_survey,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    known = df.select_dtypes("number").dropna()
    known = known.loc[:, known.nunique() > 1]
    if known.empty:
        return {}
    z = ((known - known.mean()) / known.std()).to_numpy()
    axis = np.linalg.eigh(z.T @ z)[1][:, -1]
    return {name: abs(float(v)) for name, v in zip(known.columns, axis)}
    """,
    edges=_survey_edges,
    oracle=_survey_oracle,
    compare=None,
)


def _images(rng: Random, size: int) -> Args:
    return np.array(_rows(rng, size)), rng.randint(1, 2)


def _image_edges(rng: Random) -> list[Args]:
    x = np.array(_rows(rng, 5))
    gap = x.copy()
    gap[3, 1] = np.nan
    return [
        (x, 0),
        (x, 3),
        (gap, 1),
        (x[:1], 1),
        (np.array([[np.nan, 1.0]]), 1),
        (np.array([[1.0, 2.0], [2.0, 4.0], [4.0, 8.0], [5.0, 10.0]]) * rng.randint(1, 9), 1),
    ]


def _image_oracle(x: Matrix, k: int) -> object:
    result = np.full(len(x), np.nan)
    known = ~np.isnan(x).any(axis=1)
    kept = x[known]
    if len(kept) == 0:
        return result
    if k == 0 or len(kept) <= k:
        back = np.tile(kept.mean(axis=0), (len(kept), 1)) if k == 0 else kept
    else:
        model = PCA(k, svd_solver="full").fit(kept)
        back = model.inverse_transform(model.transform(kept))
    result[known] = np.sqrt(((kept - back) ** 2).sum(axis=1))
    return result


_DISTANCES = advanced(
    "reconstruction",
    4,
    doc="Return how far each row lies from its reconstruction.",
    ask=text(
        en="""Measure how well `k` principal components describe each row of the numpy array `x` of
        shape (n, p). Compute mean and principal axes from the rows without NaN only. The
        reconstruction of a row is the mean plus its deviation from the mean projected on the first
        k axes (k = 0: the mean itself; k = p: the row itself). Return an array of shape (n,): the
        Euclidean distance between each row and its reconstruction, NaN for a row with NaN. There
        may be thousands of rows: decompose a p x p or an n x p matrix, never an n x n one.""",
        pt="""Meça quão bem `k` componentes principais descrevem cada linha do array numpy `x` de
        forma (n, p). Calcule a média e os eixos principais só com as linhas sem NaN. A reconstrução
        de uma linha é a média mais o desvio dela em relação à média projetado nos primeiros k eixos
        (k = 0: a própria média; k = p: a própria linha). Retorne um array de forma (n,): a
        distância euclidiana entre cada linha e a sua reconstrução, NaN para uma linha com NaN. Pode
        haver milhares de linhas: decomponha uma matriz p x p ou n x p, nunca uma n x n.""",
    ),
    signature="def distances(x: np.ndarray, k: int) -> np.ndarray:",
    ordinary=_images,
    imports="import numpy as np",
    body="""
    result = np.full(len(x), np.nan)
    known = ~np.isnan(x).any(axis=1)
    if known.any():
        gaps = x[known] - x[known].mean(axis=0)
        axes = np.linalg.eigh(gaps.T @ gaps)[1][:, ::-1][:, :k]
        rest = gaps - gaps @ axes @ axes.T
        result[known] = np.sqrt((rest**2).sum(axis=1))
    return result
    """,
    edges=_image_edges,
    oracle=_image_oracle,
    compare=None,
)


def _positions(rng: Random, size: int) -> Args:
    return ([row[:2] for row in _rows(rng, size)],)


def _ellipse_oracle(places: list[list[float]]) -> object:
    if len(places) < 2:
        return 0.0, 0.0
    spread = np.linalg.svd(np.array(places) - np.mean(places, axis=0), compute_uv=False)
    long, short = spread / np.sqrt(len(places) - 1.0)
    return float(long), float(short)


_ELLIPSE = advanced(
    "ellipse",
    3,
    heldout=True,
    doc="Return the half-axes of the ellipse that describes a cloud.",
    ask=text(
        en="""A cloud of `places`, each [east, north], is summarised by an ellipse whose two
        half-axes are the standard deviations (with n - 1) along the two principal directions. They
        are the roots of the two solutions of v**2 - (a + c) * v + (a * c - b * b) = 0, with the
        variances a of east and c of north and their covariance b, all with n - 1. Give the pair
        (longer, shorter). Rounding may make a solution slightly negative: treat it as zero. Fewer
        than two places give (0.0, 0.0).""",
        pt="""Uma nuvem de lugares `places`, cada um [leste, norte], é resumida por uma elipse cujos
        dois semieixos são os desvios padrão (com n - 1) nas duas direções principais. Eles são as
        raízes quadradas das duas soluções de v**2 - (a + c) * v + (a * c - b * b) = 0, com as
        variâncias a do leste e c do norte e a covariância b delas, todas com n - 1. Dê o par
        (maior, menor). O arredondamento pode deixar uma solução um pouco negativa: trate-a como
        zero. Menos de dois lugares dão (0.0, 0.0).""",
    ),
    signature="def ellipse(places: list[list[float]]) -> tuple[float, float]:",
    ordinary=_positions,
    imports="import math",
    body="""
    n = len(places)
    if n < 2:
        return 0.0, 0.0
    east, north = zip(*places)
    us = [value - sum(east) / n for value in east]
    vs = [value - sum(north) / n for value in north]
    a = sum(u * u for u in us) / (n - 1)
    b = sum(u * v for u, v in zip(us, vs)) / (n - 1)
    c = sum(v * v for v in vs) / (n - 1)
    half = math.hypot(a - c, 2 * b) / 2
    middle = (a + c) / 2
    return math.sqrt(middle + half), math.sqrt(max(middle - half, 0.0))
    """,
    edges=lambda rng: [
        ([],),
        ([numbers(rng, 2)],),
        ([[0.0, 1.0], [0.0, 1.0], [4.0, 1.0]],),
        ([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], numbers(rng, 2)],),
        ([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]],),
    ],
    oracle=_ellipse_oracle,
)

ADVANCED: tuple[Variant, ...] = (_LOADINGS, _DISTANCES, _ELLIPSE)
