"""Return by how much each decile moved from one sample to the other."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, Floats, floats, type7


def shift(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return by how much each decile moved from one sample to the other."""
    first = before[np.abs(before) <= 100]
    second = after[np.abs(after) <= 100]
    if min(first.size, second.size) < 5:
        return np.array([])
    tenths = np.arange(1, 10) / 10
    return np.asarray(np.quantile(second, tenths) - np.quantile(first, tenths))


def ordinary(rng: Random, size: int) -> Args:
    half = size // 2 + 3
    before, after = numbers(rng, half), numbers(rng, half + rng.randint(0, 5))
    for values in (before, after):
        values[rng.randrange(len(values))] = NAN
        values[rng.randrange(len(values))] = rng.choice((-500.0, 500.0))
    return floats(before), floats(after)


def edges(rng: Random) -> list[Args]:
    return [
        (floats([]), floats(numbers(rng, 6))),
        (floats(numbers(rng, 5)), floats([*numbers(rng, 5), NAN])),
        (floats(numbers(rng, 7)), floats([*numbers(rng, 4), 100.5])),
        (floats([-100.0, 100.0, *numbers(rng, 3)]), floats(numbers(rng, 8))),
        (floats([*numbers(rng, 6), -100.0]), floats([-300.0, *numbers(rng, 6), 100.0])),
        (floats([*numbers(rng, 4), NAN]), floats(numbers(rng, 5))),
    ]


def oracle(before: Floats, after: Floats) -> object:
    kept = [floats([x for x in sample if -100 <= x <= 100]) for sample in (before, after)]
    if min(len(sample) for sample in kept) < 5:
        return floats([])
    tenths = [k / 10 for k in range(1, 10)]
    return type7(kept[1], tenths) - type7(kept[0], tenths)
