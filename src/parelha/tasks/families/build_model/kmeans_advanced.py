"""K-means at levels 3 and 4: whole runs, tables of clusters, silhouettes."""

import warnings
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_score

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Vector = npt.NDArray[np.float64]


def _blobs(rng: Random, size: int, spread: float) -> list[list[float]]:
    middles = [(0.0, 0.0), (9.0, 1.0), (3.0, 8.0), (12.0, 10.0)]
    rows = []
    for place in range(size):
        x, y = middles[place % 4]
        rows.append([round(rng.gauss(x, spread), 2), round(rng.gauss(y, spread), 2)])
    rng.shuffle(rows)
    return rows


def _run_args(rng: Random, size: int) -> Args:
    rows = _blobs(rng, max(size, 4), 2.0)
    starts = [[rng.uniform(0.0, 12.0), rng.uniform(0.0, 10.0)] for _ in range(rng.randint(2, 4))]
    return np.array(rows), np.round(np.array(starts), 1) + 0.03, rng.choice([1, 3, 100])


def _run_edges(rng: Random) -> list[Args]:
    x = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0], [8.0, 9.0], numbers(rng, 2)])
    return [
        (x, np.array([[0.0, 1.0]]), 5),
        (x, np.array([[0.0, 1.0], [9.0, 8.0]]), 0),
        (x, np.array([[0.0, 1.0], [9.0, 8.0], [-500.0, 700.0]]), 9),
        (np.array([[0.0], [2.0], [4.0], [10.0]]), np.array([[1.0], [3.0]]), 1),
        (np.array([[2.0], [0.0], [9.0]]), np.array([[3.0], [1.0]]), 50),
        (np.zeros((0, 2)), np.array([numbers(rng, 2)]), 3),
    ]


def _run_oracle(x: Vector, centres: Vector, max_steps: int) -> object:
    if max_steps == 0 or len(x) == 0:
        return centres
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a cluster may be empty
        return kmeans2(x, centres, iter=max_steps, minit="matrix")[0]


_RUN = advanced(
    "run",
    3,
    doc="Return the centres that k-means reaches.",
    ask=text(
        en="""Run k-means. `x` is a numpy array of points of shape (n, d), `centres` one of starting
        centres of shape (k, d). In each step give every point to its nearest centre by Euclidean
        distance (the lower index on a tie), then move each centre to the mean of its points; a
        centre without points stays where it is. Stop after a step in which no centre moved by more
        than 1e-9 in any coordinate, or after `max_steps` steps. Return the final centres, an array
        of shape (k, d), in the order of the starting ones. `centres` itself must not change.""",
        pt="""Execute o k-means. `x` é um array numpy de pontos de forma (n, d), `centres` um de
        centros iniciais de forma (k, d). Em cada passo, dê cada ponto ao centro mais próximo pela
        distância euclidiana (o de menor índice no empate) e depois mova cada centro para a média
        dos seus pontos; um centro sem pontos fica onde está. Pare depois de um passo em que nenhum
        centro se moveu mais que 1e-9 em alguma coordenada, ou depois de `max_steps` passos. Retorne
        os centros finais, um array de forma (k, d), na ordem dos iniciais. O próprio `centres` não
        deve mudar.""",
    ),
    signature="def run(x: np.ndarray, centres: np.ndarray, max_steps: int) -> np.ndarray:",
    ordinary=_run_args,
    imports="import numpy as np",
    body="""
    for _ in range(max_steps):
        distances = ((x[:, np.newaxis, :] - centres) ** 2).sum(axis=2)
        nearest = distances.argmin(axis=1)
        moved = centres.copy()
        for index in np.unique(nearest):
            moved[index] = x[nearest == index].mean(axis=0)
        if np.allclose(moved, centres, rtol=0, atol=1e-9):
            break
        centres = moved
    return centres
    """,
    edges=_run_edges,
    oracle=_run_oracle,
)


