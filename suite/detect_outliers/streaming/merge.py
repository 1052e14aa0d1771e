"""Return the summary of several streams taken together."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def merge(parts: list[tuple[int, float, float]]) -> tuple[int, float, float]:
    """Return the summary of several streams taken together."""
    count, mean, m2 = 0, 0.0, 0.0
    for n, other, squares in parts:
        gap = other - mean
        m2 += squares + gap * gap * count * n / (count + n)
        count += n
        mean += gap * n / count
    return count, mean, m2


def merge_level_2(parts: list[tuple[int, float, float]]) -> tuple[int, float, float]:
    """Return the summary of several streams taken together."""
    count, mean, m2 = 0, 0.0, 0.0
    for n, other, squares in parts:
        if n == 0:
            continue
        gap = other - mean
        m2 += squares + gap * gap * count * n / (count + n)
        count += n
        mean += gap * n / count
    return count, mean, m2


def _summary(values: list[float]) -> tuple[int, float, float]:
    return len(values), float(np.mean(values)), float(np.var(values) * len(values))


def ordinary(rng: Random, size: int) -> Args:
    sizes = [rng.randint(1, 6) for _ in range(max(2, size // 2))]
    return ([_summary(numbers(rng, length, 0.0, 90.0)) for length in sizes],)


def edges(rng: Random) -> list[Args]:
    return [
        ([(1, float(rng.randint(1, 9)), 0.0), (1, 4.5, 0.0)],),
        ([(3, 2.0, 6.0), (1, float(-rng.randint(1, 9)), 0.0), (4, 2.0, 8.5)],),
        ([(5, float(rng.randint(1, 9)), 12.5)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([(0, 0.0, 0.0), (0, 0.0, 0.0)],),
        ([(0, 0.0, 0.0), (2, float(rng.randint(1, 9)), 2.0), (0, 0.0, 0.0), (1, 3.0, 0.0)],),
        ([(4, -2.5, 9.0), (0, 0.0, 0.0), (1, float(rng.randint(1, 9)), 0.0)],),
    ]


def oracle(parts: list[tuple[int, float, float]]) -> object:
    """Merge by raw moments."""
    count = sum(part[0] for part in parts)
    if count == 0:
        return (0, 0.0, 0.0)
    mean = sum(part[0] * part[1] for part in parts) / count
    return (count, mean, sum(part[2] + part[0] * (part[1] - mean) ** 2 for part in parts))
