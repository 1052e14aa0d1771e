"""Return the Gini impurity of labels."""

from collections import Counter
from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_letters


def gini_impurity(labels: list[str]) -> float:
    """Return the Gini impurity of labels."""
    squares = sum(labels.count(name) ** 2 for name in set(labels))
    return 1 - squares / len(labels) ** 2


def gini_impurity_level_2(labels: list[str | None]) -> float:
    """Return the Gini impurity of labels."""
    known = [label for label in labels if label is not None]
    if not known:
        return 0.0
    squares = sum(known.count(name) ** 2 for name in set(known))
    return 1 - squares / len(known) ** 2


def ordinary(rng: Random, size: int) -> Args:
    return (draw_letters(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [
        (["a"] * rng.randint(1, 9),),
        (["x", "y", "z", rng.choice("abc")],),
        (["a", "A", "a ", rng.choice("aA")],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None] * rng.randint(1, 5),),
        ([None, *draw_letters(rng, 4), None],),
        (["", "", "b", rng.choice("ab")],),
    ]


def oracle(labels: list[str | None]) -> object:
    known = [label for label in labels if label is not None]
    if not known:
        return 0.0
    return float(1 - np.sum(np.square(list(Counter(known).values()))) / len(known) ** 2)


def mistake_sum_of_squares(labels: list[str]) -> float:
    return sum((labels.count(x) / len(labels)) ** 2 for x in set(labels))
