"""Logistic regression: probabilities, loss, one gradient step, decisions."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.stats import logistic
from sklearn.metrics import log_loss

from parelha.tasks.draws import numbers
from parelha.tasks.families.build_model import logistic_advanced, logistic_heldout
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Vector = npt.NDArray[np.float64]


def _labels(rng: Random, size: int) -> list[int]:
    return [rng.randint(0, 1) for _ in range(size)]


def _rows(rng: Random, size: int, num_columns: int = 2) -> list[list[float]]:
    return [numbers(rng, num_columns, -3.0, 3.0) for _ in range(size)]


_PROBABILITY = levels(
    "probability",
    doc="Return the predicted probability of every row.",
    ask=text(
        en="""A logistic regression has the weights `w` and the intercept `b`. For each row of
        `rows` compute z = b + sum(w[j] * row[j]) and return the list of probabilities 1 / (1 +
        exp(-z)).""",
        pt="""Uma regressão logística tem os pesos `w` e o intercepto `b`. Para cada linha de
        `rows`, calcule z = b + soma(w[j] * linha[j]) e retorne a lista das probabilidades 1 / (1 +
        exp(-z)).""",
    ),
    signature="def predict(rows: list[list[float]], w: list[float], b: float) -> list[float]:",
    ordinary=lambda rng, size: (
        _rows(rng, size),
        numbers(rng, 2, -2.0, 2.0),
        numbers(rng, 1, -2.0, 2.0)[0],
    ),
    easy=Level(
        contract=text("No z is large.", "Nenhum z é grande."),
        imports="import math",
        body="""
        scores = [b + sum(a * x for a, x in zip(w, row)) for row in rows]
        return [1 / (1 + math.exp(-z)) for z in scores]
        """,
        edges=lambda rng: [
            ([], [1.0, 2.0], 0.5),
            ([[float(rng.randint(1, 4))]], [1.0], 0.0),
            ([[0.0, 0.0], [1.0, -1.0]], [2.0, 2.0], 0.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""z can be as low as -5000 or as high as 5000, where exp(-z) may overflow: the
            probability is then 0.0 or 1.0. A feature that is NaN counts as 0.""",
            pt="""z pode ir de -5000 a 5000, onde exp(-z) pode estourar: a probabilidade é então 0.0
            ou 1.0. Um atributo NaN conta como 0.""",
        ),
        imports="import math",
        body="""
        result = []
        for row in rows:
            pairs = zip(w, row)
            z = b + sum(a * x for a, x in pairs if not math.isnan(x))
            result.append(1 / (1 + math.exp(-z)) if z > -700 else 0.0)
        return result
        """,
        edges=lambda rng: [
            ([[-1000.0], [1000.0], [1.0]], [5.0], 0.0),
            ([[math.nan, 1.0], [2.0, math.nan]], numbers(rng, 2, 0.5, 2.0), 0.5),
            ([[800.0, 0.0], [float(rng.randint(1, 3)), 1.0]], [-2.0, 1.0], 1.0),
        ],
    ),
    oracle=lambda rows, w, b: [
        float(logistic.cdf(b + np.nan_to_num(row) @ np.array(w))) for row in rows
    ],
)


def _loss_args(rng: Random, size: int) -> Args:
    return _labels(rng, size), numbers(rng, size, 0.02, 0.98, 2)


def _loss_oracle(labels: list[int], probs: list[float]) -> object:
    if not labels:
        return 0.0
    p = np.where(labels, np.maximum(probs, 1e-6), np.minimum(probs, 1.0 - 1e-6))
    return float(log_loss(labels, p, labels=[0, 1]))