def _shops(rng: Random, size: int) -> Args:
    rows = _blobs(rng, max(size, 8), 1.2)
    for row in rows:
        if rng.random() < 0.03:
            row[rng.randint(0, 1)] = float("nan")
    frame = pd.DataFrame(rows, columns=["visits", "spend"])
    starts = np.array([(1.03, 1.07), (8.01, 2.03), (4.07, 7.01), (11.0, 9.0)])
    return frame, starts[: rng.randint(2, 4)], rng.randint(1, 9)


def _shop_edges(rng: Random) -> list[Args]:
    def frame(visits: list[float], spend: list[float]) -> pd.DataFrame:
        return pd.DataFrame({"visits": visits, "spend": spend}, dtype="float64")

    gap = float("nan")
    some = numbers(rng, 2)
    return [
        (frame([1.0, 2.0, 9.0], [1.0, 1.0, 9.0]), np.array([(0.0, 0.0), (500.0, 500.0)]), 2),
        (frame([1.0, gap, 9.0], [gap, 1.0, some[0]]), np.array([(0.0, 0.0)]), 1),
        (frame([], []), np.array([(some[0], some[1]), (2.0, 5.0)]), 3),
        (frame([gap, gap], [1.0, 1.0]), np.array([(3.0, some[0])]), 2),
        (frame([2.0, 8.0, 0.0, 6.0], [0.0, 0.0, 0.0, 0.0]), np.array([(4.0, 0.0), (4.0, 1.0)]), 4),
        (frame([5.0, 1.0, 3.0], [0.0, 0.0, 0.0]), np.array([(4.0, 0.0), (2.0, 0.0)]), 0),
    ]


def _own(x: Vector, places: Vector) -> npt.NDArray[np.int64]:
    return np.asarray(cdist(x, places).argmin(axis=1))


def _shop_oracle(df: pd.DataFrame, centres: Vector, steps: int) -> object:
    x = df.dropna().to_numpy()
    places = centres
    for _ in range(steps):
        own = _own(x, places)
        groups = [x[own == index] for index in range(len(places))]
        places = np.array(
            [g.mean(axis=0) if len(g) else c for g, c in zip(groups, places, strict=True)]
        )
    groups = [x[_own(x, places) == index] for index in range(len(places))]
    sizes = [len(group) for group in groups]
    inertia = [float(((g - c) ** 2).sum()) for g, c in zip(groups, places, strict=True)]
    table = {"visits": places[:, 0], "spend": places[:, 1], "size": sizes, "inertia": inertia}
    return pd.DataFrame(table)


