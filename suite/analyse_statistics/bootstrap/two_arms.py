"""Return the 90 % interval of the difference of two arms."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import Floats, Places, draw_rows, quantiles


def arms(x: np.ndarray, arm: np.ndarray, idx: np.ndarray) -> list[float]:
    """Return the 90 % interval of the difference of two arms."""
    known = ~np.isnan(x)
    filled = np.where(known, x, 0.0)
    sums, counts = [], []
    for label in (0, 1):
        member = known & (arm == label)
        sums.append(np.where(member, filled, 0.0)[idx].sum(axis=1))
        counts.append(member[idx].sum(axis=1))
    usable = (counts[0] > 0) & (counts[1] > 0)
    if not usable.any():
        return [0.0, 0.0, 0.0]
    first = sums[0][usable] / counts[0][usable]
    gaps = sums[1][usable] / counts[1][usable] - first
    low, high = np.percentile(gaps, [5, 95])
    return [float(low), float(high), float(usable.sum())]


NAN = float("nan")


def _arms_case(x: list[float], arm: list[int], rows: list[list[int]]) -> Args:
    places = np.array(rows, dtype=np.int64).reshape(len(rows), len(x))
    return np.array(x, dtype=float), np.array(arm, dtype=np.int64), places


def ordinary(rng: Random, size: int) -> Args:
    """A small trial with two arms, of which a resample now and then misses one."""
    num_values = rng.randint(4, 8)
    arm = [0, 1, *(rng.randint(0, 1) for _ in range(num_values - 2))]
    x = [NAN if rng.random() < 0.1 else value for value in numbers(rng, num_values)]
    return _arms_case(x, arm, draw_rows(rng, size, num_values))


def edges(rng: Random) -> list[Args]:
    return [
        _arms_case(numbers(rng, 3), [0, 1, 1], []),
        _arms_case(numbers(rng, 3), [0, 0, 0], draw_rows(rng, 4, 3)),
        _arms_case([NAN, *numbers(rng, 2)], [0, 1, 1], draw_rows(rng, 5, 3)),
        _arms_case(
            [*numbers(rng, 2), NAN], [0, 1, 1], [[0, 1, 2], [0, 0, 2], [1, 1, 0], [2, 2, 1]]
        ),
        _arms_case(numbers(rng, 2), [1, 0], [[0, 1], [0, 0], [1, 1]]),
        _arms_case(numbers(rng, 4), [0, 1, 1, 0], [[0, 1, 1, 1], [3, 3, 2, 2], [1, 2, 0, 3]]),
    ]


def oracle(x: Floats, arm: Places, idx: Places) -> object:
    gaps = []
    for row in idx.tolist():
        own = [[float(x[k]) for k in row if arm[k] == a and not np.isnan(x[k])] for a in (0, 1)]
        if own[0] and own[1]:
            gaps.append(sum(own[1]) / len(own[1]) - sum(own[0]) / len(own[0]))
    if not gaps:
        return [0.0, 0.0, 0.0]
    return [*quantiles(gaps, [0.05, 0.95]), float(len(gaps))]
