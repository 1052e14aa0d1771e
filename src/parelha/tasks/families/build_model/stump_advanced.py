"""Decision stumps at levels 3 and 4: the search for the best split, boosting."""

import math
from itertools import pairwise
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Matrix = npt.NDArray[np.float64]


def _gini(labels: npt.NDArray[np.int64]) -> float:
    """Gini impurity times the number of labels."""
    share = float(np.mean(labels)) if len(labels) else 0.0
    return 2.0 * share * (1.0 - share) * len(labels)


def _features(rng: Random, size: int) -> Args:
    size = max(size, 4)
    names = ["age", "income", "visits"]
    frame = pd.DataFrame({name: [float(rng.randint(0, 12)) for _ in range(size)] for name in names})
    noise = [rng.random() < 0.85 for _ in range(size)]
    cut = rng.randint(4, 8)
    sure = frame[rng.choice(names)] > cut
    frame["label"] = [int(a == b) for a, b in zip(sure, noise, strict=True)]
    if size > 9:
        frame.loc[rng.randint(0, size - 1), "income"] = np.nan
    return (frame,)


def _feature_edges(rng: Random) -> list[Args]:
    def frame(label: list[int], **columns: list[float]) -> Args:
        table = pd.DataFrame(columns, dtype="float64")
        table["label"] = np.array(label, dtype="int64")
        return (table,)

    gap = math.nan
    return [
        frame([0, 1, 0], a=[2.0, 2.0, 2.0]),
        frame([], a=[], b=[]),
        frame([1, 0, 1, 0], b=[1.0, 2.0, 3.0, 4.0], a=[1.0, 2.0, 3.0, 4.0]),
        frame([0, 0, 1, 1], x=[1.0, 1.0, 5.0, float(rng.randint(6, 9))], y=[4.0, 3.0, 2.0, 1.0]),
        frame([0, 1, 1, 0], x=[1.0, gap, 3.0, 4.0], y=[1.0, 9.0, gap, 0.0]),
        frame([1, 1, 1], x=[1.0, 2.0, 4.0]),
    ]


def _best_oracle(df: pd.DataFrame) -> object:
    best = ("", 0.0, math.inf)
    for name in df.columns.drop("label"):
        known = df[[name, "label"]].dropna()
        places = sorted(known[name].unique())
        for low, high in pairwise(places):
            left = known["label"][known[name] <= low].to_numpy()
            right = known["label"][known[name] > low].to_numpy()
            impurity = round((_gini(left) + _gini(right)) / len(known), 9)
            if impurity < best[2]:
                best = (str(name), float(low + high) / 2.0, impurity)
    return best if best[0] else ("", 0.0, 0.0)


_BEST = advanced(
    "best_split",
    3,
    doc="Return column, threshold and impurity of the best split.",
    ask=text(
        en="""Find the best decision stump. The DataFrame `df` has numeric columns and the column
        `label` with 0 and 1. For each other column, leave out its NaN rows and try as thresholds
        the midpoints between neighbouring different values; a split sends x <= threshold left, the
        rest right. Its impurity is the mean of the Gini impurities 2 * p * (1 - p) of both sides,
        weighted by their numbers of rows, where p is the share of label 1. Return (column,
        threshold, impurity) of the lowest impurity, all impurities rounded to 9 decimals. On a tie
        the column that comes first in `df` wins, then the lowest threshold. Without any possible
        split return ("", 0.0, 0.0).""",
        pt="""Encontre o melhor toco de decisão. O DataFrame `df` tem colunas numéricas e a coluna
        `label` com 0 e 1. Para cada uma das outras colunas, deixe de fora as linhas em que ela é
        NaN e experimente como limiares os pontos médios entre valores diferentes vizinhos; uma
        divisão manda x <= limiar para a esquerda, o resto para a direita. A impureza dela é a
        média das impurezas de Gini 2 * p * (1 - p) dos dois lados, ponderada pelas suas
        quantidades de linhas, em que p é a parcela do rótulo 1. Retorne (coluna, limiar) da menor
        impureza. Impurezas que coincidem quando arredondadas a 9 casas são um empate: vence a
        coluna que vem primeiro em `df`, depois o menor limiar. Sem nenhuma divisão possível,
        retorne ("", 0.0).""",
    ),
    signature="def best_split(df: pd.DataFrame) -> tuple[str, float, float]:",
    ordinary=_features,
    imports="import pandas as pd",
    body="""
    found = []
    for order, name in enumerate(df.columns.drop("label")):
        rows = df.groupby(name)["label"].agg(["sum", "size"]).cumsum()
        n, one = rows["size"].iloc[:-1], rows["sum"].iloc[:-1]
        rest, other = rows["size"].max() - n, rows["sum"].max() - one
        total = one * (1 - one / n) + other * (1 - other / rest)
        scores = (2 * total / rows["size"].max()).round(9)
        cuts = (rows.index[:-1] + rows.index[1:]) / 2
        for score, cut in zip(scores, cuts):
            found.append((float(score), order, float(cut), name))
    best = min(found, default=(0.0, 0, 0.0, ""))
    return best[3], best[2], best[0]
    """,
    edges=_feature_edges,
    oracle=_best_oracle,
)


