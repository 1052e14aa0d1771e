"""Levels 3 and 4 of the distance of Mahalanobis: gaps, two passes, classes, robust scales."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.spatial import distance

from parelha.tasks.family import Args, Variant, advanced, text

Matrix = npt.NDArray[np.float64]  # (rows, columns)


def _table(rng: Random, rows: int, columns: int, gaps: float = 0.0) -> Matrix:
    """Correlated columns, some rows far out, some numbers missing."""
    table = []
    for _ in range(rows):
        common = rng.gauss(0.0, 2.0)
        far = rng.choice((-1, 1)) * rng.uniform(6.0, 20.0) if rng.random() < 0.06 else 0.0
        row = [round(10.0 * j + (j + 1) * common + rng.gauss(0, 2), 2) for j in range(columns)]
        row[rng.randrange(columns)] += far
        if rng.random() < gaps:
            row[rng.randrange(columns)] = float("nan")
        table.append(row)
    return np.array(table).reshape(rows, columns)


def _squares(table: Matrix, base: Matrix) -> Matrix:
    inverse = np.linalg.inv(np.cov(base.T))
    centre = base.mean(axis=0)
    return np.array([distance.mahalanobis(row, centre, inverse) ** 2 for row in table])


def _twice_oracle(x: Matrix, share: float) -> object:
    known = [place for place in range(len(x)) if not np.isnan(x[place]).any()]
    limit = stats.chi2.ppf(share, x.shape[1])
    if len(known) <= x.shape[1] + 1:
        return []
    squares = _squares(x[known], x[known])
    core = [place for place, square in zip(known, squares, strict=True) if square <= limit]
    if len(core) <= x.shape[1] + 1:
        return []
    squares = _squares(x[known], x[core])
    return [place for place, square in zip(known, squares, strict=True) if square > limit]


_TWICE = advanced(
    "twice",
    3,
    doc="Return the outlying rows, judged by the rows that are no outliers.",
    ask=text(
        """Find outlying rows of the two-dimensional numpy array `x` in two passes. Rows with a NaN
        are ignored throughout. The squared distance of a row r from a set of rows is
        (r - m) S^-1 (r - m), with m the column means and S the sample covariance matrix of the
        set, and the limit is scipy.stats.chi2.ppf(share, p) with p the number of columns. First
        pass: of the rows without NaN keep as the core those whose squared distance from all of
        them is not greater than the limit. Second pass: return the indices in `x`, in increasing
        order, of the rows without NaN whose squared distance from the core is greater than the
        limit. If the first or the second pass has to work with p + 1 rows or fewer, return an
        empty list.""",
        """Encontre as linhas atípicas do array numpy bidimensional `x` em duas passagens. Linhas
        com NaN são ignoradas do começo ao fim. O quadrado da distância de uma linha r a um
        conjunto de linhas é (r - m) S^-1 (r - m), sendo m as médias das colunas e S a matriz de
        covariância amostral do conjunto, e o limite é scipy.stats.chi2.ppf(share, p), com p o
        número de colunas. Primeira passagem: das linhas sem NaN, mantenha como núcleo aquelas cujo
        quadrado da distância ao conjunto de todas elas não é maior que o limite. Segunda passagem:
        retorne os índices em `x`, em ordem crescente, das linhas sem NaN cujo quadrado da
        distância ao núcleo é maior que o limite. Se a primeira ou a segunda passagem tiver de
        trabalhar com p + 1 linhas ou menos, retorne uma lista vazia.""",
    ),
    signature="def outlying(x: np.ndarray, share: float) -> list[int]:",
    ordinary=lambda rng, size: (
        _table(rng, max(size, 6), rng.choice((2, 3)), 0.05),
        rng.choice((0.9, 0.975)),
    ),
    imports="import numpy as np\nfrom scipy import stats",
    body="""
    columns = x.shape[1]
    limit = stats.chi2.ppf(share, columns)
    known = np.flatnonzero(~np.isnan(x).any(axis=1))
    rows = core = x[known]
    for _ in range(2):
        if len(core) <= columns + 1:
            return []
        away = rows - core.mean(axis=0)
        inverse = np.linalg.inv(np.cov(core, rowvar=False))
        far = np.sum(away @ inverse * away, axis=1) > limit
        core = rows[~far]
    return [int(place) for place in known[far]]
    """,
    edges=lambda rng: [
        (np.zeros((0, 2)), 0.9),
        (_table(rng, 3, 2), 0.1),
        (_table(rng, 4, 2), 0.5),
        (np.vstack([_table(rng, 3, 2), [[np.nan, 1.0], [2.0, np.nan]]]), 0.1),
        (_table(rng, 9, 2), 0.3),
        (np.vstack([_table(rng, 20, 2), np.full((3, 2), 60.0 + rng.randint(0, 9))]), 0.95),
    ],
    oracle=_twice_oracle,
)


def _draw_classes(rng: Random, size: int) -> Args:
    labels = [rng.choice("abcd") for _ in range(size)]
    table = _table(rng, size, 3)
    shift = np.array([[ord(label) % 7, -ord(label) % 5, 0.0] for label in labels])
    return table + 5.0 * shift.reshape(size, 3), labels, rng.choice((2.5003, 3.5001))


def _classes_oracle(x: Matrix, labels: list[str], limit: float) -> object:
    counts = {}
    for name in set(labels):
        rows = x[[place for place, label in enumerate(labels) if label == name]]
        far = 0
        if len(rows) >= 2 * x.shape[1]:
            far = int((_squares(rows, rows) > limit**2).sum())
        counts[name] = far
    return counts


_CLASSES = advanced(
    "classes",
    4,
    doc="Return the number of outliers of each class, by distances within it.",
    ask=text(
        """Row i of the two-dimensional numpy array `x` belongs to the class `labels[i]`. Within
        each class by itself compute the Mahalanobis distance of its rows: the square root of
        (r - m) S^-1 (r - m), where m are the column means of the class and S is its sample
        covariance matrix. Return a dict from every class in `labels` to the number of its rows
        whose distance is greater than `limit`. A class that has fewer rows than twice the number
        of columns of `x` is too small to be judged and gets 0. There may be thousands of rows.""",
        """A linha i do array numpy bidimensional `x` pertence à classe `labels[i]`. Dentro de cada
        classe, separadamente, calcule a distância de Mahalanobis das linhas: a raiz quadrada de
        (r - m) S^-1 (r - m), em que m são as médias das colunas da classe e S é a matriz de
        covariância amostral dela. Retorne um dicionário de cada classe em `labels` para a
        quantidade de linhas dela cuja distância é maior que `limit`. Uma classe que tem menos
        linhas do que o dobro do número de colunas de `x` é pequena demais para ser avaliada e
        recebe 0. Pode haver milhares de linhas.""",
    ),
    signature="def odd(x: np.ndarray, labels: list[str], limit: float) -> dict[str, int]:",
    ordinary=_draw_classes,
    imports="import numpy as np",
    body="""
    classes = np.array(labels)
    counts = {}
    for name in dict.fromkeys(labels):
        rows = x[classes == name]
        counts[name] = 0
        if len(rows) >= 2 * x.shape[1]:
            away = rows - rows.mean(axis=0)
            inverse = np.linalg.inv(np.cov(rows, rowvar=False))
            squared = np.sum(away @ inverse * away, axis=1)
            counts[name] = int(np.sum(squared > limit**2))
    return counts
    """,
    edges=lambda rng: [
        (np.zeros((0, 2)), [], 1.0),
        (_table(rng, 4, 2), ["a"] * 4, 1.0001),
        (_table(rng, 3, 2), ["a"] * 3, 0.5001),
        (_table(rng, 9, 2), ["b"] * 3 + ["a"] * 6, 1.2001),
        (_table(rng, 12, 3), ["b"] * 6 + ["a"] * 6, 1.5001),
        (_table(rng, 11, 3), ["b", "a"] * 5 + ["a"], 1.5001),
    ],
    oracle=_classes_oracle,
)


def _robust_draw(rng: Random, size: int) -> Args:
    return _table(rng, size, 3, 0.03).round(0), rng.randint(1, 2 + size // 50)


def _robust_oracle(cloud: Matrix, top: int) -> object:
    whole = [place for place in range(len(cloud)) if not np.isnan(cloud[place]).any()]
    if not whole:
        return []
    scores = np.zeros(len(whole))
    for column in cloud[whole].T:
        spread = stats.median_abs_deviation(column)
        if spread > 0:
            scores += ((column - np.median(column)) / spread) ** 2
    ranked = sorted(zip(-scores.round(9), whole, strict=True))
    return [place for _, place in ranked[:top]]


_ROBUST = advanced(
    "robust",
    4,
    heldout=True,
    doc="Return the indices of the rows with the largest robust scores.",
    ask=text(
        """Means are drawn towards outliers, so use medians. Set aside the rows of the numpy array
        `cloud` in which any number is NaN. From each column of the others subtract its median and
        divide by its MAD (the median of the absolute values after the subtraction); columns with a
        MAD of 0 are dropped. The score of a row is the sum of the squares of what it then holds.
        Give the indices in `cloud` of the `top` rows with the highest scores, highest first; rows
        whose scores agree to 9 decimals are ordered by index. If fewer rows are at hand, give all
        of them. The array may be long.""",
        """Médias são atraídas por outliers; por isso, use medianas. Ponha de lado as linhas do
        array numpy `cloud` em que algum número é NaN. De cada coluna das demais, subtraia a
        mediana e divida pelo MAD (a mediana dos valores absolutos após a subtração); colunas com
        MAD igual a 0 são descartadas. O escore de uma linha é a soma dos quadrados do que ela
        então contém. Informe os índices em `cloud` das `top` linhas com os maiores escores, o
        maior primeiro; linhas cujos escores coincidem em 9 casas decimais ficam em ordem de
        índice. Se houver menos linhas à mão, informe todas. O array pode ser longo.""",
    ),
    signature="def highest(cloud: np.ndarray, top: int) -> list[int]:",
    ordinary=_robust_draw,
    imports="import numpy as np",
    body="""
    places = np.flatnonzero(~np.isnan(cloud).any(axis=1))
    if len(places) == 0:
        return []
    away = cloud[places] - np.median(cloud[places], axis=0)
    spread = np.median(np.abs(away), axis=0)
    scaled = away[:, spread > 0] / spread[spread > 0]
    scores = np.round(np.sum(scaled**2, axis=1), 9)
    ranked = np.argsort(-scores, kind="stable")
    return [int(place) for place in places[ranked[:top]]]
    """,
    edges=lambda rng: [
        (np.zeros((0, 2)), 3),
        (np.full((3, 2), np.nan), rng.randint(1, 3)),
        (np.array([[1.0, 2.0]] * 4 + [[9.0, float(rng.randint(3, 9))]]), 2),
        (np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [9.0, float(rng.randint(6, 90))]]), 2),
        (np.array([[-4.0], [1.0], [2.0], [np.nan], [3.0], [8.0 + rng.randint(0, 3)]]), 9),
        (
            np.array([[-4.0, 1.0], [1.0, 2.0], [2.0, 3.0], [3.0, 4.0], [8.0, 1.0]]),
            rng.randint(3, 4),
        ),
    ],
    oracle=_robust_oracle,
)

ADVANCED: tuple[Variant, ...] = (_TWICE, _CLASSES, _ROBUST)
