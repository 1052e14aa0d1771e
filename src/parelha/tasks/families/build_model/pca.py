"""Principal component analysis, with answers that do not depend on the sign of an axis."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import PCA

from parelha.tasks.draws import numbers
from parelha.tasks.families.build_model import pca_advanced, pca_heldout
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Matrix = npt.NDArray[np.float64]


def _cloud(rng: Random, size: int, num_columns: int = 0) -> Matrix:
    """Points that vary most along one direction, and less and less along the others."""
    num_columns = num_columns or rng.randint(2, 3)
    slope = rng.uniform(0.5, 2.0)
    rows = []
    for _ in range(size):
        first = rng.uniform(-9.0, 9.0)
        rows.append([first, slope * first + rng.gauss(0.0, 2.0), rng.gauss(1.0, 0.5)][:num_columns])
    return np.round(np.array(rows), 1)


def _gap(x: Matrix) -> Matrix:
    x = x.copy()
    x[1, 0] = np.nan
    return x


def _covariance_oracle(rows: list[list[float] | None]) -> object:
    known = [row for row in rows if row is not None]
    if len(known) < 2:
        return [[0.0, 0.0], [0.0, 0.0]]
    found = np.cov(np.array(known).T)
    return [[float(v) for v in row] for row in found]


_COVARIANCE = levels(
    "covariance",
    doc="Return the sample covariance matrix of points in the plane.",
    ask=text(
        en="""PCA begins with the covariance matrix. For `points`, a list of [x, y], return [[var_x,
        cov], [cov, var_y]] with the sample variances and covariance: sums of products of deviations
        from the means, divided by n - 1.""",
        pt="""A PCA começa pela matriz de covariância. Para `points`, uma lista de [x, y], retorne
        [[var_x, cov], [cov, var_y]] com as variâncias e a covariância amostrais: somas dos produtos
        dos desvios em relação às médias, divididas por n - 1.""",
    ),
    signature="def covariance(points: list[list[float]]) -> list[list[float]]:",
    ordinary=lambda rng, size: (_cloud(rng, size, 2).tolist(),),
    easy=Level(
        contract=text("Two points or more are given.", "São dados dois pontos ou mais."),
        body="""
        columns = list(zip(*points))
        means = [sum(column) / len(points) for column in columns]
        rows = [[a - mean for a in own] for own, mean in zip(columns, means)]
        return [
            [sum(a * b for a, b in zip(u, v)) / (len(points) - 1) for v in rows]
            for u in rows
        ]
        """,
        edges=lambda rng: [
            ([numbers(rng, 2), numbers(rng, 2)],),
            ([[1.0, 4.0], [2.0, 4.0], [4.0, 4.0], numbers(rng, 2)],),
        ],
    ),
    hard=Level(
        signature="def covariance(points: list[list[float] | None]) -> list[list[float]]:",
        contract=text(
            en="""Points that are None are skipped; with fewer than two points left, all four
            numbers are 0.0.""",
            pt="""Pontos iguais a None são pulados; se sobram menos de dois pontos, os quatro
            números são 0.0.""",
        ),
        body="""
        known = [point for point in points if point is not None]
        if len(known) < 2:
            return [[0.0, 0.0], [0.0, 0.0]]
        columns = list(zip(*known))
        means = [sum(column) / len(known) for column in columns]
        rows = [[a - mean for a in own] for own, mean in zip(columns, means)]
        return [
            [sum(a * b for a, b in zip(u, v)) / (len(known) - 1) for v in rows]
            for u in rows
        ]
        """,
        edges=lambda rng: [
            ([],),
            ([None, numbers(rng, 2)],),
            ([numbers(rng, 2), None, numbers(rng, 2), None],),
            ([None, None],),
        ],
    ),
    oracle=_covariance_oracle,
)


def _ratio_oracle(x: Matrix) -> object:
    kept = x[~np.isnan(x).any(axis=1)]
    if len(kept) < x.shape[1] or np.ptp(kept, axis=0).max() == 0.0:
        return NotImplemented
    return PCA().fit(kept).explained_variance_ratio_


_RATIO = levels(
    "explained_ratio",
    doc="Return the shares of variance that the components explain.",
    ask=text(
        en="""`x` is a numpy array of shape (n, p). Return the explained variance ratios of its PCA:
        the p eigenvalues of the covariance matrix of the columns, from large to small, divided by
        their sum.""",
        pt="""`x` é um array numpy de forma (n, p). Retorne as razões de variância explicada da PCA
        dele: os p autovalores da matriz de covariância das colunas, do maior para o menor,
        divididos pela sua soma.""",
    ),
    signature="def ratios(x: np.ndarray) -> np.ndarray:",
    ordinary=lambda rng, size: (_cloud(rng, size),),
    easy=Level(
        contract=text(
            "p is at least 2, and not all rows are equal.",
            "p é no mínimo 2, e nem todas as linhas são iguais.",
        ),
        imports="import numpy as np",
        body="""
        values = np.linalg.eigvalsh(np.cov(x.T))[::-1]
        return np.asarray(values / values.sum())
        """,
        edges=lambda rng: [
            (np.array([[1.0, 2.0], [3.0, 5.0]]) * rng.randint(1, 9),),
            (np.array([[0.0, 1.0], [0.0, 2.0], [0.0, float(rng.randint(3, 9))]]),),
            (np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]) + rng.randint(1, 9),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""p is at least 2. Leave out rows with a NaN. If fewer than two rows are left, or
            all are equal, every ratio is 0.0.""",
            pt="""p é no mínimo 2. Deixe de fora linhas com NaN. Se sobram menos de duas linhas, ou
            se todas são iguais, toda razão é 0.0.""",
        ),
        imports="import numpy as np",
        body="""
        kept = x[~np.isnan(x).any(axis=1)]
        if len(np.unique(kept, axis=0)) < 2:
            return np.zeros(x.shape[1])
        values = np.linalg.eigvalsh(np.cov(kept.T))[::-1]
        return np.asarray(values / values.sum())
        """,
        edges=lambda rng: [
            (_gap(_cloud(rng, 5)),),
            (np.array([[4.0, 0.1]] * 3),),
            (np.array([[np.nan, 1.0], [2.0, float(rng.randint(1, 9))]]),),
        ],
    ),
    oracle=_ratio_oracle,
)


