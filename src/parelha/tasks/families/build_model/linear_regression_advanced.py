"""Linear regression at levels 3 and 4: weights and gaps, groups, robust slopes."""

import math
from random import Random

import numpy as np
import pandas as pd
from scipy.stats import theilslopes
from sklearn.linear_model import LinearRegression

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text


def _weighted_args(rng: Random, size: int) -> Args:
    slope = rng.uniform(-4.0, 4.0)
    xs = numbers(rng, size, -9.0, 9.0)
    ys: list[float] = [round(slope * x + rng.gauss(7.0, 3.0), 1) for x in xs]
    if size > 9:
        ys[rng.randint(0, size - 1)] = math.nan
    return xs, ys, [float(rng.randint(0, 4) or 1) for _ in xs]


def _weighted_oracle(xs: list[float], ys: list[float], weights: list[float]) -> object:
    known = [
        row for row in zip(xs, ys, weights, strict=True) if row[2] > 0.0 and not math.isnan(row[1])
    ]
    if not known:
        return [0.0, 0.0]
    x, y, w = np.array(known).T
    if np.ptp(x) == 0.0:
        return [0.0, float(np.average(y, weights=w))]
    model = LinearRegression().fit(x[:, np.newaxis], y, sample_weight=w)
    return [float(model.coef_[0]), float(model.intercept_)]


_WEIGHTED = advanced(
    "weighted_line",
    3,
    doc="Return slope and intercept of the weighted least-squares line.",
    ask=text(
        en="""Fit a straight line by weighted least squares to the points (xs[i], ys[i]) with the
        weights w[i]. Use only the points whose y is not NaN and whose weight is above zero. With
        the weighted means mean_x = sum(w * x) / sum(w) and mean_y alike, the slope is sum(w * (x -
        mean_x) * (y - mean_y)) / sum(w * (x - mean_x)**2) and the intercept mean_y - slope *
        mean_x. Return the list [slope, intercept]. If all used x are equal, the slope is 0.0 and
        the intercept mean_y; without used points return [0.0, 0.0].""",
        pt="""Ajuste uma reta por mínimos quadrados ponderados aos pontos (xs[i], ys[i]) com os
        pesos w[i]. Use só os pontos cujo y não é NaN e cujo peso está acima de zero. Com as médias
        ponderadas média_x = soma(w * x) / soma(w) e média_y do mesmo modo, a inclinação é soma(w *
        (x - média_x) * (y - média_y)) / soma(w * (x - média_x)**2) e o intercepto média_y -
        inclinação * média_x. Retorne a lista [inclinação, intercepto]. Se todos os x usados são
        iguais, a inclinação é 0.0 e o intercepto média_y; sem pontos usados, retorne [0.0,
        0.0].""",
    ),
    signature="def fit(xs: list[float], ys: list[float], w: list[float]) -> list[float]:",
    ordinary=_weighted_args,
    imports="import math",
    body="""
    rows = zip(xs, ys, w)
    used = [(x, y, a) for x, y, a in rows if a > 0 and not math.isnan(y)]
    if not used:
        return [0.0, 0.0]
    total = sum(a for _, _, a in used)
    mean_x = sum(a * x for x, _, a in used) / total
    mean_y = sum(a * y for _, y, a in used) / total
    if len({x for x, _, _ in used}) == 1:
        return [0.0, mean_y]
    top = sum(a * (x - mean_x) * y for x, y, a in used)
    slope = top / sum(a * (x - mean_x) ** 2 for x, _, a in used)
    return [slope, mean_y - slope * mean_x]
    """,
    edges=lambda rng: [
        ([], [], []),
        ([1.0, 2.0], numbers(rng, 2), [0.0, 0.0]),
        ([1.0, 2.0, 3.0], [*numbers(rng, 2), math.nan], [1.0, 0.0, 5.0]),
        ([4.0, 4.0, 1.0], numbers(rng, 3), [1.0, 3.0, 0.0]),
        ([1.0, 2.0, 5.0], numbers(rng, 3), [1.0, -1.0, 2.0]),
        ([0.1, 0.1, 0.1], numbers(rng, 3), [1.0, 2.0, 4.0]),
    ],
    oracle=_weighted_oracle,
)


