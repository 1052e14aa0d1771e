"""Return the means after joining the two closest clusters."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, distinct, numbers


def join(means: list[float], sizes: list[float]) -> list[float]:
    """Return the means after joining the two closest clusters."""
    pairs = sorted(zip(means, sizes))
    gaps = [b[0] - a[0] for a, b in zip(pairs, pairs[1:])]
    place = gaps.index(min(gaps))
    (a, m), (b, n) = pairs[place:place + 2]
    rest = [mean for mean, _ in pairs[:place] + pairs[place + 2:]]
    return sorted([*rest, (a * m + b * n) / (m + n)])


def join_level_2(means: list[float], sizes: list[float]) -> list[float]:
    """Return the means after joining the two closest clusters."""
    pairs = sorted((mean, size) for mean, size in zip(means, sizes) if size)
    gaps = [b[0] - a[0] for a, b in zip(pairs, pairs[1:])]
    if not gaps:
        return [mean for mean, _ in pairs]
    place = gaps.index(min(gaps))
    (a, m), (b, n) = pairs[place:place + 2]
    rest = [mean for mean, _ in pairs[:place] + pairs[place + 2:]]
    return sorted([*rest, (a * m + b * n) / (m + n)])


def ordinary(rng: Random, size: int) -> Args:
    while True:
        middles = [m * m / 4.0 for m in distinct(rng, max(size, 3), 0, 60)]
        gaps = np.sort(np.diff(sorted(middles)))
        if gaps[0] < gaps[1]:  # one pair is the closest
            break
    return middles, [float(rng.randint(1, 9)) for _ in middles]


def edges(rng: Random) -> list[Args]:
    return [
        ([4.0, 2.0], [1.0, float(rng.randint(2, 9))]),
        ([-5.0, 20.0, -4.0], [3.0, 2.0, 1.0]),
        ([1.0, 10.0, 30.0, 39.5], [2.0, 2.0, 5.0, float(rng.randint(6, 9))]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        (numbers(rng, 1), [3.0]),
        ([6.0, 2.0, 4.0], [1.0, 3.0, float(rng.randint(2, 9))]),
        ([1.0, 1.5, 9.0, 5.0], [0.0, 2.0, 1.0, 1.0]),
        ([1.0, 3.0], [0.0, float(rng.randint(2, 9))]),
    ]


def _merge_oracle(means: list[float], sizes: list[float]) -> object:
    if len(means) < 2:
        return means
    order = np.argsort(means, kind="stable")
    place = int(np.argmin(np.diff(np.array(means)[order])))
    pair = order[place : place + 2]
    merged = float(np.average(np.array(means)[pair], weights=np.array(sizes)[pair]))
    return sorted([*np.delete(means, pair).tolist(), merged])


def oracle(means: list[float], sizes: list[float]) -> object:
    return NotImplemented if 0.0 in sizes else _merge_oracle(means, sizes)
