"""Return the number of outliers of each class, by distances within it."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import Matrix, draw_table, squares_of


def odd(x: np.ndarray, labels: list[str], limit: float) -> dict[str, int]:
    """Return the number of outliers of each class, by distances within it."""
    classes = np.array(labels)
    counts = {}
    for name in dict.fromkeys(labels):
        rows = x[classes == name]
        counts[name] = 0
        if len(rows) >= 2 * x.shape[1]:
            away = rows - rows.mean(axis=0)
            inverse = np.linalg.inv(np.cov(rows, rowvar=False))
            squared = np.sum(away @ inverse * away, axis=1)
            counts[name] = int(np.sum(squared > limit**2))
    return counts


def ordinary(rng: Random, size: int) -> Args:
    labels = [rng.choice("abcd") for _ in range(size)]
    table = draw_table(rng, size, 3)
    shift = np.array([[ord(label) % 7, -ord(label) % 5, 0.0] for label in labels])
    return table + 5.0 * shift.reshape(size, 3), labels, rng.choice((2.5003, 3.5001))


def edges(rng: Random) -> list[Args]:
    return [
        (np.zeros((0, 2)), [], 1.0),
        (draw_table(rng, 4, 2), ["a"] * 4, 1.0001),
        (draw_table(rng, 3, 2), ["a"] * 3, 0.5001),
        (draw_table(rng, 9, 2), ["b"] * 3 + ["a"] * 6, 1.2001),
        (draw_table(rng, 12, 3), ["b"] * 6 + ["a"] * 6, 1.5001),
        (draw_table(rng, 11, 3), ["b", "a"] * 5 + ["a"], 1.5001),
    ]


def oracle(x: Matrix, labels: list[str], limit: float) -> object:
    counts = {}
    for name in set(labels):
        rows = x[[place for place, label in enumerate(labels) if label == name]]
        far = 0
        if len(rows) >= 2 * x.shape[1]:
            far = int((squares_of(rows, rows) > limit**2).sum())
        counts[name] = far
    return counts
