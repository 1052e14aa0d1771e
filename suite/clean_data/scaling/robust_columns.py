"""Return the columns centred on the median, in units of the IQR."""

from random import Random

import numpy as np
from sklearn.preprocessing import RobustScaler

from parelha.tasks.draws import Args, numbers, sprinkle, with_outliers


def robust(table: dict[str, list[float | None]]) -> dict[str, object]:
    """Return the columns centred on the median, in units of the IQR."""
    scaled: dict[str, object] = {}
    for name, column in table.items():
        known = [value for value in column if value is not None]
        if known:
            low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
            spread = (high - low) or 1.0
            scaled[name] = [
                None if value is None else (value - middle) / spread
                for value in column
            ]
    return scaled


Column = list[float | None]


def ordinary(rng: Random, size: int) -> Args:
    table: dict[str, Column] = {}
    for name in rng.sample(["a", "b", "c", "d"], 2):
        table[name] = sprinkle(rng, with_outliers(rng, size), None, rng.randint(1, 3))
    table["flat"] = [5.0, None, *[5.0] * rng.randint(1, 4)]
    return (table,)


def edges(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"a": [], "b": [None, None], "c": [float(rng.randint(1, 9))]},),
        ({"a": [1.0, 2.0, 3.0, None, float(rng.randint(10, 99))]},),
        ({"a": [4.0, 4.0, 4.0, 4.0, float(rng.randint(50, 99))], "b": numbers(rng, 2)},),
        ({"x": [0.0, None, 0.0, -float(rng.randint(1, 9))]},),
        ({"x": numbers(rng, 5), "y": [*numbers(rng, 3), None]},),
    ]


def oracle(table: dict[str, Column]) -> object:
    scaled = {}
    for name, column in table.items():
        known = [value for value in column if value is not None]
        if known:
            values = np.array([np.nan if v is None else v for v in column]).reshape(-1, 1)
            result = RobustScaler().fit_transform(values)[:, 0]
            scaled[name] = [None if np.isnan(v) else float(v) for v in result]
    return scaled
