"""Forecasts of a series: exponential smoothing, moving averages, drift, seasons."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.families.build_model import smoothing_advanced, smoothing_frames
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _smoothed(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.choice([0.1, 0.2, 0.3, 0.5, 0.8])


def _smoothing_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [
        ([value], 0.3),
        ([value] * 4, 0.7),
        (numbers(rng, 5), 1.0),
        (numbers(rng, 5), 0.0),
        ([0.0, 10.0, 0.0], 0.5),
    ]


def _nan_edges(rng: Random) -> list[Args]:
    gap = float("nan")
    return [
        ([], 0.5),
        ([*numbers(rng, 2), gap, *numbers(rng, 1)], 0.5),
        ([*numbers(rng, 1), gap, gap], 0.25),
        ([*numbers(rng, 2), gap, gap, *numbers(rng, 2)], 1.0),
    ]


def _smoothing_oracle(values: list[float], alpha: float) -> object:
    if not values:
        return []
    if alpha == 0.0:
        return [values[0]] * len(values)  # pandas wants alpha > 0
    # A missing value leaves the level alone, and the weights with `ignore_na` do the same.
    means = pd.Series(values).ewm(alpha=alpha, adjust=False, ignore_na=True).mean()
    return [float(v) for v in means]


_EXPONENTIAL = levels(
    "exponential",
    doc="Return the exponentially smoothed series.",
    ask=text(
        en="""Smooth the series `values` exponentially. The first smoothed value is the first value;
        each later one is alpha * value + (1 - alpha) * previous smoothed value. Return the list of
        smoothed values.""",
        pt="""Faça a suavização exponencial da série `values`. O primeiro valor suavizado é o
        primeiro valor; cada um dos seguintes é alpha * valor + (1 - alpha) * valor suavizado
        anterior. Retorne a lista dos valores suavizados.""",
    ),
    signature="def smooth(values: list[float], alpha: float) -> list[float]:",
    ordinary=_smoothed,
    easy=Level(
        contract=text("The series has at least one value.", "A série tem pelo menos um valor."),
        body="""
        smoothed = [values[0]]
        for value in values[1:]:
            smoothed.append(alpha * value + (1 - alpha) * smoothed[-1])
        return smoothed
        """,
        edges=_smoothing_edges,
    ),
    hard=Level(
        contract=text(
            en="""A NaN, which is never the first value, repeats the previous smoothed value. An
            empty series stays empty.""",
            pt="""Um NaN, que nunca é o primeiro valor, repete o valor suavizado anterior. Uma série
            vazia continua vazia.""",
        ),
        imports="import math",
        body="""
        smoothed = values[:1]
        for value in values[1:]:
            last = smoothed[-1]
            known = last if math.isnan(value) else value
            smoothed.append(alpha * known + (1 - alpha) * last)
        return smoothed
        """,
        edges=_nan_edges,
    ),
    oracle=_smoothing_oracle,
)


def _level_oracle(sales: list[float], alpha: float) -> object:
    smoothed = _smoothing_oracle(sales, alpha)
    return smoothed[-1] if isinstance(smoothed, list) and smoothed else 0.0


_LEVEL = levels(
    "exponential_forecast",
    doc="Return the forecast of simple exponential smoothing.",
    ask=text(
        en="""Forecast the next value of `sales` by simple exponential smoothing: start with level =
        sales[0]; for every later sale set level = alpha * sale + (1 - alpha) * level. The forecast
        is the last level.""",
        pt="""Preveja o próximo valor de `sales` por suavização exponencial simples: comece com
        nível = sales[0]; a cada venda seguinte, faça nível = alpha * venda + (1 - alpha) * nível. A
        previsão é o último nível.""",
    ),
    signature="def forecast(sales: list[float], alpha: float) -> float:",
    ordinary=_smoothed,
    easy=Level(
        contract=text("`sales` is not empty.", "`sales` não está vazia."),
        body="""
        level = sales[0]
        for sale in sales[1:]:
            level = alpha * sale + (1 - alpha) * level
        return level
        """,
        edges=_smoothing_edges,
    ),
    hard=Level(
        contract=text(
            en="""NaN sales, never the first, are skipped. Without sales forecast 0.0.""",
            pt="""Vendas NaN, nunca a primeira, são puladas. Sem vendas, preveja 0.0.""",
        ),
        imports="import math",
        body="""
        level = sales[0] if sales else 0.0
        for sale in sales[1:]:
            if not math.isnan(sale):
                level = alpha * sale + (1 - alpha) * level
        return level
        """,
        edges=_nan_edges,
    ),
    oracle=_level_oracle,
)


def _windowed(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.randint(2, min(4, size))


def _window_oracle(values: list[float], window: int) -> object:
    if not values:
        return 0.0
    return float(pd.Series(values).rolling(window, min_periods=1).mean().iloc[-1])


_MOVING = levels(
    "moving_average_forecast",
    doc="Return the mean of the last values as the forecast.",
    ask=text(
        en="""Predict the next number of the series `values` as the mean of its last `window`
        numbers. Return the prediction.""",
        pt="""Preveja o próximo número da série `values` como a média dos seus últimos `window`
        números. Retorne a previsão.""",
    ),
    signature="def moving_average(values: list[float], window: int) -> float:",
    ordinary=_windowed,
    easy=Level(
        contract=text(
            "The series has at least `window` numbers, and window is at least 1.",
            "A série tem pelo menos `window` números, e window é no mínimo 1.",
        ),
        body="return sum(values[-window:]) / window",
        edges=lambda rng: [
            (numbers(rng, 1), 1),
            (numbers(rng, 4), 1),
            (numbers(rng, 4), 4),
            ([5.0] * 4, 3),
        ],
    ),
    hard=Level(
        contract=text(
            en="""If the series is shorter than the window, take the mean of all of it; if it is
            empty, predict 0.0.""",
            pt="""Se a série é mais curta que a janela, use a média dela toda; se está vazia,
            preveja 0.0.""",
        ),
        body="""
        last = values[-window:]
        return sum(last) / len(last) if last else 0.0
        """,
        edges=lambda rng: [([], 3), (numbers(rng, 2), 5), (numbers(rng, 1), 2)],
    ),
    oracle=_window_oracle,
)


def _with_steps(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.randint(1, 4)


def _drift_oracle(values: list[float], steps: int) -> object:
    if len(values) < 2:
        return values[0] if values else 0.0
    return values[-1] + steps * float(np.mean(np.diff(values)))


_DRIFT = levels(
    "drift",
    doc="Return the drift forecast some steps ahead.",
    ask=text(
        en="""The drift method extends the line from the first to the last value of a series: its
        forecast `steps` steps ahead is last + steps * (last - first) / (n - 1), with n the number
        of `values`. Return that forecast.""",
        pt="""O método da deriva prolonga a reta que vai do primeiro ao último valor de uma série: a
        previsão para `steps` passos à frente é último + steps * (último - primeiro) / (n - 1),
        sendo n a quantidade de `values`. Retorne essa previsão.""",
    ),
    signature="def drift_forecast(values: list[float], steps: int) -> float:",
    ordinary=_with_steps,
    easy=Level(
        contract=text("There are two or more values.", "Há dois ou mais valores."),
        body="return values[-1] + steps * (values[-1] - values[0]) / (len(values) - 1)",
        edges=lambda rng: [
            (numbers(rng, 2), 1),
            ([4.0] * 3, 2),
            (numbers(rng, 5), 0),
            ([1.0, 50.0, 3.0], 10),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A single value is its own forecast. No values: forecast 0.0.""",
            pt="""Um único valor é a própria previsão. Sem valores: preveja 0.0.""",
        ),
        body="""
        if len(values) < 2:
            return values[0] if values else 0.0
        return values[-1] + steps * (values[-1] - values[0]) / (len(values) - 1)
        """,
        edges=lambda rng: [([], 2), (numbers(rng, 1), 3), (numbers(rng, 1), 0)],
    ),
    oracle=_drift_oracle,
)


