"""Exponential smoothing of a pandas Series."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Level, Mistake, Variant, levels, text

_IMPORT = "import pandas as pd"
NAN = float("nan")


def _series(values: list[float]) -> "pd.Series[float]":
    return pd.Series(values, dtype="float64")


def _sold(rng: Random, size: int) -> Args:
    return _series(numbers(rng, size, 0.0, 60.0)), rng.choice((0.2, 0.3, 0.5, 0.8))


def _smoothed_oracle(s: "pd.Series[float]", alpha: float) -> object:
    level = NAN
    smoothed = []
    for value in s.tolist():
        if not math.isnan(value):
            level = value if math.isnan(level) else level + alpha * (value - level)
        smoothed.append(level)
    return pd.Series(smoothed, index=s.index, dtype="float64")


SMOOTHED: tuple[Variant, ...] = levels(
    "smoothed_series",
    doc="Return the exponentially smoothed series.",
    ask=text(
        en="""Smooth the Series `s` exponentially: the first smoothed value is the first value of
        `s`, each later one is alpha * (its value) + (1 - alpha) * (the smoothed value before).
        Return a Series with the index of `s`.""",
        pt="""Suavize a Series `s` exponencialmente: o primeiro valor suavizado é o primeiro valor
        de `s`, e cada um dos seguintes é alpha * (o seu valor) + (1 - alpha) * (o valor suavizado
        anterior). Retorne uma Series com o índice de `s`.""",
    ),
    signature="def smooth(s: pd.Series, alpha: float) -> pd.Series:",
    ordinary=_sold,
    easy=Level(
        contract=text("`s` has at least one value.", "`s` tem pelo menos um valor."),
        imports=_IMPORT,
        body="return s.ewm(alpha=alpha, adjust=False).mean()",
        edges=lambda rng: [
            (_series(numbers(rng, 1)), 0.5),
            (_series([float(rng.randint(1, 9))] * 4), 0.3),
            (pd.Series(numbers(rng, 4), index=[3, 6, 9, 12], dtype="float64"), 0.2),
            (_series(numbers(rng, 4)), 1.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A NaN value changes nothing: its smoothed value is the one before it, and NaN only
            as long as no value is known. An empty series gives an empty one.""",
            pt="""Um valor NaN não muda nada: o seu valor suavizado é o anterior, e NaN apenas
            enquanto nenhum valor é conhecido. Uma série vazia dá uma série vazia.""",
        ),
        imports=_IMPORT,
        body="return s.ewm(alpha=alpha, adjust=False, ignore_na=True).mean()",
        edges=lambda rng: [
            (_series([]), 0.5),
            (_series([NAN, NAN, *numbers(rng, 2)]), 0.3),
            (_series([*numbers(rng, 2), NAN, NAN, *numbers(rng, 2)]), 0.5),
            (_series([NAN, NAN]), 0.2),
            (_series([*numbers(rng, 1), NAN]), 0.8),
        ],
    ),
    oracle=_smoothed_oracle,
)

MISTAKES = (
    Mistake("smoothed_series", "return s.ewm(alpha=alpha).mean()", imports=_IMPORT),
    Mistake(
        "smoothed_series",
        "return s.ewm(alpha=alpha, adjust=False).mean()",
        level=2,
        imports=_IMPORT,
    ),
)