def _steps(rng: Random, size: int) -> Args:
    cut = rng.uniform(3.0, 7.0)
    xs = [round(rng.uniform(0.0, 10.0), 1 if size < 300 else 2) for _ in range(size)]
    return xs, [round(rng.gauss(5.0 if x > cut else 1.0, 1.0), 2) for x in xs]


def _steps_oracle(xs: list[float], ys: list[float]) -> object:
    if len(xs) > 300:  # quadratic
        return NotImplemented
    x, y = np.array(xs), np.array(ys)
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    places = np.unique(x)
    if len(places) < 2:
        mean = float(y.mean()) if len(y) else 0.0
        return 0.0, mean, mean
    errors = []
    for low in places[:-1]:
        left, right = y[x <= low], y[x > low]
        errors.append(len(left) * left.var() + len(right) * right.var())
    best = int(np.argmin(np.round(errors, 6)))
    side = x <= places[best]
    middle = float(places[best] + places[best + 1]) / 2.0
    return middle, float(y[side].mean()), float(y[~side].mean())


_REGRESSION = advanced(
    "regression",
    4,
    doc="Return threshold and leaf means of the best regression stump.",
    ask=text(
        en="""Fit a regression stump to the points (xs[i], ys[i]). Drop the points whose y is NaN.
        Candidate thresholds are the midpoints between neighbouring different x; x <= threshold is
        the left leaf, and each leaf predicts the mean of its y. Return (threshold, left mean, right
        mean) for the threshold with the smallest sum of squared errors; errors that agree when
        rounded to 6 decimals are a tie, which the lowest threshold wins. If all x are equal there
        is no split: return (0.0, mean, mean) with the mean of all y, 0.0 without points. There may
        be thousands of points: sort once and keep running sums.""",
        pt="""Ajuste um toco de regressão aos pontos (xs[i], ys[i]). Descarte os pontos cujo y é
        NaN. Os limiares candidatos são os pontos médios entre x diferentes vizinhos; x <= limiar é
        a folha esquerda, e cada folha prevê a média dos seus y. Retorne (limiar, média esquerda,
        média direita) do limiar com a menor soma dos erros ao quadrado; erros que coincidem quando
        arredondados a 6 casas são um empate, que o menor limiar vence. Se todos os x são iguais,
        não há divisão: retorne (0.0, média, média) com a média de todos os y, 0.0 sem pontos. Pode
        haver milhares de pontos: ordene uma vez e mantenha somas acumuladas.""",
    ),
    signature="def fit(xs: list[float], ys: list[float]) -> tuple[float, float, float]:",
    ordinary=_steps,
    imports="import math",
    body="""
    points = sorted((x, y) for x, y in zip(xs, ys) if not math.isnan(y))
    n, total = len(points), sum(y for _, y in points)
    mean = total / n if points else 0.0
    gains = []
    running = 0.0
    for i, ((x, y), (after, _)) in enumerate(zip(points, points[1:]), start=1):
        running += y
        if x < after:
            left, right = running / i, (total - running) / (n - i)
            gain = i * (n - i) / n * (left - right) ** 2
            gains.append((-round(gain, 6), (x + after) / 2, left, right))
    return min(gains)[1:] if gains else (0.0, mean, mean)
    """,
    edges=lambda rng: [
        ([], []),
        ([2.0, 2.0, 2.0], [1.0, 5.0, float(rng.randint(6, 9))]),
        ([1.0, 2.0, 3.0], [4.0, 4.0, 4.0]),
        ([1.0, 2.0, 3.0, 4.0], [0.0, 6.0, 6.0, 0.0]),
        ([5.0, 1.0, 5.0, 1.0, 9.0], [math.nan, *numbers(rng, 3), 200.0]),
        ([1.0, 2.0], [math.nan, 4.0]),
    ],
    oracle=_steps_oracle,
)


