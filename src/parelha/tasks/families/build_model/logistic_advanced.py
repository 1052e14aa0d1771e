"""Logistic regression at levels 3 and 4: training by gradient descent, ROC, calibration."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score, roc_curve

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Vector = npt.NDArray[np.float64]


def _training(rng: Random, size: int) -> Args:
    rows = [[rng.gauss(40.0, 9.0), rng.uniform(0.0, 0.5)] for _ in range(size)]
    labels = [int(a / 9.0 + 8.0 * b + rng.gauss(0.0, 2.0) > 6.5) for a, b in rows]
    x = np.round(np.array(rows), 2)
    return x, np.array(labels), rng.choice([0.1, 0.5]), rng.randint(2, 20)


def _training_edges(rng: Random) -> list[Args]:
    x = np.array([numbers(rng, 2) for _ in range(4)])
    y = np.array([0, 1, 1, 0])
    return [
        (x, y, 0.5, 0),
        (x, y, 0.5, 1),
        (x * np.array([1.0, 0.0]) + 3.0, y, 1.0, 3),
        (x[:1], y[1:2], 1.0, 2),
        (np.zeros((0, 2)), np.zeros(0, dtype=int), 0.1, 5),
    ]


def _training_oracle(x: Vector, y: Vector, rate: float, steps: int) -> object:
    w = [0.0] * (x.shape[1] + 1)
    if len(x) == 0:
        return np.array(w)
    spread = [float(column.std()) or 1.0 for column in x.T]
    rows = [[1.0, *((row - x.mean(axis=0)) / spread)] for row in x]
    for _ in range(steps):
        errors = [
            1.0 / (1.0 + np.exp(-np.dot(w, row))) - label
            for row, label in zip(rows, y, strict=True)
        ]
        slopes = [float(np.mean(np.multiply(errors, column))) for column in zip(*rows, strict=True)]
        w = [a - rate * slope for a, slope in zip(w, slopes, strict=True)]
    return np.array(w)


_TRAIN = advanced(
    "train",
    3,
    doc="Return the intercept and weights after steps of gradient descent.",
    ask=text(
        en="""Train a logistic regression by gradient descent. `x` is a numpy array of shape (n, p),
        `y` holds the n labels 0 or 1. First standardise each column of x: subtract its mean, then
        divide by its population standard deviation, except where that is zero. Start with all
        weights and the intercept at 0.0. Repeat `steps` times: p = 1 / (1 + exp(-z)) with z =
        intercept + standardised x @ weights; then, both from the same p, subtract from the
        intercept rate * mean(p - y) and from each weight rate * mean((p - y) * its standardised
        column). Return an array of shape (p + 1,): the intercept, then the weights, on the
        standardised scale. Without rows return zeros.""",
        pt="""Treine uma regressão logística por descida de gradiente. `x` é um array numpy de forma
        (n, p), `y` contém os n rótulos 0 ou 1. Antes, padronize cada coluna de x: subtraia a média
        e depois divida pelo desvio padrão populacional, exceto onde ele é zero. Comece com todos os
        pesos e o intercepto em 0.0. Repita `steps` vezes: p = 1 / (1 + exp(-z)) com z = intercepto
        + x padronizado @ pesos; então, ambos com o mesmo p, subtraia do intercepto rate * média(p -
        y) e de cada peso rate * média((p - y) * coluna padronizada dele). Retorne um array de forma
        (p + 1,): o intercepto e depois os pesos, na escala padronizada. Sem linhas, retorne
        zeros.""",
    ),
    signature="def train(x: np.ndarray, y: np.ndarray, rate: float, steps: int) -> np.ndarray:",
    ordinary=_training,
    imports="import numpy as np",
    body="""
    weights = np.zeros(x.shape[1] + 1)
    if len(x) == 0:
        return weights
    spread = x.std(axis=0)
    spread[spread == 0] = 1.0
    z = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / spread])
    for _ in range(steps):
        errors = 1 / (1 + np.exp(-z @ weights)) - y
        weights = weights - rate * (errors @ z) / len(x)
    return weights
    """,
    edges=_training_edges,
    oracle=_training_oracle,
)


def _scored(rng: Random, size: int) -> Args:
    rows = []
    for _ in range(size):
        label = rng.randint(0, 1)
        rows.append((round(rng.gauss(0.4 + 0.2 * label, 0.2), 2), label))
    return [label for _, label in rows], [score for score, _ in rows]


def _auc_oracle(labels: list[int | None], scores: list[float]) -> object:
    known = [(a, s) for a, s in zip(labels, scores, strict=True) if a is not None]
    if len({label for label, _ in known}) < 2:
        return 0.5
    return float(roc_auc_score([label for label, _ in known], [score for _, score in known]))


_AUC = advanced(
    "auc",
    4,
    doc="Return the area under the ROC curve.",
    ask=text(
        en="""Compute the AUC of a classifier from `labels` and `scores`: the share of all pairs of
        a sample labelled 1 and a sample labelled 0 in which the one labelled 1 has the higher
        score; a pair with equal scores counts one half. Samples whose label is None are left out
        first. If one of the two labels does not occur, return 0.5. There can be thousands of
        samples with many equal scores: sort them, do not go through all pairs.""",
        pt="""Calcule a AUC de um classificador a partir de `labels` e `scores`: a parcela, entre
        todos os pares de uma amostra de rótulo 1 e uma de rótulo 0, daqueles em que a de rótulo 1
        tem o escore maior; um par com escores iguais conta meio. Amostras cujo rótulo é None ficam
        fora desde o início. Se um dos dois rótulos não ocorre, retorne 0.5. Pode haver milhares de
        amostras com muitos escores iguais: ordene-as, não percorra todos os pares.""",
    ),
    signature="def auc(labels: list[int | None], scores: list[float]) -> float:",
    ordinary=_scored,
    body="""
    counts: dict[float, list[int]] = {}
    for label, score in zip(labels, scores):
        if label is not None:
            counts.setdefault(score, [0, 0])[label] += 1
    below = 0
    wins = 0.0
    for _, (zeros, ones) in sorted(counts.items()):
        wins += ones * (below + zeros / 2)
        below += zeros
    pairs = below * sum(ones for _, ones in counts.values())
    return wins / pairs if pairs else 0.5
    """,
    edges=lambda rng: [
        ([], []),
        ([1, 1, None], numbers(rng, 3)),
        ([0, 0], numbers(rng, 2)),
        ([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]),
        ([0, None, 1, 0, 1], [0.9, 0.1, 0.8, 0.2, rng.choice([0.1, 0.3, 0.95])]),
        ([1, 0, 1], [3.0, 2.0, 2.0]),
    ],
    oracle=_auc_oracle,
)


def _cutoff_oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    if known["sick"].nunique() < 2:
        return float("nan"), 0.0
    falses, trues, cuts = roc_curve(known["sick"], known["marker"], drop_intermediate=False)
    gains = np.round(trues - falses, 9)[1:]
    best = np.flatnonzero(gains == gains.max())[0]
    return float(cuts[1:][best]), float(gains[best])


def _clinic(rng: Random, size: int) -> Args:
    rows = [
        (round(rng.gauss(5.0 + sick, 1.5), 1) if rng.random() > 0.05 else np.nan, bool(sick))
        for sick in (rng.randint(0, 1) for _ in range(size))
    ]
    return (pd.DataFrame(rows, columns=["marker", "sick"]),)


def _clinic_edges(rng: Random) -> list[Args]:
    def frame(markers: list[float], sick: list[bool]) -> Args:
        return (pd.DataFrame({"marker": np.array(markers, dtype=float), "sick": sick}),)

    return [
        frame(numbers(rng, 2), [True, True]),
        frame([], []),
        frame([1.0, 2.0, np.nan], [False, False, True]),
        frame([1.0, 2.0, 3.0, 4.0], [False, True, False, True]),
        frame([4.0, 3.0, float(rng.randint(0, 2))], [False, True, True]),
        frame([2.0, 2.0, 5.0, 1.0, np.nan], [True, False, True, False, True]),
    ]


_CUTOFF = advanced(
    "best_cutoff",
    3,
    heldout=True,
    doc="Return the cutoff with the largest Youden index, and the index.",
    ask=text(
        en="""Where should a medical test draw the line? The DataFrame `df` has a numeric column
        `marker` and a boolean column `sick`; patients without a marker value are not considered. A
        cutoff c calls everybody with marker >= c positive. Youden's index of c is the share of
        positives among the sick minus the share of positives among the healthy. Try each marker
        value that occurs as a cutoff and deliver the pair (cutoff, index) with the largest index;
        among equal indices (within 1e-9) the largest cutoff is preferred. Deliver (NaN, 0.0) unless
        both sick and healthy patients are left.""",
        pt="""Onde um exame médico deve traçar o limite? O DataFrame `df` tem uma coluna numérica
        `marker` e uma coluna booleana `sick`; pacientes sem valor de marker não são considerados.
        Um corte c chama de positivos todos com marker >= c. O índice de Youden de c é a parcela de
        positivos entre os doentes menos a parcela de positivos entre os saudáveis. Experimente como
        corte cada valor de marker que ocorre e entregue o par (corte, índice) com o maior índice;
        entre índices iguais (com folga de 1e-9) prefere-se o maior corte. Entregue (NaN, 0.0) a não
        ser que sobrem pacientes doentes e saudáveis.""",
    ),
    signature="def best_cutoff(df: pd.DataFrame) -> tuple[float, float]:",
    ordinary=_clinic,
    imports="import pandas as pd",
    body="""
    known = df.dropna(subset=["marker"])
    counts = known.groupby("marker")["sick"].agg(["sum", "size"]).iloc[::-1]
    sick = counts["sum"].cumsum()
    healthy = counts["size"].cumsum() - sick
    if known["sick"].nunique() < 2:
        return float("nan"), 0.0
    index = (sick / sick.iloc[-1] - healthy / healthy.iloc[-1]).round(9)
    return float(index.idxmax()), float(index.max())
    """,
    edges=_clinic_edges,
    oracle=_cutoff_oracle,
)

ADVANCED: tuple[Variant, ...] = (_TRAIN, _AUC, _CUTOFF)