def _sales(rng: Random, size: int) -> Args:
    num_shops = max(2, min(size // 10, 30))
    slopes = [rng.uniform(-2.0, 5.0) for _ in range(num_shops)]
    rows = []
    for _ in range(size):
        shop = rng.randint(0, num_shops - 1)
        price = round(rng.uniform(1.0, 9.0), 1)
        units = round(50.0 - slopes[shop] * price + rng.gauss(0.0, 2.0), 1)
        rows.append((f"shop {shop}", price, math.nan if rng.random() < 0.03 else units))
    return (pd.DataFrame(rows, columns=["shop", "price", "units"]),)


def _sales_edges(rng: Random) -> list[Args]:
    def frame(shops: str, price: list[float], units: list[float]) -> Args:
        numeric = {"price": price, "units": units}
        table = pd.DataFrame(numeric, dtype="float64")
        table.insert(0, "shop", pd.Series(list(shops), dtype=object))
        return (table,)

    gap = math.nan
    some = numbers(rng, 5)
    return [
        frame("", [], []),
        frame("aab", [1.0, 2.0, 3.0], some[:3]),
        frame("bbaa", [2.0, 2.0, 1.0, 4.0], some[:4]),
        frame("aabb", [1.0, gap, 1.0, 2.0], some[:4]),
        frame("ababa", [1.0, 5.0, 3.0, 6.0, 4.0], [*some[:4], gap]),
    ]


def _sales_oracle(df: pd.DataFrame) -> object:
    result = {}
    for shop, own in df.dropna().groupby("shop"):
        if own["price"].nunique() > 1:
            covariance = np.cov(own["price"], own["units"])
            result[shop] = float(covariance[0, 1] / covariance[0, 0])
    if not result:
        return pd.Series([], dtype="float64", index=pd.Index([], name="shop"), name="slope")
    return pd.Series(result, name="slope").rename_axis("shop").sort_index()


_BY_SHOP = advanced(
    "slope_by_shop",
    4,
    doc="Return the least-squares slope of every shop.",
    ask=text(
        en="""The DataFrame `df` has the columns `shop`, `price` and `units`. Drop the rows in which
        price or units is NaN. For each shop that still has at least two different prices, compute
        the slope of the least-squares line with intercept of units on price. Return a Series of
        floats named "slope", indexed by shop (the index is named "shop"), in ascending order of
        shop. There may be thousands of rows: group them, do not scan them once per shop.""",
        pt="""O DataFrame `df` tem as colunas `shop`, `price` e `units`. Descarte as linhas em que
        price ou units é NaN. Para cada loja que ainda tem pelo menos dois preços diferentes,
        calcule a inclinação da reta de mínimos quadrados com intercepto de units em função de
        price. Retorne uma Series de floats chamada "slope", indexada pela loja (o índice se chama
        "shop"), em ordem crescente de loja. Pode haver milhares de linhas: agrupe-as, não percorra
        todas uma vez por loja.""",
    ),
    signature="def slopes(df: pd.DataFrame) -> pd.Series:",
    ordinary=_sales,
    imports="import pandas as pd",
    body="""
    known = df.dropna(subset=["price", "units"])
    groups = known.groupby("shop")
    known = known[groups["price"].transform("nunique") > 1]
    shop = known["shop"]
    price = known["price"]
    x = price - price.groupby(shop).transform("mean")
    top = (x * known["units"]).groupby(shop).sum()
    return (top / (x * x).groupby(shop).sum()).rename("slope").astype(float)
    """,
    edges=_sales_edges,
    oracle=_sales_oracle,
)


def _clock(rng: Random, size: int) -> Args:
    drift = rng.uniform(-3.0, 3.0)
    hours = [float(h) for h in rng.sample(range(5 * size), size)]
    errors = [round(drift * h + rng.gauss(0.0, 4.0), 1) for h in hours]
    errors[0] += 500.0
    return hours, errors


def _median_oracle(hours: list[float], errors: list[float]) -> object:
    if len(set(hours)) < 2:
        return 0.0
    return float(theilslopes(errors, hours).slope)


_MEDIAN_SLOPE = advanced(
    "median_slope",
    3,
    heldout=True,
    doc="Return the median slope between pairs of clock readings.",
    ask=text(
        en="""A clock was read at some `hours`; errors[i] is how far it was off at hours[i].
        Estimate its drift the robust way of Theil and Sen: form the slope between each pair of
        readings at different hours (difference of errors over difference of hours) and take the
        median of all these slopes; for an even number of slopes that is the average of the middle
        two. No pair with different hours means drift 0.0.""",
        pt="""Um relógio foi lido em algumas horas `hours`; errors[i] é quanto ele estava errado em
        hours[i]. Estime a deriva dele do modo robusto de Theil e Sen: forme a inclinação entre cada
        par de leituras em horas diferentes (diferença dos erros dividida pela diferença das horas)
        e tome a mediana de todas essas inclinações; para uma quantidade par de inclinações, ela é a
        média das duas do meio. Nenhum par com horas diferentes significa deriva 0.0.""",
    ),
    signature="def drift(hours: list[float], errors: list[float]) -> float:",
    ordinary=_clock,
    imports="from itertools import combinations\nfrom statistics import median",
    body="""
    slopes = [
        (b[1] - a[1]) / (b[0] - a[0])
        for a, b in combinations(zip(hours, errors), 2)
        if a[0] != b[0]
    ]
    return median(slopes) if slopes else 0.0
    """,
    edges=lambda rng: [
        ([], []),
        (numbers(rng, 1), [2.0]),
        ([3.0, 3.0], numbers(rng, 2)),
        ([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 900.0]),
        ([5.0, 5.0, 1.0, 2.0], numbers(rng, 4)),
    ],
    oracle=_median_oracle,
)

ADVANCED: tuple[Variant, ...] = (_WEIGHTED, _BY_SHOP, _MEDIAN_SLOPE)
