"""Linear regression with one variable, by least squares."""

from random import Random

import numpy as np

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.build_model import linear_regression_advanced
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _points(rng: Random, size: int) -> Args:
    """Points around a line; the x are different whole numbers."""
    slope, intercept = rng.uniform(-5.0, 5.0), rng.uniform(-20.0, 20.0)
    xs = distinct(rng, size, 0, 20)
    return xs, [round(slope * x + intercept + rng.gauss(0.0, 2.0), 1) for x in xs]


def _easy_edges(rng: Random) -> list[Args]:
    xs = distinct(rng, 5, 1, 20)
    return [
        ([1.0, 3.0], numbers(rng, 2)),
        (xs, [2.0 * x - 1.0 for x in xs]),
        (xs, [-x for x in xs]),
        ([2.0, 2.0, 5.0, 5.0], numbers(rng, 4)),
        ([-x for x in xs], numbers(rng, 5)),
    ]


def _degenerate_edges(rng: Random) -> list[Args]:
    x = float(rng.randint(1, 9))
    return [([], []), ([x], numbers(rng, 1)), ([x] * 4, numbers(rng, 4)), ([0.0, 0.0], [1.0, 2.0])]


def _fit(xs: list[float], ys: list[float]) -> tuple[float, float]:
    """Slope and intercept by numpy; a flat line through the mean where x does not vary."""
    if not xs:
        return 0.0, 0.0
    if np.ptp(xs) == 0:
        return 0.0, float(np.mean(ys))
    slope, intercept = np.polyfit(xs, ys, 1)
    return float(slope), float(intercept)


_FIT = """
mean_x = sum(xs) / len(xs)
mean_y = sum(ys) / len(ys)
top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
slope = top / sum((x - mean_x) ** 2 for x in xs)
"""

_GUARDED_FIT = """
if not xs:
    return {empty}
mean_x = sum(xs) / len(xs)
mean_y = sum(ys) / len(ys)
top = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys))
bottom = sum((x - mean_x) ** 2 for x in xs)
slope = top / bottom if min(xs) < max(xs) else 0.0
"""


def _fit_then(end: str) -> str:
    return _FIT.strip() + "\n" + end


def _guarded_fit_then(empty: str, end: str) -> str:
    return _GUARDED_FIT.strip().format(empty=empty) + "\n" + end


