"""Ridge regression: least squares with a penalty on the squared weights."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import Ridge

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.build_model import ridge_advanced
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Vector = npt.NDArray[np.float64]


def _alpha(rng: Random) -> float:
    return rng.choice([0.5, 1.0, 2.0, 5.0, 10.0])


def _points(rng: Random, size: int) -> Args:
    slope = rng.uniform(-5.0, 5.0)
    xs = distinct(rng, size, 0, 20)
    return xs, [round(slope * x + rng.gauss(3.0, 2.0), 1) for x in xs], _alpha(rng)


def _points_edges(rng: Random) -> list[Args]:
    xs = distinct(rng, 4, 1, 20)
    return [
        ([3.0], numbers(rng, 1), 2.0),
        (xs, [2.0 * x for x in xs], 100.0),
        ([-x for x in xs], numbers(rng, 4), 0.1),
    ]


def _flat_edges(rng: Random) -> list[Args]:
    return [
        ([], [], 0.0),
        ([0.0, 0.0], numbers(rng, 2), 0.0),
        ([7.0] * 3, numbers(rng, 3), 0.0),
        (distinct(rng, 4, 1, 20), numbers(rng, 4), 0.0),
    ]


def _slope_oracle(xs: list[float], ys: list[float], alpha: float) -> object:
    if not xs or alpha == 0.0:
        return NotImplemented
    model = Ridge(alpha=alpha, fit_intercept=False).fit(np.array(xs)[:, np.newaxis], ys)
    return float(model.coef_[0])


_SLOPE = levels(
    "slope",
    doc="Return the ridge slope of a line through the origin.",
    ask=text(
        en="""Fit the model y = b * x to the points (xs[i], ys[i]) with a ridge penalty: b = sum(x *
        y) / (sum(x * x) + alpha). Return b.""",
        pt="""Ajuste o modelo y = b * x aos pontos (xs[i], ys[i]) com penalidade ridge: b = soma(x *
        y) / (soma(x * x) + alpha). Retorne b.""",
    ),
    signature="def ridge(xs: list[float], ys: list[float], alpha: float) -> float:",
    ordinary=_points,
    easy=Level(
        contract=text("alpha is positive.", "alpha é positivo."),
        body="""
        top = sum(x * y for x, y in zip(xs, ys))
        return top / (sum(x * x for x in xs) + alpha)
        """,
        edges=_points_edges,
    ),
    hard=Level(
        contract=text(
            "alpha may be zero; if the divisor is zero, return 0.0.",
            "alpha pode ser zero; se o divisor é zero, retorne 0.0.",
        ),
        body="""
        bottom = sum(x * x for x in xs) + alpha
        if bottom == 0:
            return 0.0
        return sum(x * y for x, y in zip(xs, ys)) / bottom
        """,
        edges=_flat_edges,
    ),
    oracle=_slope_oracle,
)


def _line_oracle(xs: list[float], ys: list[float], alpha: float) -> object:
    if not xs or alpha == 0.0:
        return NotImplemented
    model = Ridge(alpha=alpha).fit(np.array(xs)[:, np.newaxis], ys)
    return float(model.coef_[0]), float(model.intercept_)


_LINE = levels(
    "line",
    doc="Return slope and intercept of the ridge line.",
    ask=text(
        en="""Fit a ridge regression line to `xs` and `ys` in which only the slope is penalised:
        slope = sum((x - mean_x)*(y - mean_y)) / (sum((x - mean_x)**2) + alpha) and intercept =
        mean_y - slope * mean_x. Return (slope, intercept).""",
        pt="""Ajuste a `xs` e `ys` uma reta de regressão ridge em que só a inclinação é penalizada:
        inclinação = soma((x - média_x)*(y - média_y)) / (soma((x - média_x)**2) + alpha) e
        intercepto = média_y - inclinação * média_x. Retorne (inclinação, intercepto).""",
    ),
    signature="def fit(xs: list[float], ys: list[float], alpha: float) -> tuple[float, float]:",
    ordinary=_points,
    easy=Level(
        contract=text(
            "There is at least one point and alpha > 0.", "Há pelo menos um ponto e alpha > 0."
        ),
        body="""
        mean_x = sum(xs) / len(xs)
        mean_y = sum(ys) / len(ys)
        top = sum((x - mean_x) * y for x, y in zip(xs, ys))
        slope = top / (sum((x - mean_x) ** 2 for x in xs) + alpha)
        return slope, mean_y - slope * mean_x
        """,
        edges=_points_edges,
    ),
    hard=Level(
        contract=text(
            en="""alpha may be 0; the slope is 0.0 where its divisor is 0. Without points return
            (0.0, 0.0).""",
            pt="""alpha pode ser 0; a inclinação é 0.0 quando o divisor dela é 0. Sem pontos,
            retorne (0.0, 0.0).""",
        ),
        body="""
        if not xs:
            return 0.0, 0.0
        mean_x = sum(xs) / len(xs)
        mean_y = sum(ys) / len(ys)
        top = sum((x - mean_x) * y for x, y in zip(xs, ys))
        bottom = sum((x - mean_x) ** 2 for x in xs) + alpha
        slope = top / bottom if bottom else 0.0
        return slope, mean_y - slope * mean_x
        """,
        edges=_flat_edges,
    ),
    oracle=_line_oracle,
)


def _matrix(rng: Random, size: int) -> Args:
    num_columns = rng.randint(2, 3)
    rows = [numbers(rng, num_columns, -5.0, 5.0) for _ in range(size)]
    return np.array(rows), np.array(numbers(rng, size, -9.0, 9.0)), _alpha(rng)


def _gap_matrix(rng: Random) -> Args:
    x, y, alpha = _matrix(rng, 5)
    assert isinstance(y, np.ndarray)
    y[rng.randint(0, 3)] = np.nan
    return x, y, alpha


def _weights_oracle(x: Vector, y: Vector, alpha: float) -> object:
    known = ~np.isnan(y)
    if not known.any():
        return np.zeros(x.shape[1])
    return Ridge(alpha=alpha, fit_intercept=False).fit(x[known], y[known]).coef_


_WEIGHTS = levels(
    "weights",
    doc="Return the ridge weights of a linear model without intercept.",
    ask=text(
        en="""`x` is a numpy array of shape (n, p) and `y` one of shape (n,). Return the ridge
        weights w, an array of shape (p,), that solve (x.T @ x + alpha * I) @ w = x.T @ y, where I
        is the identity matrix.""",
        pt="""`x` é um array numpy de forma (n, p) e `y` um de forma (n,). Retorne os pesos ridge w,
        um array de forma (p,), que resolvem (x.T @ x + alpha * I) @ w = x.T @ y, em que I é a
        matriz identidade.""",
    ),
    signature="def ridge_weights(x: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:",
    ordinary=_matrix,
    easy=Level(
        contract=text("alpha is greater than zero.", "alpha é maior que zero."),
        imports="import numpy as np",
        body="""
        gram = x.T @ x + alpha * np.eye(x.shape[1])
        return np.linalg.solve(gram, x.T @ y)
        """,
        edges=lambda rng: [
            (np.array([[1.0, 2.0]]), np.array(numbers(rng, 1)), 3.0),
            (np.array([[1.0], [2.0], [-4.0]]), np.array(numbers(rng, 3)), 0.25),
            (np.array([[1.0, 1.0], [2.0, 2.0]]), np.array(numbers(rng, 2)), 1.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""alpha is greater than zero. Rows whose y is NaN take no part; if none is left, all
            weights are 0.0.""",
            pt="""alpha é maior que zero. Linhas cujo y é NaN não participam; se não sobra nenhuma,
            todos os pesos são 0.0.""",
        ),
        imports="import numpy as np",
        body="""
        known = ~np.isnan(y)
        x, y = x[known], y[known]
        gram = x.T @ x + alpha * np.eye(x.shape[1])
        return np.linalg.solve(gram, x.T @ y)
        """,
        edges=lambda rng: [
            _gap_matrix(rng),
            _gap_matrix(rng),
            (np.array([numbers(rng, 2)]), np.array([np.nan]), 2.0),
        ],
    ),
    oracle=_weights_oracle,
)


