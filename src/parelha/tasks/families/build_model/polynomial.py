"""Polynomials as models: values, least-squares fits, features, interpolation."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
from numpy.polynomial.polynomial import polyder, polyval
from scipy.interpolate import KroghInterpolator

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.build_model import polynomial_advanced
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Vector = npt.NDArray[np.float64]


def _coefficients(rng: Random) -> list[float]:
    return [float(rng.choice([-3, -2, -1, 1, 2, 4])) for _ in range(rng.randint(2, 4))]


def _values_args(rng: Random, size: int) -> Args:
    return _coefficients(rng), numbers(rng, size, -5.0, 5.0)


_VALUES = levels(
    "values",
    doc="Return the values of a polynomial.",
    ask=text(
        en="""`coefs` are the coefficients of a polynomial, lowest power first: the prediction at x
        is coefs[0] + coefs[1] * x + coefs[2] * x**2 + ... Return the list of predictions for
        `xs`.""",
        pt="""`coefs` são os coeficientes de um polinômio, da menor potência para a maior: a
        previsão em x é coefs[0] + coefs[1] * x + coefs[2] * x**2 + ... Retorne a lista das
        previsões para `xs`.""",
    ),
    signature="def predict(coefs: list[float], xs: list[float]) -> list[float]:",
    ordinary=_values_args,
    easy=Level(
        contract=text("There is at least one coefficient.", "Há pelo menos um coeficiente."),
        body="return [sum(c * x**k for k, c in enumerate(coefs)) for x in xs]",
        edges=lambda rng: [
            ([float(rng.randint(2, 9))], [1.0, -2.0]),
            ([1.0, 2.0], []),
            ([1.0, -2.0, 0.0, 3.0], [0.0, float(rng.randint(2, 9))]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Without coefficients every prediction is 0.0. A coefficient of NaN counts as
            zero.""",
            pt="""Sem coeficientes, toda previsão é 0.0. Um coeficiente NaN conta como zero.""",
        ),
        imports="import math",
        body="""
        known = [(k, c) for k, c in enumerate(coefs) if not math.isnan(c)]
        return [float(sum(c * x**k for k, c in known)) for x in xs]
        """,
        edges=lambda rng: [
            ([], numbers(rng, 2)),
            ([math.nan, 2.0, math.nan, 1.0], numbers(rng, 3, -5.0, 5.0)),
            ([math.nan], [float(rng.randint(2, 9))]),
        ],
    ),
    oracle=lambda coefs, xs: [
        float(v) for v in polyval(np.array(xs), np.nan_to_num([*coefs, 0.0]))
    ],
)


def _features_oracle(xs: list[float | None], degree: int) -> object:
    known = np.array([x for x in xs if x is not None], dtype=float)
    return [[float(v) for v in row] for row in np.vander(known, degree + 1, increasing=True)]


_FEATURES = levels(
    "features",
    doc="Return the powers of every x as features.",
    ask=text(
        en="""Build the polynomial features of `xs`: for each x the list [1.0, x, x**2, ...,
        x**degree]. Return the list of these lists.""",
        pt="""Construa os atributos polinomiais de `xs`: para cada x a lista [1.0, x, x**2, ...,
        x**degree]. Retorne a lista dessas listas.""",
    ),
    signature="def features(xs: list[float], degree: int) -> list[list[float]]:",
    ordinary=lambda rng, size: (numbers(rng, size, -5.0, 5.0), rng.randint(1, 4)),
    easy=Level(
        contract=text("degree is 0 or more.", "degree é 0 ou mais."),
        body="return [[x**power for power in range(degree + 1)] for x in xs]",
        edges=lambda rng: [
            ([], 2),
            (numbers(rng, 3), 0),
            ([0.0, -1.0, float(rng.randint(2, 5))], 3),
        ],
    ),
    hard=Level(
        signature="def features(xs: list[float | None], degree: int) -> list[list[float]]:",
        contract=text(
            en="""degree is 0 or more. An x that is None gets no list at all.""",
            pt="""degree é 0 ou mais. Um x igual a None não recebe lista nenhuma.""",
        ),
        body="""
        known = [x for x in xs if x is not None]
        return [[x**power for power in range(degree + 1)] for x in known]
        """,
        edges=lambda rng: [
            ([None], 1),
            ([None, 0.0, float(rng.randint(2, 5))], 2),
            ([0.5, None, None, -0.5], rng.randint(2, 4)),
        ],
    ),
    oracle=_features_oracle,
)


