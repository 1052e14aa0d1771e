"""Return the Gini impurity of labels."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def gini(labels: list[str]) -> float:
    """Return the Gini impurity of labels."""
    n = len(labels)
    return 1 - sum((labels.count(a) / n) ** 2 for a in dict.fromkeys(labels))


def gini_level_2(labels: list[str | None]) -> float:
    """Return the Gini impurity of labels."""
    known = [label for label in labels if label is not None]
    if not known:
        return 0.0
    n = len(known)
    return 1 - sum((known.count(a) / n) ** 2 for a in dict.fromkeys(known))


def ordinary(rng: Random, size: int) -> Args:
    return ([rng.choice("abc") for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        (["a"],),
        (["a", "b"] * rng.randint(2, 9),),
        (["a", "A", "b", "c"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None, None],),
        ([None, "b", "a", *(rng.choice("abc") for _ in range(3))],),
        (["a", None],),
    ]


def oracle(labels: list[str | None]) -> object:
    shares = pd.Series(labels, dtype=object).value_counts(normalize=True).to_numpy()
    return float(shares @ (1.0 - shares)) if len(shares) else 0.0


def mistake_sum_of_squares(labels: list[str]) -> float:
    return 1 - sum((labels.count(a) / len(labels)) ** 2 for a in labels)