def _boosting(rng: Random, size: int) -> Args:
    votes = np.array([rng.choice([-1, 1]) for _ in range(size)])
    truth = np.array([v if rng.random() < 0.7 else -v for v in votes.tolist()])
    weights = np.array(numbers(rng, size, 0.1, 3.0))
    return truth, votes, weights


def _boosting_oracle(
    truth: npt.NDArray[np.int64], votes: npt.NDArray[np.int64], weights: Matrix
) -> object:
    if len(truth) == 0:
        return weights
    # Freund and Schapire: after the update, right and wrong samples weigh one half each.
    right = truth == votes
    if not 0.1 <= weights[~right].sum() / weights.sum() <= 0.9:
        return NotImplemented
    new = np.empty(len(truth))
    new[right] = 0.5 * weights[right] / weights[right].sum()
    new[~right] = 0.5 * weights[~right] / weights[~right].sum()
    return new


_BOOST = advanced(
    "boosting_round",
    4,
    heldout=True,
    doc="Return the sample weights after one round of AdaBoost.",
    ask=text(
        en="""Update the sample weights of AdaBoost after a round. The arrays `truth` and `votes`
        hold -1 or 1 for each sample, `w` its present positive weight. Normalise the weights to sum
        1; the error e is the weight of the samples voted wrongly, limited to the range 1e-6 to 1 -
        1e-6. With a = log((1 - e) / e) / 2 multiply each normalised weight by exp(-a * truth *
        vote) and normalise again. Hand back the new array; the old one stays untouched. No samples:
        an empty array.""",
        pt="""Atualize os pesos das amostras do AdaBoost depois de uma rodada. Os arrays `truth` e
        `votes` trazem -1 ou 1 para cada amostra, `w` o seu peso atual, positivo. Normalize os pesos
        para soma 1; o erro e é o peso das amostras votadas errado, limitado ao intervalo de 1e-6 a
        1 - 1e-6. Com a = log((1 - e) / e) / 2, multiplique cada peso normalizado por exp(-a * truth
        * vote) e normalize outra vez. Devolva o novo array; o antigo fica intacto. Nenhuma amostra:
        um array vazio.""",
    ),
    signature="def boost(truth: np.ndarray, votes: np.ndarray, w: np.ndarray) -> np.ndarray:",
    ordinary=_boosting,
    imports="import numpy as np",
    body="""
    shares = w / w.sum()
    error = np.clip(shares[truth != votes].sum(), 0.1, 0.9)
    power = np.log((1 - error) / error) / 2
    new = shares * np.exp(-power * truth * votes)
    return np.asarray(new / new.sum())
    """,
    edges=lambda rng: [
        (np.array([1, -1]), np.array([1, -1]), np.array(numbers(rng, 2, 1.0, 9.0))),
        (np.array([1, 1, -1]), np.array([-1, -1, 1]), np.array(numbers(rng, 3, 1.0, 9.0))),
        (np.array([], dtype=int), np.array([], dtype=int), np.array([], dtype=float)),
        (np.array([1, 1]), np.array([1, -1]), np.array([1.0, float(rng.randint(20, 90))])),
        (np.array([1, -1]), np.array([1, 1]), np.array([float(rng.randint(20, 90)), 1.0])),
        (np.array([1, 1, -1, -1]), np.array([1, 1, -1, 1]), np.array([0.2, 0.3, 0.3, 0.2])),
    ],
    oracle=_boosting_oracle,
)

ADVANCED: tuple[Variant, ...] = (_BEST, _REGRESSION, _BOOST)