_LINE = levels(
    "line",
    doc="Return slope and intercept of the least-squares line.",
    ask=text(
        en="""Fit a straight line y = slope * x + intercept to the points (xs[i], ys[i]) by
        ordinary least squares: slope = sum((x - mean_x)*(y - mean_y)) / sum((x - mean_x)**2),
        intercept = mean_y - slope * mean_x. Return the tuple (slope, intercept).""",
        pt="""Ajuste uma reta y = inclinação * x + intercepto aos pontos (xs[i], ys[i]) por mínimos
        quadrados: inclinação = soma((x - média_x)*(y - média_y)) / soma((x - média_x)**2),
        intercepto = média_y - inclinação * média_x. Retorne a tupla (inclinação, intercepto).""",
    ),
    signature="def fit_line(xs: list[float], ys: list[float]) -> tuple[float, float]:",
    ordinary=_points,
    easy=Level(
        contract=text(
            "There are at least two different x.", "Há pelo menos dois valores de x diferentes."
        ),
        body=_fit_then("return slope, mean_y - slope * mean_x\n"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""When all x are equal the slope is 0.0 and the intercept is the mean of y. Without
            points return (0.0, 0.0).""",
            pt="""Quando todos os x são iguais, a inclinação é 0.0 e o intercepto é a média de y.
            Sem pontos, retorne (0.0, 0.0).""",
        ),
        body=_guarded_fit_then("0.0, 0.0", "return slope, mean_y - slope * mean_x\n"),
        edges=_degenerate_edges,
    ),
    oracle=_fit,
)


def _with_new_x(rng: Random, size: int) -> Args:
    return (*_points(rng, size), round(rng.uniform(-10.0, 40.0), 1))


def _predict_oracle(xs: list[float], ys: list[float], new_x: float) -> object:
    slope, intercept = _fit(xs, ys)
    return slope * new_x + intercept


_PREDICT = levels(
    "predict",
    doc="Return the prediction of the least-squares line at a new x.",
    ask=text(
        en="""Fit a simple linear regression (least squares, with intercept) of `ys` on `xs` and
        return its prediction for `new_x`. The slope is the sum of (x - mean_x)*(y - mean_y)
        divided by the sum of (x - mean_x)**2, and the line passes through (mean_x, mean_y).""",
        pt="""Ajuste uma regressão linear simples (mínimos quadrados, com intercepto) de `ys` em
        função de `xs` e retorne a previsão para `new_x`. A inclinação é a soma de
        (x - média_x)*(y - média_y) dividida pela soma de (x - média_x)**2, e a reta passa por
        (média_x, média_y).""",
    ),
    signature="def predict(xs: list[float], ys: list[float], new_x: float) -> float:",
    ordinary=_with_new_x,
    easy=Level(
        contract=text("Not all x are equal.", "Nem todos os x são iguais."),
        body=_fit_then("return mean_y + slope * (new_x - mean_x)\n"),
        edges=lambda rng: [(*args, 7.5) for args in _easy_edges(rng)],
    ),
    hard=Level(
        contract=text(
            en="""If all x are equal, predict the mean of `ys`; if there are no points, predict
            0.0.""",
            pt="""Se todos os x são iguais, preveja a média de `ys`; se não há pontos, preveja
            0.0.""",
        ),
        body=_guarded_fit_then("0.0", "return mean_y + slope * (new_x - mean_x)\n"),
        edges=lambda rng: [(*args, 2.5) for args in _degenerate_edges(rng)],
    ),
    oracle=_predict_oracle,
)


def _origin_oracle(xs: list[float], ys: list[float]) -> object:
    if not any(xs):
        return 0.0
    matrix = np.asarray(xs)[:, np.newaxis]  # (n, 1)
    return float(np.linalg.lstsq(matrix, np.asarray(ys), rcond=None)[0][0])


_ORIGIN = levels(
    "through_origin",
    doc="Return the slope of the best line through the origin.",
    ask=text(
        en="""Fit the model y = b * x (a line through the origin, no intercept) to the points with
        coordinates `xs` and `ys` by least squares: b = sum(x * y) / sum(x * x). Return b.""",
        pt="""Ajuste o modelo y = b * x (uma reta que passa pela origem, sem intercepto) aos pontos
        de coordenadas `xs` e `ys` por mínimos quadrados: b = soma(x * y) / soma(x * x).
        Retorne b.""",
    ),
    signature="def fit_through_origin(xs: list[float], ys: list[float]) -> float:",
    ordinary=_points,
    easy=Level(
        contract=text("At least one x is not zero.", "Pelo menos um x é diferente de zero."),
        body="""
        top = sum(x * y for x, y in zip(xs, ys))
        return top / sum(x * x for x in xs)
        """,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            "If every x is zero, or there are no points, return 0.0.",
            "Se todo x é zero, ou se não há pontos, retorne 0.0.",
        ),
        body="""
        bottom = sum(x * x for x in xs)
        if bottom == 0:
            return 0.0
        return sum(x * y for x, y in zip(xs, ys)) / bottom
        """,
        edges=_degenerate_edges,
    ),
    oracle=_origin_oracle,
)


def _residual_oracle(xs: list[float], ys: list[float]) -> object:
    slope, intercept = _fit(xs, ys)
    return [y - slope * x - intercept for x, y in zip(xs, ys, strict=True)]


_RESIDUALS = levels(
    "residuals",
    doc="Return the residuals of the least-squares line.",
    ask=text(
        en="""Fit the least-squares line with intercept to the points (xs[i], ys[i]), with slope
        sum((x - mean_x)*(y - mean_y)) / sum((x - mean_x)**2), and return the residuals: for each
        point, in order, the observed y minus the y on the line.""",
        pt="""Ajuste a reta de mínimos quadrados com intercepto aos pontos (xs[i], ys[i]), com
        inclinação soma((x - média_x)*(y - média_y)) / soma((x - média_x)**2), e retorne os
        resíduos: para cada ponto, na ordem, o y observado menos o y da reta.""",
    ),
    signature="def residuals(xs: list[float], ys: list[float]) -> list[float]:",
    ordinary=_points,
    easy=Level(
        contract=text("The x are not all equal.", "Os x não são todos iguais."),
        body=_fit_then(
            "return [y - mean_y - slope * (x - mean_x) for x, y in zip(xs, ys)]\n",
        ),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""If they are all equal, the line is flat, at the mean of y. No points, no
            residuals.""",
            pt="""Se forem todos iguais, a reta é horizontal, na altura da média de y. Sem pontos,
            não há resíduos.""",
        ),
        body=_guarded_fit_then(
            "[]", "return [y - mean_y - slope * (x - mean_x) for x, y in zip(xs, ys)]\n"
        ),
        edges=_degenerate_edges,
    ),
    oracle=_residual_oracle,
)


def _series(rng: Random, size: int) -> Args:
    start, trend = rng.uniform(-10.0, 50.0), rng.uniform(-3.0, 3.0)
    return ([round(start + trend * t + rng.gauss(0.0, 1.5), 1) for t in range(size)],)


def _trend_oracle(series: list[float]) -> object:
    if not series:
        return 0.0
    slope, intercept = _fit([float(t) for t in range(len(series))], series)
    return slope * len(series) + intercept


