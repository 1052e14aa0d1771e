"""Return the mean absolute percentage by which plans were off."""

import math
from random import Random

import pandas as pd
from sklearn.metrics import mean_absolute_percentage_error

from parelha.tasks.draws import Args, numbers

from ._shared import pairs


def percentage_error(df: pd.DataFrame) -> float:
    """Return the mean absolute percentage by which plans were off."""
    gaps = (df["planned"] - df["sold"]).abs()
    return float((gaps / df["sold"].abs()).mean() * 100)


def percentage_error_level_2(df: pd.DataFrame) -> float:
    """Return the mean absolute percentage by which plans were off."""
    known = df[df["sold"] != 0].dropna()
    if known.empty:
        return 0.0
    gaps = (known["planned"] - known["sold"]).abs()
    return float((gaps / known["sold"].abs()).mean() * 100)


def ordinary(rng: Random, size: int) -> Args:
    seen, fitted = pairs(rng, size)
    return (pd.DataFrame({"sold": seen, "planned": fitted}),)


def _order_frame(sold: list[float], planned: list[float]) -> Args:
    return (pd.DataFrame({"sold": sold, "planned": planned}, dtype="float64"),)


def edges(rng: Random) -> list[Args]:
    return [
        _order_frame([-4.0], [float(rng.randint(1, 9))]),
        _order_frame([10.0, 20.0], [20.0, 10.0]),
        _order_frame(numbers(rng, 3, 5.0, 9.0), [0.0, 0.0, 0.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _order_frame([], []),
        _order_frame([0.0, math.nan], [1.0, 2.0]),
        _order_frame([0.0, *numbers(rng, 2, 1.0, 9.0)], [3.0, 4.0, 5.0]),
        _order_frame([2.0, math.nan, 5.0], [math.nan, 1.0, float(rng.randint(6, 9))]),
    ]


def oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    known = known[known["sold"] != 0.0]
    if known.empty:
        return 0.0
    return 100.0 * float(mean_absolute_percentage_error(known["sold"], known["planned"]))


def mistake_divides_by_planned(df: pd.DataFrame) -> float:
    return float(((df["planned"] - df["sold"]).abs() / df["planned"]).mean() * 100)