def _curve(rng: Random, size: int) -> Args:
    c0, c1, c2 = (rng.uniform(-5.0, 5.0) for _ in range(3))
    x = np.array(distinct(rng, size, -6, 12))
    noise = np.array(numbers(rng, size, -2.0, 2.0))
    return x, np.round(c0 + c1 * x + c2 * x**2 + noise, 1)


def _quadratic_oracle(x: Vector, y: Vector) -> object:
    known = ~np.isnan(y)
    degree = min(len(np.unique(x[known])) - 1, 2)
    found = np.zeros(3)
    if degree >= 0:
        matrix = np.vander(x[known], degree + 1, increasing=True)
        found[: degree + 1] = np.linalg.lstsq(matrix, y[known], rcond=None)[0]
    return found


_QUADRATIC = levels(
    "quadratic",
    doc="Return the coefficients of the least-squares parabola.",
    ask=text(
        en="""Fit the parabola y = c0 + c1 * x + c2 * x**2 to the numpy arrays `x` and `y` by least
        squares. Return the array [c0, c1, c2].""",
        pt="""Ajuste a parábola y = c0 + c1 * x + c2 * x**2 aos arrays numpy `x` e `y` por mínimos
        quadrados. Retorne o array [c0, c1, c2].""",
    ),
    signature="def fit_parabola(x: np.ndarray, y: np.ndarray) -> np.ndarray:",
    ordinary=_curve,
    easy=Level(
        contract=text(
            "At least three different x are given.", "São dados pelo menos três x diferentes."
        ),
        imports="import numpy as np",
        body="return np.polyfit(x, y, 2)[::-1]",
        edges=lambda rng: [
            (np.array([0.0, 1.0, 2.0]), np.array(numbers(rng, 3))),
            (np.array([1.0, 1.0, 2.0, 4.0]), np.array(numbers(rng, 4))),
            (np.array([-1.0, 0.0, 1.0, 2.0]), np.array([1.0, 0.0, 1.0, 4.0]) * rng.randint(2, 9)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Ignore points whose y is NaN. If two different x are left, fit a straight line (c2
            is 0.0); if one is left, c0 is the mean of y and the others are 0.0; if none, all three
            are 0.0.""",
            pt="""Ignore pontos cujo y é NaN. Se sobram dois x diferentes, ajuste uma reta (c2 é
            0.0); se sobra um, c0 é a média de y e os outros são 0.0; se nenhum, os três são
            0.0.""",
        ),
        imports="import numpy as np",
        body="""
        x, y = x[~np.isnan(y)], y[~np.isnan(y)]
        result = np.zeros(3)
        size = min(len(np.unique(x)), 3)
        if size > 0:
            result[:size] = np.polyfit(x, y, size - 1)[::-1]
        return result
        """,
        edges=lambda rng: [
            (np.array([2.0, 2.0, 5.0]), np.array(numbers(rng, 3))),
            (np.array([3.0, 3.0]), np.array(numbers(rng, 2))),
            (np.array([3.0, 1.0, 2.0, 7.0]), np.array([np.nan, *numbers(rng, 3)])),
            (np.array([3.0, 1.0, 2.0]), np.array([np.nan, *numbers(rng, 2)])),
            (np.array([float(rng.randint(1, 9))]), np.array([np.nan])),
        ],
    ),
    oracle=_quadratic_oracle,
)


_SLOPE = levels(
    "slope_at",
    doc="Return the slope of a polynomial at a point.",
    ask=text(
        en="""A fitted polynomial is c[0] + c[1] * x + c[2] * x**2 + ... Return its slope (first
        derivative) at `x`: the sum of k * c[k] * x**(k - 1) over k = 1, 2, ...""",
        pt="""Um polinômio ajustado é c[0] + c[1] * x + c[2] * x**2 + ... Retorne a inclinação dele
        (primeira derivada) em `x`: a soma de k * c[k] * x**(k - 1) para k = 1, 2, ...""",
    ),
    signature="def slope(c: list[float], x: float) -> float:",
    ordinary=lambda rng, size: (numbers(rng, min(size, 5), -5.0, 5.0), numbers(rng, 1, -4, 4)[0]),
    easy=Level(
        contract=text("c has two elements or more.", "c tem dois elementos ou mais."),
        body="return sum(k * c[k] * x ** (k - 1) for k in range(1, len(c)))",
        edges=lambda rng: [
            (numbers(rng, 2), 7.0),
            ([5.0, 0.0, 3.0], float(rng.randint(1, 9))),
            (numbers(rng, 4), 0.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""With fewer than two coefficients the slope is 0.0. None in place of a coefficient
            means zero.""",
            pt="""Com menos de dois coeficientes, a inclinação é 0.0. None no lugar de um
            coeficiente significa zero.""",
        ),
        signature="def slope(c: list[float | None], x: float) -> float:",
        body="""
        return sum(
            (k * value * x ** (k - 1) for k, value in enumerate(c) if k and value),
            start=0.0,
        )
        """,
        edges=lambda rng: [
            ([], 3.0),
            (numbers(rng, 1), 0.0),
            ([None, None, 2.0], float(rng.randint(1, 9))),
            ([None, *numbers(rng, 2), None, 1.5], -2.0),
        ],
    ),
    oracle=lambda c, x: float(polyval(x, polyder(np.array([v or 0.0 for v in [*c, 0.0]])))),
)


def _knots(rng: Random, size: int) -> Args:
    num_knots = min(size, 5)
    times = distinct(rng, num_knots, 0, 9)
    return times, numbers(rng, num_knots, -9.0, 9.0), rng.randint(0, 8) + 0.5


def _interpolation_oracle(times: list[float], heights: list[float], when: float) -> object:
    if not times:
        return 0.0
    last: dict[float, float] = dict(zip(times, heights, strict=True))
    return float(KroghInterpolator(list(last), list(last.values()))(when))


_INTERPOLATE = levels(
    "interpolate",
    heldout=True,
    doc="Return the height of the curve through all knots.",
    ask=text(
        en="""Exactly one polynomial of lowest degree passes through all knots (times[i],
        heights[i]). Tell its height at the moment `when`. Lagrange: add up, over all i, heights[i]
        times the product of (when - times[j]) / (times[i] - times[j]) over all other j.""",
        pt="""Um único polinômio de menor grau passa por todos os nós (times[i], heights[i]). Diga a
        altura dele no momento `when`. Lagrange: some, para todo i, heights[i] vezes o produto de
        (when - times[j]) / (times[i] - times[j]) para todos os outros j.""",
    ),
    signature="def height(times: list[float], heights: list[float], when: float) -> float:",
    ordinary=_knots,
    easy=Level(
        contract=text(
            "All times differ, and knots are not lacking.",
            "Todos os tempos diferem, e não faltam nós.",
        ),
        body="""
        total = 0.0
        for i, time in enumerate(times):
            others = times[:i] + times[i + 1:]
            factors = [(when - other) / (time - other) for other in others]
            total += heights[i] * math.prod(factors)
        return total
        """,
        imports="import math",
        edges=lambda rng: [
            ([2.0], numbers(rng, 1), 7.0),
            ([1.0, 3.0], numbers(rng, 2), 3.0),
            ([0.0, 2.0, 1.0], [0.0, 4.0, 1.0], float(rng.randint(3, 9))),
        ],
    ),
    hard=Level(
        contract=text(
            en="""When a time occurs more than once, only its last height counts. Height 0.0 where
            there are no knots.""",
            pt="""Quando um tempo ocorre mais de uma vez, só vale a última altura dele. Altura 0.0
            quando não há nós.""",
        ),
        body="""
        knots = dict(zip(times, heights))
        total = 0.0
        for time, value in knots.items():
            factors = [(when - t) / (time - t) for t in knots if t != time]
            total += value * math.prod(factors)
        return total
        """,
        imports="import math",
        edges=lambda rng: [
            ([], [], float(rng.randint(1, 9))),
            ([1.0, 4.0, 1.0], numbers(rng, 3), 2.0),
            ([5.0, 5.0], numbers(rng, 2), 1.5),
        ],
    ),
    oracle=_interpolation_oracle,
)


def _next_args(rng: Random, size: int) -> Args:
    coefs = _coefficients(rng)[:3]
    num_terms = max(3, min(size, 8))
    return ([float(polyval(k, coefs)) + rng.randint(-1, 1) for k in range(num_terms)],)


def _next_oracle(terms: list[float]) -> object:
    known = [t for t in terms if not math.isnan(t)]
    if not known:
        return 0.0
    return float(KroghInterpolator(np.arange(len(known)), known)(len(known)))


_NEXT = levels(
    "next_term",
    heldout=True,
    doc="Return the next term of a sequence by its differences.",
    ask=text(
        en="""Continue the sequence `terms` by the method of differences: below the sequence write
        the differences of neighbours, below them their differences, and so on down to one number.
        The next term is the sum of the last entries of all these rows, `terms` included.""",
        pt="""Continue a sequência `terms` pelo método das diferenças: abaixo da sequência escreva
        as diferenças entre vizinhos, abaixo delas as diferenças delas, e assim por diante até um só
        número. O próximo termo é a soma dos últimos elementos de todas essas linhas, inclusive
        `terms`.""",
    ),
    signature="def next_term(terms: list[float]) -> float:",
    ordinary=_next_args,
    easy=Level(
        contract=text("A sequence has one term or more.", "Uma sequência tem um termo ou mais."),
        body="""
        total = 0.0
        row = terms
        while row:
            total += row[-1]
            row = [b - a for a, b in zip(row, row[1:])]
        return total
        """,
        edges=lambda rng: [
            ([float(rng.randint(1, 9))],),
            ([float(rng.randint(1, 9))] * 4,),
            ([1.0, 4.0, 9.0, 16.0],),
            (numbers(rng, 2),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Strike every NaN from the sequence before you start. Nothing left continues with
            0.0.""",
            pt="""Risque todo NaN da sequência antes de começar. Se não sobra nada, ela continua com
            0.0.""",
        ),
        imports="import math",
        body="""
        total = 0.0
        row = [term for term in terms if not math.isnan(term)]
        while row:
            total += row[-1]
            row = [b - a for a, b in zip(row, row[1:])]
        return total
        """,
        edges=lambda rng: [
            ([],),
            ([math.nan, math.nan],),
            ([2.0, math.nan, *numbers(rng, 2)],),
            ([*numbers(rng, 3), math.nan],),
        ],
    ),
    oracle=_next_oracle,
)


_MISTAKES = (
    Mistake("values", "return [sum(c * x**k for k, c in enumerate(coefs[::-1])) for x in xs]"),
    Mistake("features", "return [[x**power for power in range(1, degree + 1)] for x in xs]"),
    Mistake("quadratic", "return np.polyfit(x, y, 2)", imports="import numpy as np"),
    Mistake("slope_at", "return sum(c[k] * x ** (k - 1) for k in range(1, len(c)))"),
)

FAMILY = Family(
    "build_model.polynomial",
    CoderAction.BUILD_MODEL,
    (
        *(*_VALUES, *_FEATURES, *_QUADRATIC, *_SLOPE, *_INTERPOLATE, *_NEXT),
        *polynomial_advanced.ADVANCED,
    ),
    mistakes=_MISTAKES,
)