def _loss_args(rng: Random, size: int) -> Args:
    xs, ys, alpha = _points(rng, size)
    return xs, ys, round(rng.uniform(-4.0, 4.0), 1), alpha


def _loss_oracle(xs: list[float], ys: list[float], w: float, alpha: float) -> object:
    errors = np.asarray(ys) - w * np.asarray(xs)
    errors = errors[~np.isnan(errors)]
    return float(np.mean(errors**2) if len(errors) else 0.0) + alpha * w**2


_LOSS = levels(
    "loss",
    doc="Return the penalised loss of a line.",
    ask=text(
        en="""A line through the origin predicts w * x. Return its ridge loss on the points (xs[i],
        ys[i]): the mean of the squared errors plus alpha * w ** 2.""",
        pt="""Uma reta que passa pela origem prevê w * x. Retorne a perda ridge dela nos pontos
        (xs[i], ys[i]): a média dos erros ao quadrado mais alpha * w ** 2.""",
    ),
    signature="def loss(xs: list[float], ys: list[float], w: float, alpha: float) -> float:",
    ordinary=_loss_args,
    easy=Level(
        contract=text("At least one point is given.", "É dado pelo menos um ponto."),
        body="""
        total = sum((y - w * x) ** 2 for x, y in zip(xs, ys))
        return total / len(xs) + alpha * w * w
        """,
        edges=lambda rng: [
            ([2.0], numbers(rng, 1), 1.5, 4.0),
            ([1.0, 2.0], [2.0, 4.0], 2.0, float(rng.randint(1, 9))),
            (distinct(rng, 3), numbers(rng, 3), -1.0, 0.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Points whose y is NaN are left out of the mean. Where no point is left, the loss
            is the penalty alone.""",
            pt="""Pontos cujo y é NaN ficam fora da média. Quando não sobra ponto nenhum, a perda é
            só a penalidade.""",
        ),
        imports="import math",
        body="""
        known = [(x, y) for x, y in zip(xs, ys) if not math.isnan(y)]
        penalty = alpha * w * w
        if not known:
            return penalty
        return sum((y - w * x) ** 2 for x, y in known) / len(known) + penalty
        """,
        edges=lambda rng: [
            ([], [], 3.0, float(rng.randint(1, 9))),
            ([1.0, 4.0], [math.nan, math.nan], 2.5, 2.0),
            ([1.0, 4.0, 6.0], [math.nan, *numbers(rng, 2)], -1.5, 2.0),
        ],
    ),
    oracle=_loss_oracle,
)


def _groups(rng: Random, size: int) -> Args:
    names = ["north", "south", "east", "west"][: rng.randint(2, 4)]
    return {name: numbers(rng, rng.randint(1, size)) for name in names}, _alpha(rng)


_SHRUNK = levels(
    "shrunken_means",
    heldout=True,
    doc="Return the average of every region, shrunk towards zero.",
    ask=text(
        en="""`data` maps a region to its numbers. Few numbers deserve little trust: give every
        region the shrunken average total / (count + k), as a dictionary.""",
        pt="""`data` leva de uma região aos seus números. Poucos números merecem pouca confiança: dê
        a cada região a média encolhida total / (quantidade + k), em um dicionário.""",
    ),
    signature="def shrink(data: dict[str, list[float]], k: float) -> dict[str, float]:",
    ordinary=_groups,
    easy=Level(
        contract=text("k is above zero.", "k fica acima de zero."),
        body="""
        return {name: sum(own) / (len(own) + k) for name, own in data.items()}
        """,
        edges=lambda rng: [
            ({}, 1.0),
            ({"north": [float(rng.randint(1, 9))]}, 0.5),
            ({"a": [3.0, -3.0], "b": [4.0] * 6}, 2.0),
        ],
    ),
    hard=Level(
        signature="def shrink(data: dict[str, list[float | None]], k: float) -> dict[str, float]:",
        contract=text(
            en="""None stands for an unknown number and counts for nothing. A region whose divisor
            would be zero gets 0.0.""",
            pt="""None indica um número desconhecido e não conta para nada. Uma região cujo divisor
            seria zero fica com 0.0.""",
        ),
        body="""
        averages = {}
        for region, numbers in data.items():
            known = [number for number in numbers if number is not None]
            bottom = len(known) + k
            averages[region] = sum(known) / bottom if bottom else 0.0
        return averages
        """,
        edges=lambda rng: [
            ({"north": [], "south": numbers(rng, 2)}, 0.0),
            ({"north": [None, None], "south": [None, *numbers(rng, 2)]}, 1.0),
            ({"a": [0.0, None, 9.0], "b": [None]}, 0.0),
        ],
    ),
    oracle=lambda regions, strength: {
        region: float(np.sum(known) / (len(known) + strength)) if len(known) + strength else 0.0
        for region, all_numbers in regions.items()
        for known in [[n for n in all_numbers if n is not None]]
    },
)


def _spectrum(rng: Random, size: int) -> Args:
    return numbers(rng, size, 0.5, 40.0), _alpha(rng)


_FREEDOM = levels(
    "degrees_of_freedom",
    heldout=True,
    doc="Return the effective degrees of freedom of a penalised fit.",
    ask=text(
        en="""How many effective parameters has a penalised fit? Each of the `eigenvalues` e
        contributes e / (e + penalty); tell their sum.""",
        pt="""Quantos parâmetros efetivos tem um ajuste penalizado? Cada autovalor e de
        `eigenvalues` contribui com e / (e + penalty); diga a soma deles.""",
    ),
    signature="def degrees(eigenvalues: list[float], penalty: float) -> float:",
    ordinary=_spectrum,
    easy=Level(
        contract=text("All numbers are positive.", "Todos os números são positivos."),
        body="return float(sum(e / (e + penalty) for e in eigenvalues))",
        edges=lambda rng: [
            ([], 1.0),
            ([4.0], float(rng.randint(1, 9))),
            ([1.0, 1.0, 1.0], 0.25),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Eigenvalues of zero, or below it by rounding, contribute nothing; a penalty of
            zero is possible.""",
            pt="""Autovalores iguais a zero, ou abaixo dele por arredondamento, não contribuem com
            nada; penalty pode ser zero.""",
        ),
        body="return float(sum(e / (e + penalty) for e in eigenvalues if e > 0))",
        edges=lambda rng: [
            ([0.0, 0.0], 0.0),
            ([0.0, *numbers(rng, 2, 1.0, 9.0)], 0.0),
            ([-0.5, *numbers(rng, 2, 1.0, 9.0)], 2.0),
        ],
    ),
    oracle=lambda eigenvalues, penalty: float(
        np.sum([1.0 / (1.0 + penalty / e) for e in eigenvalues if e > 0.0])
    ),
)


_MISTAKES = (
    Mistake("slope", "return sum(x * y for x, y in zip(xs, ys)) / sum(x * x for x in xs) + alpha"),
    Mistake(
        "line",
        """
        top = sum(x * y for x, y in zip(xs, ys))
        slope = top / (sum(x * x for x in xs) + alpha)
        return slope, sum(ys) / len(ys) - slope * sum(xs) / len(xs)
        """,
    ),
    Mistake(
        "weights", "return np.linalg.solve(x.T @ x + alpha, x.T @ y)", imports="import numpy as np"
    ),
    Mistake("loss", "return sum((y - w * x) ** 2 for x, y in zip(xs, ys)) + alpha * w**2"),
)

FAMILY = Family(
    "build_model.ridge",
    CoderAction.BUILD_MODEL,
    (*_SLOPE, *_LINE, *_WEIGHTS, *_LOSS, *_SHRUNK, *_FREEDOM, *ridge_advanced.ADVANCED),
    mistakes=_MISTAKES,
)
