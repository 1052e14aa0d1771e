"""Return the mean of each class."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_labels, even_numbers


def train(xs: list[float], labels: list[str]) -> dict[str, float]:
    """Return the mean of each class."""
    members: dict[str, list[float]] = {}
    for x, label in zip(xs, labels):
        members.setdefault(label, []).append(x)
    return {label: sum(own) / len(own) for label, own in members.items()}


def train_level_2(xs: list[float], labels: list[str | None]) -> dict[str, float]:
    """Return the mean of each class."""
    members: dict[str, list[float]] = {}
    for x, label in zip(xs, labels):
        if label is not None:
            members.setdefault(label, []).append(x)
    return {label: sum(own) / len(own) for label, own in members.items()}


def ordinary(rng: Random, size: int) -> Args:
    return even_numbers(rng, size), draw_labels(rng, size)


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([1.0, 2.0, float(rng.randint(3, 99))], ["a", "b", "A"]),
        ([-1.0, 1.0, 0.0], ["a", "a", "a"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([5.0], [None]),
        ([1.0, 8.0, float(rng.randint(20, 99))], ["a", None, "a"]),
        ([1.0, 2.0, 3.0, 4.0], [None, "", "b", None]),
    ]


def oracle(xs: list[float], labels: list[str | None]) -> object:
    own = np.asarray(labels, dtype=object)
    known = set(labels) - {None}
    return {label: float(np.mean(np.asarray(xs)[own == label])) for label in known}


def mistake_divides_by_all(xs: list[float], labels: list[str]) -> dict[str, float]:
    return {b: sum(x for x, c in zip(xs, labels) if b == c) / len(xs) for b in labels}
