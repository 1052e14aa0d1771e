"""Return mean and variance of all data up to each chunk."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def merge(chunks: list[tuple[int, float, float]]) -> list[tuple[float, float]]:
    """Return mean and variance of all data up to each chunk."""
    merged = []
    total, mean, squares = 0, 0.0, 0.0
    for count, own_mean, own_variance in chunks:
        if count > 0:
            gap = own_mean - mean
            squares += count * own_variance
            squares += gap * gap * total * count / (total + count)
            total += count
            mean += gap * count / total
        merged.append((mean, squares / max(total, 1)))
    return merged


def _moments(values: list[float]) -> tuple[float, float]:
    if not values:
        return (0.0, 0.0)
    return (round(float(np.mean(values)), 3), round(float(np.var(values)), 3))


def ordinary(rng: Random, size: int) -> Args:
    """Size, mean and population variance of chunks, some of them empty."""
    chunks = []
    for _ in range(size):
        count = 0 if rng.random() < 0.1 else rng.randint(1, 30)
        chunks.append((count, *_moments(numbers(rng, min(count, 4), 0.0))))
    return (chunks,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([(0, 0.0, 0.0), (0, 5.0, 2.0)],),
        ([(0, 9.0, 9.0), (1, float(rng.randint(1, 9)), 0.0), (1, 12.0, 0.0)],),
        ([(3, 5.0, 0.0), (1, 5.0, 0.0), (5, float(rng.randint(6, 30)), 0.0)],),
        ([(2, -4.0, 1.5), (0, 77.0, 3.0), (2, float(rng.randint(1, 9)), 2.5)],),
    ]


def oracle(chunks: list[tuple[int, float, float]]) -> object:
    table = np.array(chunks, dtype=float).reshape(-1, 3)
    counts, means, variances = table.T
    totals = np.cumsum(counts)
    safe = np.where(totals > 0, totals, 1.0)
    averages = np.cumsum(counts * means) / safe
    squares = np.cumsum(counts * (variances + means**2)) / safe
    spreads = np.where(totals > 0, squares - averages**2, 0.0)
    return list(zip(averages.tolist(), spreads.tolist(), strict=True))
