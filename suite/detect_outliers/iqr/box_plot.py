"""Return the whiskers and the number of outliers of each group."""

from random import Random
from statistics import quantiles

import numpy as np

from parelha.tasks.draws import Args, with_outliers


def boxes(rows: list[tuple[str, float | None]]) -> dict[str, object]:
    """Return the whiskers and the number of outliers of each group."""
    groups: dict[str, list[float]] = {}
    for name, value in rows:
        if value is not None:
            groups.setdefault(name, []).append(value)
    result: dict[str, object] = {}
    for name, values in groups.items():
        # Of a single value, which `quantiles` refuses, two make the same.
        sample = values if len(values) > 1 else values * 2
        first, _, third = quantiles(sample, method="inclusive")
        reach = 1.5 * (third - first)
        inside = [v for v in values if first - reach <= v <= third + reach]
        result[name] = (min(inside), max(inside), len(values) - len(inside))
    return result


# Quarters of an integer are exact in binary, so that a value on a fence is on it in any program.


def ordinary(rng: Random, size: int) -> Args:
    names = [f"g{number}" for number in range(1, 3 + size // 30)]
    values = [float(round(value)) for value in with_outliers(rng, max(size, 4), 1 + size // 12)]
    rows: list[tuple[str, float | None]] = [(rng.choice(names), value) for value in values]
    return ([(name, None if rng.random() < 0.05 else value) for name, value in rows],)


def edges(rng: Random) -> list[Args]:
    return [
        (rows,)
        for rows in (
            [],
            [("a", None), ("b", float(rng.randint(1, 9))), ("a", None)],
            [("a", 1.0), ("a", 2.0), ("a", 1.0), ("a", 3.0), ("a", float(rng.randint(40, 90)))],
            [("a", 1.0), ("a", 2.0), ("a", 1.0), ("a", 3.0), ("a", -float(rng.randint(40, 90)))],
            # Quartiles 1 and 5: the last value is exactly on the upper, then on the lower fence.
            [("a", value) for value in (1.0, 1.0, 1.0, 5.0, 11.0)] + [("b", 3.0), ("b", 7.0)],
            [("a", value) for value in (9.0, 9.0, 9.0, 5.0, -1.0)] + [("b", 3.0), ("b", 7.0)],
        )
    ]


def oracle(rows: list[tuple[str, float | None]]) -> object:
    boxes = {}
    for name in {name for name, _ in rows}:
        values = np.array([v for other, v in rows if other == name and v is not None])
        if len(values) == 0:
            continue
        first, third = np.percentile(values, [25, 75])
        reach = 1.5 * (third - first)
        inside = values[(values >= first - reach) & (values <= third + reach)]
        boxes[name] = (float(inside.min()), float(inside.max()), len(values) - len(inside))
    return boxes
