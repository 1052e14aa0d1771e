"""Return the mean y of the k training points nearest to x."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_query, even_numbers, near_to_far


def knn(xs: list[float], ys: list[float], x: float, k: int) -> float:
    """Return the mean y of the k training points nearest to x."""
    nearest = sorted((abs(xi - x), yi) for xi, yi in zip(xs, ys))[:k]
    return sum(yi for _, yi in nearest) / k


def knn_level_2(xs: list[float], ys: list[float], x: float, k: int) -> float:
    """Return the mean y of the k training points nearest to x."""
    pairs = sorted(zip(xs, ys), key=lambda pair: abs(pair[0] - x))[:k]
    return sum(y for _, y in pairs) / len(pairs) if pairs else 0.0


def ordinary(rng: Random, size: int) -> Args:
    ys = [round(rng.uniform(0.0, 50.0), 1) for _ in range(size)]
    return even_numbers(rng, size), ys, draw_query(rng), rng.randint(1, 3)


def edges(rng: Random) -> list[Args]:
    return [
        ([4.0], [round(rng.uniform(1.0, 9.0), 1)], 100.0, 1),
        ([1.0, 6.0, 3.0], [10.0, 20.0, 40.0], 3.0, 1),
        ([1.0, 5.0, 4.0], [10.0, 20.0, 40.0], 2.75, 3),
        ([-8.0, -2.0, 4.0], [1.0, 5.0, 7.0], -4.5, 2),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], 1.0, 2),
        ([2.0, 4.0], [1.0, 5.0], 3.5, 5),
        ([1.0, 5.0, 9.0], [30.0, 10.0, float(rng.randint(40, 50))], 3.0, 1),
    ]


def oracle(xs: list[float], ys: list[float], query: float, k: int) -> object:
    nearest = near_to_far(xs, query)[:k]
    return float(np.mean(np.asarray(ys)[nearest])) if len(nearest) else 0.0


def mistake_last_ones(xs: list[float], ys: list[float], x: float, k: int) -> float:
    return sum(ys[-k:]) / k