def _axis_oracle(x: Matrix) -> object:
    kept = x[~np.isnan(x).any(axis=1)]
    if len(kept) < 2:
        return NotImplemented
    axis = np.linalg.svd(kept - kept.mean(axis=0))[2][0]
    return axis * np.sign(axis[np.argmax(np.abs(axis))])


_AXIS = levels(
    "first_axis",
    doc="Return the first principal axis with a fixed sign.",
    ask=text(
        en="""Return the first principal axis of the numpy array `x` of shape (n, p): the
        eigenvector of length 1 of the covariance matrix of its columns that belongs to the largest
        eigenvalue. Choose its sign so that its element of largest absolute value is positive.""",
        pt="""Retorne o primeiro eixo principal do array numpy `x` de forma (n, p): o autovetor de
        comprimento 1 da matriz de covariância das suas colunas que pertence ao maior autovalor.
        Escolha o sinal de modo que o elemento de maior valor absoluto seja positivo.""",
    ),
    signature="def first_axis(x: np.ndarray) -> np.ndarray:",
    ordinary=lambda rng, size: (_cloud(rng, size) * rng.choice([-1.0, 1.0]),),
    easy=Level(
        contract=text(
            "p is at least 2, and the largest eigenvalue is simple.",
            "p é no mínimo 2, e o maior autovalor é simples.",
        ),
        imports="import numpy as np",
        body="""
        axis = np.linalg.eigh(np.cov(x.T))[1][:, -1]
        return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))
        """,
        edges=lambda rng: [
            (np.array([[1.0, 2.0], [2.0, -float(rng.randint(3, 9))]]),),
            (np.array([[0.0, 5.0], [0.5, 5.0], [-3.0, 5.0], [float(rng.randint(1, 9)), 5.0]]),),
            (np.array([[1.0, -3.0, 0.0], [2.0, -6.0, 1.0], [3.0, -9.0, 0.0], [1.0, -4.0, 0.5]]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""p is at least 2, and the largest eigenvalue is simple. Rows with a NaN are not
            used; with fewer than two other rows return p zeros.""",
            pt="""p é no mínimo 2, e o maior autovalor é simples. Linhas com NaN não são usadas; com
            menos de duas outras linhas, retorne p zeros.""",
        ),
        imports="import numpy as np",
        body="""
        kept = x[~np.isnan(x).any(axis=1)]
        if len(kept) < 2:
            return np.zeros(x.shape[1])
        axis = np.linalg.eigh(np.cov(kept.T))[1][:, -1]
        return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))
        """,
        edges=lambda rng: [
            (_gap(_cloud(rng, 5)),),
            (np.array([numbers(rng, 3)]),),
            (np.array([numbers(rng, 2), [np.nan, 1.0]]),),
        ],
    ),
    oracle=_axis_oracle,
)


def _table(rng: Random, size: int) -> Args:
    frame = pd.DataFrame(_cloud(rng, size, 3), columns=["height", "weight", "age"])
    return frame, ["height", "weight", "age"][: rng.randint(2, 3)]


def _total_oracle(df: pd.DataFrame, columns: list[str]) -> object:
    known = df[columns].dropna()
    if len(known) < 2:
        return 0.0
    return float(sum(PCA(random_state=0).fit(known.to_numpy()).explained_variance_))


_TOTAL = levels(
    "total_variance",
    doc="Return the total variance of the columns.",
    ask=text(
        en="""The variances of all principal components add up to the total variance of the columns.
        Return it for the `columns` of the DataFrame `df`: the sum of their sample variances
        (divided by n - 1).""",
        pt="""As variâncias de todas as componentes principais somam a variância total das colunas.
        Retorne-a para as colunas `columns` do DataFrame `df`: a soma das suas variâncias amostrais
        (divididas por n - 1).""",
    ),
    signature="def total_variance(df: pd.DataFrame, columns: list[str]) -> float:",
    ordinary=_table,
    easy=Level(
        contract=text("`df` has two rows or more.", "`df` tem duas linhas ou mais."),
        imports="import pandas as pd",
        body="return float(df[columns].var().sum())",
        edges=lambda rng: [
            (pd.DataFrame({"a": numbers(rng, 2), "b": [1.0, 1.0]}), ["a", "b"]),
            (pd.DataFrame({"a": numbers(rng, 4), "b": numbers(rng, 4)}), ["b"]),
            (pd.DataFrame({"a": numbers(rng, 3)}, index=[4, 4, 9]), ["a"]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Drop rows with a NaN in one of these columns. With fewer than two rows left return
            0.0.""",
            pt="""Descarte linhas com NaN em uma dessas colunas. Se sobram menos de duas linhas,
            retorne 0.0.""",
        ),
        imports="import pandas as pd",
        body="""
        known = df[columns].dropna()
        return float(known.var().sum()) if len(known) > 1 else 0.0
        """,
        edges=lambda rng: [
            (pd.DataFrame({"a": [np.nan, *numbers(rng, 3)], "b": numbers(rng, 4)}), ["a", "b"]),
            (pd.DataFrame({"a": [np.nan, *numbers(rng, 3)], "b": numbers(rng, 4)}), ["b"]),
            (pd.DataFrame({"a": [1.0, np.nan], "b": numbers(rng, 2)}), ["a", "b"]),
            (pd.DataFrame({"a": [], "b": []}, dtype="float64"), ["a", "b"]),
        ],
    ),
    oracle=_total_oracle,
)


_MISTAKES = (
    Mistake(
        "explained_ratio", "return np.linalg.eigvalsh(np.cov(x.T))[::-1]", "import numpy as np"
    ),
    Mistake(
        "explained_ratio",
        """
        values = np.linalg.svd(x - x.mean(axis=0))[1]
        return values / values.sum()
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "first_axis",
        "return np.linalg.eigh(np.cov(x.T))[1][:, 0]",
        imports="import numpy as np",
    ),
    Mistake(
        "total_variance",
        "return float(df[columns].var(ddof=0).sum())",
        imports="import pandas as pd",
    ),
)

FAMILY = Family(
    "build_model.pca",
    CoderAction.BUILD_MODEL,
    (*_COVARIANCE, *_RATIO, *_AXIS, *_TOTAL, *pca_heldout.HELDOUT, *pca_advanced.ADVANCED),
    mistakes=_MISTAKES,
)
