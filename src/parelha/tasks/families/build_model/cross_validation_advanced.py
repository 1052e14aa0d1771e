"""Cross-validation at levels 3 and 4: folds of groups, and scores of models without refitting."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LinearRegression

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Vector = npt.NDArray[np.float64]


def _visits(rng: Random, size: int) -> Args:
    num_patients = max(2, size // 4)
    names = [f"p{rng.randint(1, num_patients)}" for _ in range(size)]
    return (pd.DataFrame({"patient": names, "result": numbers(rng, size)}), rng.randint(2, 5))


def _visit_edges(rng: Random) -> list[Args]:
    def frame(names: list[str | None]) -> pd.DataFrame:
        column = pd.Series(names, dtype=object)
        return pd.DataFrame({"patient": column, "result": numbers(rng, len(names))})

    return [
        (frame([]), 3),
        (frame(["b", "a", "b", "c", "c", "a"]), 2),
        (frame(["x"] * rng.randint(2, 9)), 4),
        (frame(["a", None, "b", "b", None]), 2),
        (frame([None, None]), 2),
        (frame(["b", "a", "c", "c", "d"]).set_index(pd.Index([9, 8, 7, 9, 5])), 1),
    ]


def _groups_oracle(df: pd.DataFrame, k: int) -> object:
    loads = [0] * k
    fold_of: dict[object, int] = {}
    counts = [(-int((df["patient"] == n).sum()), str(n)) for n in df["patient"].dropna().unique()]
    for count, name in sorted(counts):
        fold = int(np.argmin(loads))
        loads[fold] -= count
        fold_of[name] = fold
    folds = [-1 if pd.isna(n) else fold_of[n] for n in df["patient"]]
    return pd.Series(folds, index=df.index, name="fold", dtype="int64")


_GROUPS = advanced(
    "patient_folds",
    3,
    doc="Return the fold of every row, with all rows of a patient together.",
    ask=text(
        en="""Make `k` cross-validation folds of the rows of the DataFrame `df` so that all rows of
        a `patient` are in the same fold. Take the patients from the one with the most rows to the
        one with the fewest (equal numbers: in alphabetical order) and put each into the fold that
        has the fewest rows at that moment (on a tie the lowest fold number). Return a Series of
        ints named "fold", with the index of `df` in its order, that holds the fold number 0, 1,
        ..., k - 1 of each row. Rows without a patient (None) get the number -1 and do not
        count.""",
        pt="""Faça `k` partes de validação cruzada com as linhas do DataFrame `df`, de modo que
        todas as linhas de um `patient` fiquem na mesma parte. Tome os pacientes do que tem mais
        linhas ao que tem menos (quantidades iguais: em ordem alfabética) e ponha cada um na parte
        que tem menos linhas naquele momento (no empate, a de menor número). Retorne uma Series de
        inteiros chamada "fold", com o índice de `df` na mesma ordem, que traz o número da parte 0,
        1, ..., k - 1 de cada linha. Linhas sem paciente (None) recebem o número -1 e não
        contam.""",
    ),
    signature="def patient_folds(df: pd.DataFrame, k: int) -> pd.Series:",
    ordinary=_visits,
    imports="import pandas as pd",
    body="""
    sizes = df.groupby("patient").size()
    order = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    loads = [0] * k
    fold_of = {}
    for name in order:
        fold = loads.index(min(loads))
        fold_of[name] = fold
        loads[fold] += sizes[name]
    folds = df["patient"].map(fold_of).astype("float64")
    return folds.fillna(-1).astype("int64").rename("fold")
    """,
    edges=_visit_edges,
    oracle=_groups_oracle,
)


def _line_args(rng: Random, size: int) -> Args:
    slope, start = rng.uniform(-3.0, 3.0), rng.uniform(-9.0, 9.0)
    size = max(size, 6)
    xs = numbers(rng, size, -9.0, 9.0)
    ys = [round(start + slope * x + rng.gauss(0.0, 3.0), 1) for x in xs]
    return np.array(xs), np.array(ys), rng.randint(2, 3) if size < 12 else rng.randint(2, 10)


def _line_edges(rng: Random) -> list[Args]:
    gap = math.nan
    ys = numbers(rng, 6)
    return [
        (np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 5.0, 7.0, 9.0]) + rng.randint(1, 9), 4),
        (np.array([5.0, 5.0, 5.0, 5.0]), np.array(ys[:4]), 2),
        (np.array([5.0, 5.0, 5.0, 7.0]), np.array(ys[:4]), 4),
        (np.array([1.0, gap, 2.0, 4.0, 6.0, 7.0]), np.array([*ys[:5], gap]), 2),
        (np.array([1.0]), np.array(ys[:1]), 2),
        (np.array([gap, 1.0, 4.0]), np.array(ys[:3]), 2),
    ]


def _line_oracle(x: Vector, y: Vector, k: int) -> object:
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) < k:
        return 0.0
    squares = np.zeros(len(x))
    for fold in range(k):
        test = np.arange(len(x)) % k == fold
        if np.ptp(x[~test]) == 0.0:
            squares[test] = (y[test] - y[~test].mean()) ** 2
        else:
            model = LinearRegression().fit(x[~test, np.newaxis], y[~test])
            squares[test] = (y[test] - model.predict(x[test, np.newaxis])) ** 2
    return float(np.sqrt(squares.mean()))


_LINE = advanced(
    "line_score",
    3,
    doc="Return the cross-validated RMSE of a straight line.",
    ask=text(
        en="""Cross-validate a straight line. Drop the points of the numpy arrays `x` and `y` in
        which x or y is NaN; the remaining point number i (from 0) is tested in fold i % k. For each
        of the `k` folds fit a least-squares line with intercept to the points of the other folds
        and predict the points of the fold; if all x of the other folds are equal, predict the mean
        of their y. Return the root of the mean squared error over all points together. Return 0.0
        if fewer than k points remain; k is at least 2.""",
        pt="""Faça a validação cruzada de uma reta. Descarte os pontos dos arrays numpy `x` e `y` em
        que x ou y é NaN; o ponto restante de número i (a partir de 0) é testado na parte i % k.
        Para cada uma das `k` partes, ajuste uma reta de mínimos quadrados com intercepto aos pontos
        das outras partes e preveja os pontos da parte; se todos os x das outras partes são iguais,
        preveja a média dos y delas. Retorne a raiz do erro quadrático médio de todos os pontos
        juntos. Retorne 0.0 se restam menos de k pontos; k é no mínimo 2.""",
    ),
    signature="def score(x: np.ndarray, y: np.ndarray, k: int) -> float:",
    ordinary=_line_args,
    imports="import numpy as np",
    body="""
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) < k:
        return 0.0
    total = 0.0
    for fold in range(k):
        test = np.arange(len(x)) % k == fold
        degree = 1 if np.ptp(x[~test]) > 0 else 0
        line = np.polyfit(x[~test], y[~test], degree)
        total += ((y[test] - np.polyval(line, x[test])) ** 2).sum()
    return float(np.sqrt(total / len(x)))
    """,
    edges=_line_edges,
    oracle=_line_oracle,
)


def _neighbour_args(rng: Random, size: int) -> Args:
    size = max(size, 4)
    places = rng.sample(range(20 * size), size)
    xs = [p * p / 7.0 for p in places]  # no two gaps are equal
    labels = [rng.choice("ab") if rng.random() < 0.3 else "ab"[p > 10 * size] for p in places]
    return [round(x, 4) for x in xs], labels


def _neighbour_oracle(xs: list[float], labels: list[str]) -> object:
    if len(xs) < 2 or len(xs) > 1000:  # a full matrix of distances
        return 0.0 if len(xs) < 2 else NotImplemented
    order = np.argsort(xs, kind="stable")
    x, own = np.array(xs)[order], np.array(labels)[order]
    gaps = np.abs(x[:, np.newaxis] - x)
    np.fill_diagonal(gaps, np.inf)
    return float(np.mean(own[gaps.argmin(axis=1)] == own))


_NEIGHBOUR = advanced(
    "nearest_left_out",
    4,
    doc="Return the leave-one-out accuracy of the nearest neighbour.",
    ask=text(
        en="""Return the leave-one-out accuracy of one-nearest-neighbour classification on a line:
        the share of the points whose label in `labels` equals the label of the nearest other point
        by the absolute difference of `xs`. If the nearest smaller and the nearest larger x are
        equally far, the smaller one decides; all x are different. With fewer than two points the
        accuracy is 0.0. There may be thousands of points: after sorting, a point's nearest
        neighbour is beside it.""",
        pt="""Retorne a acurácia da classificação pelo vizinho mais próximo em uma reta, deixando um
        ponto de fora por vez: a parcela dos pontos cujo rótulo em `labels` é igual ao rótulo do
        outro ponto mais próximo pela diferença absoluta de `xs`. Se o menor e o maior x mais
        próximos estão igualmente longe, decide o menor; todos os x são diferentes. Com menos de
        dois pontos, a acurácia é 0.0. Pode haver milhares de pontos: depois de ordenar, o vizinho
        mais próximo de um ponto está ao lado dele.""",
    ),
    signature="def accuracy(xs: list[float], labels: list[str]) -> float:",
    ordinary=_neighbour_args,
    imports="import math",
    body="""
    points = sorted(zip(xs, labels))
    if len(points) < 2:
        return 0.0
    padded = [(-math.inf, ""), *points, (math.inf, "")]
    hits = 0
    for low, (x, label), high in zip(padded, points, padded[2:]):
        nearest = low if x - low[0] <= high[0] - x else high
        hits += nearest[1] == label
    return hits / len(points)
    """,
    edges=lambda rng: [
        ([], []),
        (numbers(rng, 1), ["a"]),
        ([1.0, 2.0], ["a", "a"]),
        ([6.0, 2.0, 4.0], ["b", "a", "a"]),
        ([0.0, 4.0, 5.0, float(rng.randint(20, 90))], ["a", "b", "b", "a"]),
        ([2.0, 1.0, 3.0], ["x", "y", "x"]),
    ],
    oracle=_neighbour_oracle,
)


def _wards(rng: Random, size: int) -> Args:
    wards = [f"w{rng.randint(1, max(2, size // 5))}" for _ in range(size)]
    return wards, numbers(rng, size)


def _wards_oracle(wards: list[str], values: list[float]) -> object:
    frame = pd.DataFrame({"ward": wards, "value": values}).dropna()
    result = {}
    for ward in sorted(set(frame["ward"])):
        rest = frame.loc[frame["ward"] != ward, "value"]
        own = frame.loc[frame["ward"] == ward, "value"]
        if len(rest):
            result[str(ward)] = float((own - rest.mean()).abs().mean())
    return result


_WARDS = advanced(
    "leave_one_ward_out",
    4,
    heldout=True,
    doc="Return how far the wards lie from what all other wards predict.",
    ask=text(
        en="""Would a hospital's wards predict each other? `values`[i] was measured in `wards`[i].
        For every ward, the forecast is the average of the values of all other wards; its error is
        the average absolute difference between its own values and that forecast. Put the errors
        into a dictionary by ward. NaN values were never measured: a ward that has nothing else is
        missing from the result, and so is a ward for which no other ward has values. Wards and
        values can be many; one pass for the totals is enough.""",
        pt="""As alas de um hospital preveriam umas às outras? `values`[i] foi medido em `wards`[i].
        Para toda ala, a previsão é a média dos valores de todas as outras alas; o erro dela é a
        diferença absoluta média entre os seus próprios valores e essa previsão. Ponha os erros em
        um dicionário por ala. Valores NaN nunca foram medidos: uma ala que não tem outra coisa
        falta no resultado, e também uma ala para a qual nenhuma outra tem valores. As alas e os
        valores podem ser muitos; uma só passada basta para os totais.""",
    ),
    signature="def errors(wards: list[str], values: list[float]) -> dict[str, float]:",
    ordinary=_wards,
    imports="import math",
    body="""
    own: dict[str, list[float]] = {}
    for ward, value in zip(wards, values):
        if not math.isnan(value):
            own.setdefault(ward, []).append(value)
    total = sum(sum(found) for found in own.values())
    count = sum(len(found) for found in own.values())
    result = {}
    for ward, found in own.items():
        if len(found) < count:
            forecast = (total - sum(found)) / (count - len(found))
            gaps = [abs(value - forecast) for value in found]
            result[ward] = sum(gaps) / len(gaps)
    return result
    """,
    edges=lambda rng: [
        ([], []),
        (["a", "a"], numbers(rng, 2)),
        (["a", "b"], [math.nan, *numbers(rng, 1)]),
        (["a", "b", "a", "c"], [math.nan, 4.0, *numbers(rng, 2)]),
        (["b", "a", "b"], [1.0, 5.0, float(rng.randint(6, 9))]),
    ],
    oracle=_wards_oracle,
)

ADVANCED: tuple[Variant, ...] = (_GROUPS, _LINE, _NEIGHBOUR, _WARDS)
