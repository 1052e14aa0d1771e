"""Return the values with gaps filled by the last known value."""

from random import Random
from typing import Any

from parelha.tasks.draws import Args, numbers, sprinkle

from ._shared import empty_edges, series


def forward_fill(values: list[float | None]) -> list[float]:
    """Return the values with gaps filled by the last known value."""
    filled: list[float] = []
    for value in values:
        filled.append(filled[-1] if value is None else value)
    return filled


def forward_fill_level_2(values: list[float | None]) -> list[float]:
    """Return the values with gaps filled by the last known value."""
    filled: list[float] = []
    last = 0.0
    for value in values:
        last = last if value is None else value
        filled.append(last)
    return filled


def ordinary(rng: Random, size: int) -> Args:
    gappy = sprinkle(rng, numbers(rng, max(2, size - 3)), None, rng.randint(1, 3))
    return (numbers(rng, 1) + gappy,)


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1),),
        (numbers(rng, 4),),
        ([*numbers(rng, 1), None, None, None],),
        ([0.0, None, *numbers(rng, 1), 0.0, None],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [*empty_edges(rng), ([None, None, *numbers(rng, 1), None],)]


def oracle(values: list[float | None]) -> object:
    return [float(v) for v in series(values).ffill().fillna(0.0)]


def mistake_zeros_are_gaps(values: Any) -> Any:
    return [v or values[max(i - 1, 0)] for i, v in enumerate(values)]