def _seasonal(rng: Random, size: int) -> Args:
    return numbers(rng, max(size, 4)), rng.randint(2, 4), rng.randint(1, 7)


def _seasonal_oracle(history: list[float], period: int, horizon: int) -> object:
    if not history:
        return [0.0] * horizon
    return [float(v) for v in np.resize(history[-period:], horizon)]


_SEASONAL = levels(
    "seasonal_naive",
    heldout=True,
    doc="Return the last season, repeated over the horizon.",
    ask=text(
        en="""Demand repeats itself every `period` days. Predict the `horizon` days that follow
        `history`, each by the observation one period earlier; days beyond the first period repeat
        the predictions.""",
        pt="""A demanda se repete a cada `period` dias. Preveja os `horizon` dias que vêm depois de
        `history`, cada um pela observação de um período antes; dias além do primeiro período
        repetem as previsões.""",
    ),
    signature="def predict(history: list[float], period: int, horizon: int) -> list[float]:",
    ordinary=_seasonal,
    easy=Level(
        contract=text(
            "History covers one period at least.", "O histórico cobre no mínimo um período."
        ),
        body="""
        season = history[-period:]
        return [season[day % period] for day in range(horizon)]
        """,
        edges=lambda rng: [
            (numbers(rng, 3), 3, 0),
            (numbers(rng, 4), 1, 3),
            (numbers(rng, 3), 3, 8),
            ([2.0] * 5, 2, 2),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A history shorter than the period is repeated as a whole, and with no history all
            predictions are 0.0.""",
            pt="""Um histórico mais curto que o período é repetido por inteiro, e sem histórico
            todas as previsões são 0.0.""",
        ),
        body="""
        season = history[-period:] or [0.0]
        return [season[day % len(season)] for day in range(horizon)]
        """,
        edges=lambda rng: [([], 3, 2), (numbers(rng, 2), 5, 5), (numbers(rng, 1), 2, 3)],
    ),
    oracle=_seasonal_oracle,
)


def _weighted(rng: Random, size: int) -> Args:
    count = rng.randint(2, min(3, size))
    return numbers(rng, size), [float(rng.randint(1, 5)) for _ in range(count)]


def _weighted_oracle(history: list[float], weights: list[float]) -> object:
    recent = history[::-1][: len(weights)]
    used = weights[: len(recent)]
    return float(np.average(recent, weights=used)) if sum(used) else 0.0


_WEIGHTED = levels(
    "weighted_recent",
    heldout=True,
    doc="Return the weighted average of the newest observations.",
    ask=text(
        en="""Estimate what comes after `history` by a weighted average of its newest observations:
        weights[0] goes with the newest, weights[1] with the one before, and so on. Divide by the
        sum of the weights.""",
        pt="""Estime o que vem depois de `history` por uma média ponderada das observações mais
        recentes: weights[0] acompanha a mais recente, weights[1] a anterior, e assim por diante.
        Divida pela soma dos pesos.""",
    ),
    signature="def estimate(history: list[float], weights: list[float]) -> float:",
    ordinary=_weighted,
    easy=Level(
        contract=text(
            "Weights are positive, and never more in number than the observations.",
            "Os pesos são positivos e nunca são mais numerosos que as observações.",
        ),
        body="""
        pairs = zip(reversed(history), weights)
        return sum(value * weight for value, weight in pairs) / sum(weights)
        """,
        edges=lambda rng: [
            (numbers(rng, 1), [3.0]),
            (numbers(rng, 4), [1.0]),
            (numbers(rng, 3), [1.0, 2.0, 4.0]),
            ([6.0] * 4, [0.5, 0.25]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Weights without an observation are ignored, in the sum too. If the used weights
            sum to zero, estimate 0.0.""",
            pt="""Pesos sem observação são ignorados, também na soma. Se os pesos usados somam zero,
            estime 0.0.""",
        ),
        body="""
        pairs = list(zip(reversed(history), weights))
        total = sum(weight for _, weight in pairs)
        if total == 0:
            return 0.0
        return sum(value * weight for value, weight in pairs) / total
        """,
        edges=lambda rng: [
            ([], [1.0, 2.0]),
            (numbers(rng, 2), [3.0, 2.0, 9.0]),
            (numbers(rng, 2), [0.0, 0.0, 5.0]),
            (numbers(rng, 3), [0.0, 2.0]),
        ],
    ),
    oracle=_weighted_oracle,
)


_MISTAKES = (
    Mistake(
        "exponential",
        """
        s = [values[0]]
        for v in values[1:]:
            s.append((1 - alpha) * v + alpha * s[-1])
        return s
        """,
    ),
    Mistake(
        "exponential_forecast",
        """
        level = 0.0
        for s in sales:
            level = alpha * s + (1 - alpha) * level
        return level
        """,
    ),
    Mistake(
        "moving_average_forecast",
        "return sum(values) / len(values)",
    ),
)

FAMILY = Family(
    "build_model.smoothing",
    CoderAction.BUILD_MODEL,
    (
        *(*_EXPONENTIAL, *_LEVEL, *_MOVING, *_DRIFT, *_SEASONAL, *_WEIGHTED),
        *(*smoothing_frames.SMOOTHED, *smoothing_advanced.ADVANCED),
    ),
    mistakes=(*_MISTAKES, *smoothing_frames.MISTAKES),
)
