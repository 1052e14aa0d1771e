"""Return the cross-validated error of the mean as a model."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def cv_error(ys: list[float], k: int) -> float:
    """Return the cross-validated error of the mean as a model."""
    total = 0.0
    for fold in range(k):
        test = ys[fold::k]
        mean = (sum(ys) - sum(test)) / (len(ys) - len(test))
        total += sum((y - mean) ** 2 for y in test)
    return total / len(ys)


def cv_error_level_2(ys: list[float], k: int) -> float:
    """Return the cross-validated error of the mean as a model."""
    if len(ys) < 2:
        return 0.0
    total = 0.0
    for fold in range(k):
        test = ys[fold::k]
        mean = (sum(ys) - sum(test)) / (len(ys) - len(test))
        total += sum((y - mean) ** 2 for y in test)
    return total / len(ys)


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.randint(2, min(size, 4))


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2), 2),
        ([4.0] * 5, 3),
        ([1.0, 2.0, 3.0, 4.0, float(rng.randint(5, 50))], 5),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 2),
        (numbers(rng, 1), 3),
        (numbers(rng, 3), 5),
        (numbers(rng, 2), rng.randint(3, 9)),
    ]


def oracle(ys: list[float], k: int) -> object:
    if len(ys) < 2:
        return 0.0
    y, place = np.array(ys), np.arange(len(ys))
    squares = [
        (y[place % k == fold] - y[place % k != fold].mean()) ** 2 for fold in range(min(k, len(y)))
    ]
    return float(np.concatenate(squares).mean())


def mistake_fits_on_all(ys: list[float], k: int) -> float:
    return sum((y - sum(ys) / len(ys)) ** 2 for y in ys) / len(ys)