_LOSS = levels(
    "log_loss",
    doc="Return the mean log loss of predicted probabilities.",
    ask=text(
        en="""Compute the log loss of a classifier: the mean over all samples of -log(p) where the
        label in `labels` is 1 and of -log(1 - p) where it is 0, with p from `probs` and natural
        logarithms.""",
        pt="""Calcule a log loss de um classificador: a média, em todas as amostras, de -log(p) onde
        o rótulo em `labels` é 1 e de -log(1 - p) onde é 0, com p de `probs` e logaritmos
        naturais.""",
    ),
    signature="def log_loss(labels: list[int], probs: list[float]) -> float:",
    ordinary=_loss_args,
    easy=Level(
        contract=text(
            "There are samples, and 0 < p < 1 holds for every p.",
            "Há amostras, e 0 < p < 1 vale para todo p.",
        ),
        imports="import math",
        body="""
        chances = [p if label else 1 - p for label, p in zip(labels, probs)]
        return -sum(math.log(chance) for chance in chances) / len(chances)
        """,
        edges=lambda rng: [
            ([1], numbers(rng, 1, 0.1, 0.9, 2)),
            ([0], numbers(rng, 1, 0.1, 0.9, 2)),
            ([0, 1, 1], [0.5, 0.5, 0.5]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A logarithm of less than 1e-6 is replaced by the logarithm of 1e-6. The loss of no
            samples is 0.0.""",
            pt="""Um logaritmo de menos que 1e-6 é trocado pelo logaritmo de 1e-6. A perda de
            nenhuma amostra é 0.0.""",
        ),
        imports="import math",
        body="""
        total = 0.0
        for label, p in zip(labels, probs):
            chance = p if label else 1 - p
            total -= math.log(max(chance, 1e-6))
        return total / len(labels) if labels else 0.0
        """,
        edges=lambda rng: [
            ([], []),
            ([1, 0], [0.0, 1.0]),
            ([1, 0, 1], [1.0, 0.0, *numbers(rng, 1, 0.1, 0.9, 2)]),
            ([0, 1], [1.0, *numbers(rng, 1, 0.1, 0.9, 2)]),
        ],
    ),
    oracle=_loss_oracle,
)


def _step_args(rng: Random, size: int) -> Args:
    return numbers(rng, size, -3.0, 3.0), _labels(rng, size), *numbers(rng, 2, -2.0, 2.0)


def _step_oracle(xs: list[float], ys: list[int], w: float, b: float) -> object:
    x, y = np.array(xs), np.array(ys)
    x, y = x[y >= 0], y[y >= 0]
    design = np.column_stack([x, np.ones(len(x))])  # (n, 2)
    gradient = design.T @ (logistic.cdf(w * x + b) - y) / max(len(x), 1)
    return [float(v) for v in np.array([w, b]) - 0.5 * gradient]


_STEP = levels(
    "gradient_step",
    doc="Return weight and intercept after one step of gradient descent.",
    ask=text(
        en="""Do one step of gradient descent for a logistic regression on one feature, with the
        points (xs[i], ys[i]). With p = 1 / (1 + exp(-(w * x + b))) for each point, the gradient of
        w is the mean of (p - y) * x and that of b the mean of p - y. Return the list [w - 0.5 *
        gradient_w, b - 0.5 * gradient_b].""",
        pt="""Faça um passo de descida de gradiente para uma regressão logística com um atributo,
        nos pontos (xs[i], ys[i]). Com p = 1 / (1 + exp(-(w * x + b))) em cada ponto, o gradiente de
        w é a média de (p - y) * x e o de b a média de p - y. Retorne a lista [w - 0.5 *
        gradiente_w, b - 0.5 * gradiente_b].""",
    ),
    signature="def step(xs: list[float], ys: list[int], w: float, b: float) -> list[float]:",
    ordinary=_step_args,
    easy=Level(
        contract=text("At least one point is there.", "Existe pelo menos um ponto."),
        imports="import math",
        body="""
        errors = [1 / (1 + math.exp(-w * x - b)) - y for x, y in zip(xs, ys)]
        grad_w = sum(error * x for error, x in zip(errors, xs)) / len(xs)
        return [w - 0.5 * grad_w, b - 0.5 * sum(errors) / len(xs)]
        """,
        edges=lambda rng: [
            ([1.0], [1], 0.0, 0.0),
            ([0.0, 0.0], [0, 1], *numbers(rng, 2, -2.0, 2.0)),
            (numbers(rng, 3, -3.0, 3.0), [0, 0, 1], 1.0, -1.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A y of -1 is not known yet: leave its point out of the means. If no point is left,
            w and b stay as they are.""",
            pt="""Um y igual a -1 ainda não é conhecido: deixe o ponto dele fora das médias. Se não
            sobra ponto, w e b ficam como estão.""",
        ),
        imports="import math",
        body="""
        known = [(x, y) for x, y in zip(xs, ys) if y >= 0]
        if not known:
            return [w, b]
        errors = [1 / (1 + math.exp(-w * x - b)) - y for x, y in known]
        grad_w = sum(e * x for e, (x, _) in zip(errors, known)) / len(known)
        return [w - 0.5 * grad_w, b - 0.5 * sum(errors) / len(known)]
        """,
        edges=lambda rng: [
            ([], [], *numbers(rng, 2, -2.0, 2.0)),
            ([2.0, 1.0], [-1, -1], 0.5, 0.25),
            ([2.0, 1.0, -1.0], [1, -1, 0], *numbers(rng, 2, -2.0, 2.0)),
        ],
    ),
    oracle=_step_oracle,
)


def _decision_args(rng: Random, size: int) -> Args:
    z = np.array(numbers(rng, size, -3.0, 3.0, 2)) + 0.003  # no probability is on the threshold
    return z, rng.choice([0.3, 0.5, 0.7])


def _decision_oracle(scores: Vector, threshold: float) -> object:
    if threshold == 0.5:  # at this threshold a score of zero decides exactly
        decided = np.where(scores >= 0.0, 1, 0)
    else:
        decided = np.where(scores >= math.log(threshold / (1.0 - threshold)), 1, 0)
    return np.where(np.isnan(scores), -1, decided)


_DECISIONS = levels(
    "decisions",
    doc="Return the class of every score.",
    ask=text(
        en="""`scores` is a numpy array of logistic scores z. Return the array of ints with 1 where
        the probability 1 / (1 + exp(-z)) is at least `threshold` and 0 elsewhere.""",
        pt="""`scores` é um array numpy de escores logísticos z. Retorne o array de inteiros com 1
        onde a probabilidade 1 / (1 + exp(-z)) é no mínimo `threshold` e 0 no resto.""",
    ),
    signature="def decide(scores: np.ndarray, threshold: float) -> np.ndarray:",
    ordinary=_decision_args,
    easy=Level(
        contract=text("0 < threshold < 1.", "0 < threshold < 1."),
        imports="import numpy as np",
        body="return np.where(1 / (1 + np.exp(-scores)) >= threshold, 1, 0)",
        edges=lambda rng: [
            (np.array([0.0, *numbers(rng, 2, 0.5, 3.0)]), 0.5),
            (np.array([-0.5, 0.0, 0.5]), 0.3),
            (np.array(numbers(rng, 3, -9.0, -3.0)), 0.9),
        ],
    ),
    hard=Level(
        contract=text(
            en="""0 < threshold < 1. A score of NaN gets the class -1, and no scores give an empty
            array of ints.""",
            pt="""0 < threshold < 1. Um escore NaN recebe a classe -1, e nenhum escore dá um array
            de inteiros vazio.""",
        ),
        imports="import numpy as np",
        body="""
        classes = np.where(1 / (1 + np.exp(-scores)) >= threshold, 1, 0)
        return np.where(np.isnan(scores), -1, classes)
        """,
        edges=lambda rng: [
            (np.array([], dtype=float), 0.5),
            (np.array([np.nan, *numbers(rng, 2, -3.0, 3.0)]), 0.5),
            (np.array([np.nan, 4.0, -4.0]), 0.25),
        ],
    ),
    oracle=_decision_oracle,
)


_MISTAKES = (
    Mistake(
        "probability",
        "return [1 / (1 + math.exp(b + sum(a * x for a, x in zip(w, r)))) for r in rows]",
        imports="import math",
    ),
    Mistake(
        "log_loss",
        "return -sum(y * math.log(p) for y, p in zip(labels, probs)) / len(labels)",
        imports="import math",
    ),
    Mistake(
        "decisions",
        "return np.where(1 / (1 + np.exp(-scores)) > threshold, 1, 0)",
        imports="import numpy as np",
    ),
)

FAMILY = Family(
    "build_model.logistic",
    CoderAction.BUILD_MODEL,
    (
        *(*_PROBABILITY, *_LOSS, *_STEP, *_DECISIONS),
        *logistic_heldout.HELDOUT,
        *logistic_advanced.ADVANCED,
    ),
    mistakes=_MISTAKES,
)
