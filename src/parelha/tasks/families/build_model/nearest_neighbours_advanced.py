"""Nearest neighbours at levels 3 and 4: scaled columns, sorted look-ups, filling of gaps."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Matrix = npt.NDArray[np.float64]


def _scaled_args(rng: Random, size: int) -> Args:
    size = max(size, 5)
    rows = [[rng.uniform(0.0, 9.0), rng.uniform(0.0, 9000.0)] for _ in range(size)]
    labels = [
        "ab"[a + b / 1000.0 > 9.0] if rng.random() < 0.8 else rng.choice("abc") for a, b in rows
    ]
    new = [[rng.uniform(0.0, 9.0), rng.uniform(0.0, 9000.0)] for _ in range(max(2, size // 5))]
    return np.round(np.array(rows), 3), labels, np.round(np.array(new), 3), rng.choice([1, 3, 5])


def _scaled_edges(rng: Random) -> list[Args]:
    x = np.array([[1.0, 500.0], [2.0, 100.0], [3.0, 900.0], [8.0, 300.0], [9.5, 720.0]])
    new = np.array([numbers(rng, 2, 0.0, 9.0), [8.5, 400.0]])
    flat = x * np.array([1.0, 0.0]) + 7.0
    return [
        (x, ["a", "b", "a", "b", "b"], np.zeros((0, 2)), 3),
        (x, ["a", "b", "a", "b", "c"], new, 9),
        (
            flat,
            ["a", "b", "c", "c", "b"],
            np.array([[9.2, 5.0], [16.0, float(rng.randint(1, 9))]]),
            1,
        ),
        (x, ["b", "a", "c", "b", "a"], new, 2),
        (x[[0, 0, 1, 2]], ["z", "y", "x", "y"], np.array([[1.0, 500.0], [2.1, 100.0]]), 1),
    ]


def _scaled_oracle(x: Matrix, labels: list[str], new: Matrix, k: int) -> object:
    if len(new) == 0:
        return []
    scaler = StandardScaler().fit(x)
    # Brute force over stably sorted distances; ties of votes are broken by hand.
    model = KNeighborsClassifier(min(k, len(x)), algorithm="brute")
    model.fit(scaler.transform(x), labels)
    places = model.kneighbors(scaler.transform(new))[1]
    if k == 1 and len(np.unique(x, axis=0)) < len(x):
        return NotImplemented
    found = []
    for row in places:
        votes = [labels[int(place)] for place in row]
        most = max(votes.count(vote) for vote in votes)
        found.append(min(vote for vote in votes if votes.count(vote) == most))
    return found


_SCALED = advanced(
    "scaled_knn",
    3,
    doc="Return the majority label of the nearest scaled rows.",
    ask=text(
        en="""Classify the rows of `new` by k nearest neighbours with scaled columns. `x` is a numpy
        array of shape (n, p) with the labels `y` of its n rows. Standardise x and new with the
        means and the population standard deviations of the columns of x alone; a column that is
        constant in x is only centred. For each new row take the `k` rows of x at the smallest
        Euclidean distance (all rows if there are fewer than k; of equally far rows the ones that
        come first in x). Its label is the most frequent one among them, on a tie the first in
        alphabetical order. Return the list of labels. n and k are at least 1.""",
        pt="""Classifique as linhas de `new` pelos k vizinhos mais próximos com colunas
        padronizadas. `x` é um array numpy de forma (n, p) com os rótulos `y` das suas n linhas.
        Padronize x e new só com as médias e os desvios padrão populacionais das colunas de x; uma
        coluna constante em x é apenas centrada. Para cada linha nova, tome as `k` linhas de x à
        menor distância euclidiana (todas se há menos de k; de linhas igualmente distantes, as que
        vêm primeiro em x). O rótulo dela é o mais frequente entre elas, no empate o primeiro em
        ordem alfabética. Retorne a lista de rótulos. n e k são no mínimo 1.""",
    ),
    signature="def knn(x: np.ndarray, y: list[str], new: np.ndarray, k: int) -> list[str]:",
    ordinary=_scaled_args,
    imports="import numpy as np",
    body="""
    spread = x.std(axis=0)
    spread[spread == 0] = 1.0
    result = []
    for row in new:
        squares = (((x - row) / spread) ** 2).sum(axis=1)
        nearest = np.argsort(squares, kind="stable")[:k]
        votes = sorted(y[place] for place in nearest)
        result.append(max(votes, key=votes.count))
    return result
    """,
    edges=_scaled_edges,
    oracle=_scaled_oracle,
)


def _lookup_args(rng: Random, size: int) -> Args:
    xs = [2.0 * place for place in rng.sample(range(3 * size), size)]
    ys: list[float] = numbers(rng, size)
    for _ in range(size // 20):
        ys[rng.randint(0, size - 1)] = math.nan
    return xs, ys, [rng.randint(-2, 6 * size) + 0.25 for _ in range(size)]


def _lookup_oracle(xs: list[float], ys: list[float], queries: list[float]) -> object:
    known = [(x, y) for x, y in zip(xs, ys, strict=True) if not math.isnan(y)]
    if not known or len(known) > 300:
        return NotImplemented if known else [math.nan] * len(queries)
    x, y = np.array(sorted(known)).T
    return [float(y[int(np.argmin(np.abs(x - query)))]) for query in queries]


_LOOKUP = advanced(
    "nearest_lookup",
    4,
    doc="Return for every query the y of the nearest known x.",
    ask=text(
        en="""For each query in `at` return the ys[i] whose xs[i] is nearest to it by absolute
        difference; if a smaller and a larger x are equally near, take that of the smaller. Points
        whose y is NaN do not count as neighbours; without other points every answer is NaN. The x
        are all different, in any order. Points and queries may be thousands each: sort the points
        once and look each query up by bisection.""",
        pt="""Para cada consulta em `at`, retorne o ys[i] cujo xs[i] está mais próximo dela pela
        diferença absoluta; se um x menor e um maior estão igualmente próximos, tome o do menor.
        Pontos cujo y é NaN não contam como vizinhos; sem outros pontos, toda resposta é NaN. Os x
        são todos diferentes, em qualquer ordem. Pontos e consultas podem ser milhares: ordene os
        pontos uma vez e procure cada consulta por bisseção.""",
    ),
    signature="def look_up(xs: list[float], ys: list[float], at: list[float]) -> list[float]:",
    ordinary=_lookup_args,
    imports="import math\nfrom bisect import bisect_left",
    body="""
    known = sorted((x, y) for x, y in zip(xs, ys) if not math.isnan(y))
    places = [x for x, _ in known]
    answers = []
    for query in at:
        place = bisect_left(places, query)
        sides = known[max(place - 1, 0):place + 1]
        gaps = [(abs(x - query), x, y) for x, y in sides]
        answers.append(min(gaps)[2] if gaps else math.nan)
    return answers
    """,
    edges=lambda rng: [
        ([], [], numbers(rng, 2)),
        ([1.0, 2.0], [math.nan, math.nan], numbers(rng, 2)),
        ([5.0, 1.0], numbers(rng, 2), [3.0, 2.0, 4.0]),
        ([4.0, 2.0, 8.0], numbers(rng, 3), [2.0, 4.0, 8.0, -50.0, 50.0]),
        ([4.0, 2.0, 8.0], [math.nan, *numbers(rng, 2)], [4.0, 4.5, 6.0]),
        (numbers(rng, 1), [3.0], [0.0, 99.0]),
    ],
    oracle=_lookup_oracle,
)


def _houses(rng: Random, size: int) -> Args:
    sizes = [float(v) * 2.0 for v in rng.sample(range(20, 20 + 4 * size), size)]
    frame = pd.DataFrame(
        {"area": sizes, "rent": [round(9.0 * v + rng.gauss(0, 50), 0) for v in sizes]}
    )
    for _ in range(max(1, size // 6)):
        frame.loc[rng.randint(0, size - 1), "rent"] = math.nan
    return (frame,)


def _house_oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    filled = df["rent"].copy()
    for place in range(len(df)):
        if math.isnan(filled.iloc[place]) and len(known):
            gaps = (known["area"] - df["area"].iloc[place]).abs()
            near = np.lexsort((known["area"], gaps))[:2]
            filled.iloc[place] = float(known["rent"].iloc[near].mean())
    return filled


def _house_edges(rng: Random) -> list[Args]:
    def frame(area: list[float], rent: list[float], index: list[int] | None = None) -> Args:
        return (pd.DataFrame({"area": area, "rent": rent}, index=index, dtype="float64"),)

    gap = math.nan
    some = numbers(rng, 4, 100.0, 900.0)
    return [
        frame([], []),
        frame([10.0, 20.0], [gap, gap]),
        frame([10.0, 30.0, 90.0], [gap, some[0], gap]),
        frame([50.0, 30.0, 70.0, 90.0], [gap, some[0], some[1], some[2]]),
        frame([50.0, 40.0, 30.0, 70.0], [gap, some[0], some[1], some[2]], [7, 5, 3, 1]),
        frame([10.0, 20.0], some[:2]),
    ]


_FILL = advanced(
    "fill_rents",
    3,
    heldout=True,
    doc="Return the rents, the missing ones filled from similar flats.",
    ask=text(
        en="""Some flats in the DataFrame `df` lack a `rent`. Estimate each missing one as the
        average of the rents of the two flats most similar in `area` (smallest absolute difference,
        the smaller flat first should two differ equally) among those that had a rent from the
        start; a lone such flat is copied. If no flat has a rent, nothing can be estimated. Hand
        over the completed rents as a Series called "rent" on the index of `df`. Areas are never
        missing, and no two flats have the same.""",
        pt="""A alguns apartamentos do DataFrame `df` falta o aluguel `rent`. Estime cada um que
        falta como a média dos aluguéis dos dois apartamentos de `area` mais parecida (menor
        diferença absoluta; o menor apartamento primeiro, caso dois difiram igualmente) entre os que
        tinham aluguel desde o início; um único desses é copiado. Se nenhum apartamento tem aluguel,
        nada pode ser estimado. Entregue os aluguéis completados como uma Series chamada "rent" no
        índice de `df`. As áreas nunca faltam, e nunca há dois apartamentos com a mesma.""",
    ),
    signature="def fill(df: pd.DataFrame) -> pd.Series:",
    ordinary=_houses,
    imports="import pandas as pd",
    body="""
    rent = df["rent"].copy()
    known = df.dropna(subset=["rent"]).sort_values("area")
    area = dict(zip(df.index, df["area"]))
    for label in df.index[rent.isna()]:
        gaps = (known["area"] - area[label]).abs()
        near = gaps.sort_values(kind="stable").index[:2]
        rent.loc[label] = known["rent"].loc[near].mean()
    return rent
    """,
    edges=_house_edges,
    oracle=_house_oracle,
)

ADVANCED: tuple[Variant, ...] = (_SCALED, _LOOKUP, _FILL)