_TABLE = advanced(
    "table",
    4,
    doc="Return a table of the clusters that k-means reaches.",
    ask=text(
        en="""Cluster customers and describe the clusters. The DataFrame `df` has the columns
        `visits` and `spend`; rows with a NaN are dropped. Start k-means from `centres`, an array of
        shape (k, 2) with a (visits, spend) pair in each row: give every customer to the nearest
        centre (Euclidean, the lower index on a tie), move each centre to the mean of its customers
        (one without customers stays), and do so `steps` times. Then give every customer to the
        nearest final centre. Return a DataFrame with a default index, one row for each centre in
        the given order, and the columns `visits`, `spend` (the final centre), `size` (number of its
        customers, int) and `inertia` (sum of the squared distances of its customers to it; 0.0
        without customers). Thousands of customers may come.""",
        pt="""Agrupe clientes e descreva os grupos. O DataFrame `df` tem as colunas `visits` e
        `spend`; linhas com NaN são descartadas. Comece o k-means em `centres`, um array de forma
        (k, 2) com um par (visits, spend) em cada linha: dê cada cliente ao centro mais próximo
        (distância euclidiana, o de menor índice no empate), mova cada centro para a média dos seus
        clientes (um sem clientes fica parado), e faça isso `steps` vezes. Dê então cada cliente ao
        centro final mais próximo. Retorne um DataFrame com índice padrão, uma linha para cada
        centro na ordem dada, e as colunas `visits`, `spend` (o centro final), `size` (quantidade de
        clientes dele, int) e `inertia` (soma das distâncias ao quadrado dos seus clientes até ele;
        0.0 sem clientes). Podem vir milhares de clientes.""",
    ),
    signature="def table(df: pd.DataFrame, centres: np.ndarray, steps: int) -> pd.DataFrame:",
    ordinary=_shops,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    x = df[["visits", "spend"]].dropna().to_numpy()
    places = centres.copy()
    for step in range(steps + 1):
        squares = ((x[:, np.newaxis, :] - places) ** 2).sum(axis=2)
        nearest = squares.argmin(axis=1)
        if step < steps:
            for index in np.unique(nearest):
                places[index] = x[nearest == index].mean(axis=0)
    count = len(places)
    result = pd.DataFrame(places, columns=["visits", "spend"])
    result["size"] = np.bincount(nearest, minlength=count)
    total = np.bincount(nearest, squares.min(axis=1), count)
    result["inertia"] = total.astype(float)
    return result
    """,
    edges=_shop_edges,
    oracle=_shop_oracle,
)


def _grouped(rng: Random, size: int) -> Args:
    size = max(min(size, 120), 4)
    rows = _blobs(rng, size, 2.0)
    own = [rng.randint(0, 2) if rng.random() < 0.3 else int(x > 6.0) for x, _ in rows]
    own[:3] = [0, 1, 1]
    return np.array(rows), np.array(own)


def _silhouette_oracle(x: Vector, own: npt.NDArray[np.int64]) -> object:
    if not 2 <= len(set(own.tolist())) < len(x):
        return 0.0
    return float(silhouette_score(x, own))


_SILHOUETTE = advanced(
    "silhouette",
    3,
    heldout=True,
    doc="Return the average silhouette of grouped points.",
    ask=text(
        en="""How well separated are the groups of a clustering? Row i of the array `x` is a point
        and own[i] the number of its group. The silhouette of a point is (b - a) / max(a, b), where
        a is its average Euclidean distance to the other points of its own group, and b the smallest
        average distance to the points of another group. A point that is alone in its group has the
        silhouette 0. Give the average silhouette of all points, but 0.0 when there are fewer than
        two groups. No two points coincide.""",
        pt="""Quão bem separados estão os grupos de um agrupamento? A linha i do array `x` é um
        ponto e own[i] o número do grupo dele. A silhueta de um ponto é (b - a) / max(a, b), em que
        a é a sua distância euclidiana média até os outros pontos do próprio grupo, e b a menor
        distância média até os pontos de um outro grupo. Um ponto sozinho no seu grupo tem silhueta
        0. Dê a silhueta média de todos os pontos, mas 0.0 quando há menos de dois grupos. Nunca
        coincidem dois pontos.""",
    ),
    signature="def silhouette(x: np.ndarray, own: np.ndarray) -> float:",
    ordinary=_grouped,
    imports="import numpy as np",
    body="""
    names, own = np.unique(own, return_inverse=True)
    if len(names) < 2:
        return 0.0
    gaps = np.sqrt(((x[:, np.newaxis, :] - x) ** 2).sum(axis=2))
    member = np.eye(len(names))[own]
    counts = member.sum(axis=0)
    totals = gaps @ member
    rows = np.arange(len(x))
    near = totals[rows, own] / np.maximum(counts[own] - 1, 1)
    means = totals / counts
    means[rows, own] = np.inf
    other = means.min(axis=1)
    scores = (other - near) / np.maximum(other, near)
    return float(np.where(counts[own] > 1, scores, 0.0).mean())
    """,
    edges=lambda rng: [
        (np.zeros((0, 2)), np.array([], dtype=int)),
        (np.array([numbers(rng, 2), [900.0, 3.0]]), np.array([1, 1])),
        (np.array([[1.0], [2.0], [7.0], [9.0]]), np.array([5, 5, 3, 3])),
        (np.array([[1.0], [2.0], [float(rng.randint(4, 9))]]), np.array([0, 0, 7])),
        (np.array([[1.0], [6.0], [3.0], [8.0], [4.0]]), np.array([0, 0, 1, 1, 2])),
    ],
    oracle=lambda x, own: (
        NotImplemented if len(set(own.tolist())) == len(x) > 1 else _silhouette_oracle(x, own)
    ),
)

ADVANCED: tuple[Variant, ...] = (_RUN, _TABLE, _SILHOUETTE)
