"""Return the training indices that belong to a round-robin fold."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args


def train_indices(n: int, k: int, fold: int) -> list[int]:
    """Return the training indices that belong to a round-robin fold."""
    return [i for i in range(n) if i % k != fold]


def train_indices_level_2(n: int, k: int, fold: int) -> list[int]:
    """Return the training indices that belong to a round-robin fold."""
    tested = fold + k if fold < 0 else fold
    return [i for i in range(n) if i % k != tested]


def ordinary(rng: Random, size: int) -> Args:
    return (size + rng.randint(1, 30), 4, rng.randint(0, 3))


def edges(rng: Random) -> list[Args]:
    return [
        (3, 1, 0),
        (0, 2, 1),
        (rng.randint(5, 30), 2, 0),
        (2, 9, 8),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (rng.randint(5, 30), 3, -1),
        (7, 3, 3),
        (rng.randint(5, 30), 3, -4),
    ]


def oracle(n: int, k: int, fold: int) -> object:
    return (
        np.setdiff1d(np.arange(n), np.arange(n)[fold % k :: k] if -k <= fold < k else [])
        .astype(int)
        .tolist()
    )


def mistake_the_fold_itself(n: int, k: int, fold: int) -> list[int]:
    return [i for i in range(n) if i % k == fold]