_TREND = levels(
    "trend_forecast",
    heldout=True,
    doc="Return the next value on the straight trend of a series.",
    ask=text(
        en="""`series` was observed at the times 0, 1, 2 and so on. Draw the straight line that
        minimises the sum of squared errors through the observations and tell where it will be at
        the next time, len(series).""",
        pt="""`series` foi observada nos tempos 0, 1, 2 e assim por diante. Trace pelas observações
        a reta que minimiza a soma dos erros ao quadrado e diga em que valor ela estará no próximo
        tempo, len(series).""",
    ),
    signature="def forecast(series: list[float]) -> float:",
    ordinary=_series,
    easy=Level(
        contract=text("Two observations are the minimum.", "São no mínimo duas observações."),
        body="""
        mean_t = (len(series) - 1) / 2
        mean_y = sum(series) / len(series)
        top = sum((t - mean_t) * (y - mean_y) for t, y in enumerate(series))
        slope = top / sum((t - mean_t) ** 2 for t in range(len(series)))
        return mean_y + slope * (len(series) - mean_t)
        """,
        edges=lambda rng: [
            (numbers(rng, 2),),
            ([float(rng.randint(1, 9))] * 4,),
            ([1.0, 2.0, 3.0, float(rng.randint(4, 9))],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A single observation is forecast to repeat; with no observation say 0.0.""",
            pt="""Uma única observação é prevista como repetição dela mesma; sem nenhuma, diga
            0.0.""",
        ),
        body="""
        if len(series) < 2:
            return series[0] if series else 0.0
        mean_t = (len(series) - 1) / 2
        mean_y = sum(series) / len(series)
        top = sum((t - mean_t) * (y - mean_y) for t, y in enumerate(series))
        slope = top / sum((t - mean_t) ** 2 for t in range(len(series)))
        return mean_y + slope * (len(series) - mean_t)
        """,
        edges=lambda rng: [([],), (numbers(rng, 1),), (numbers(rng, 1),)],
    ),
    oracle=_trend_oracle,
)


def _r_squared_oracle(xs: list[float], ys: list[float]) -> object:
    if len(xs) < 2 or np.ptp(xs) == 0 or np.ptp(ys) == 0:
        return 0.0
    return float(np.corrcoef(xs, ys)[0, 1]) ** 2


_R_SQUARED = levels(
    "r_squared",
    heldout=True,
    doc="Return the coefficient of determination of the fitted line.",
    ask=text(
        en="""How well does a least-squares line (with an intercept) explain `target` from
        `feature`? Report R squared: 1 - SSE / SST, where SSE adds up the squared errors of the
        line and SST the squared differences between target and its average.""",
        pt="""Quão bem uma reta de mínimos quadrados (com intercepto) explica `target` a partir de
        `feature`? Informe o R quadrado: 1 - SQE / SQT, em que SQE soma os erros da reta ao
        quadrado e SQT soma as diferenças ao quadrado entre target e a sua média.""",
    ),
    signature="def r_squared(feature: list[float], target: list[float]) -> float:",
    ordinary=_points,
    easy=Level(
        contract=text("Neither list is constant.", "Nenhuma das listas é constante."),
        body="""
        mean_x = sum(feature) / len(feature)
        mean_y = sum(target) / len(target)
        shared = sum(
            (x - mean_x) * (y - mean_y) for x, y in zip(feature, target)
        )
        spread_x = sum((x - mean_x) ** 2 for x in feature)
        return shared**2 / (spread_x * sum((y - mean_y) ** 2 for y in target))
        """,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""Report 0.0 if one of the lists is constant, has one element or has none.""",
            pt="""Informe 0.0 se uma das listas é constante, tem um só elemento ou não tem
            nenhum.""",
        ),
        body="""
        if len(set(feature)) < 2 or len(set(target)) < 2:
            return 0.0
        mean_x = sum(feature) / len(feature)
        mean_y = sum(target) / len(target)
        shared = sum(
            (x - mean_x) * (y - mean_y) for x, y in zip(feature, target)
        )
        spread_x = sum((x - mean_x) ** 2 for x in feature)
        return shared**2 / (spread_x * sum((y - mean_y) ** 2 for y in target))
        """,
        edges=lambda rng: [*_degenerate_edges(rng), (distinct(rng, 4), [5.0] * 4)],
    ),
    oracle=_r_squared_oracle,
)


_MISTAKES = (
    Mistake(
        "line",
        """
        b, a = np.polyfit(xs, ys, 1)
        return float(a), float(b)
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "line",
        """
        b, a = np.polyfit(ys, xs, 1)
        return float(b), float(a)
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "through_origin",
        "return float(np.polyfit(xs, ys, 1)[0])",
        imports="import numpy as np",
    ),
)

FAMILY = Family(
    "build_model.linear_regression",
    CoderAction.BUILD_MODEL,
    (
        *_LINE,
        *_PREDICT,
        *_ORIGIN,
        *_RESIDUALS,
        *_TREND,
        *_R_SQUARED,
        *linear_regression_advanced.ADVANCED,
    ),
    mistakes=_MISTAKES,
)
