"""Return the labels as one-hot rows."""

from random import Random

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from parelha.tasks.draws import Args

from ._shared import COLOURS


def one_hot(labels: list[str], categories: list[str]) -> np.ndarray:
    """Return the labels as one-hot rows."""
    rows = [[int(label == c) for c in categories] for label in labels]
    return np.array(rows, dtype=int)


def one_hot_level_2(labels: list[str], categories: list[str]) -> np.ndarray:
    """Return the labels as one-hot rows."""
    encoded = np.zeros((len(labels), len(categories)), dtype=int)
    for row, label in enumerate(labels):
        if label in categories:
            encoded[row, categories.index(label)] = 1
    return encoded


def ordinary(rng: Random, size: int) -> Args:
    categories = rng.sample(COLOURS, rng.randint(2, 4))
    return rng.choices(categories, k=size), categories


def edges(rng: Random) -> list[Args]:
    return [
        (["red"], ["red"]),
        (["b", "a"], ["b", "c", "a"]),
        ([rng.choice(COLOURS)] * 3, list(COLOURS)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], ["a", "b", "c"][: rng.randint(1, 3)]),
        (["Red", "red", ""], ["red", "blue"]),
        (["x", "y"], list(COLOURS[: rng.randint(1, 5)])),
    ]


def oracle(labels: list[str], categories: list[str]) -> object:
    if not labels or not categories:
        return NotImplemented
    encoder = OneHotEncoder(
        categories=[np.array(categories, dtype=object)],
        sparse_output=False,
        handle_unknown="ignore",
    )
    return encoder.fit_transform(np.array(labels, dtype=object).reshape(-1, 1)).astype(np.int64)


def mistake_sorted_categories(labels: list[str], categories: list[str]) -> np.ndarray:
    names = sorted(categories)
    return np.array([[int(label == c) for c in names] for label in labels])
