"""Return the labels with gaps filled by the commonest label."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def complete(labels: list[str | None]) -> list[str]:
    """Return the labels with gaps filled by the commonest label."""
    known = [label for label in labels if label is not None]
    fill = max(known, key=known.count)
    return [fill if label is None else label for label in labels]


def complete_level_2(labels: list[str | None]) -> list[str]:
    """Return the labels with gaps filled by the commonest label."""
    known = [label for label in labels if label is not None]
    fill = max(known, key=known.count, default="unknown")
    return [fill if label is None else label for label in labels]


def ordinary(rng: Random, size: int) -> Args:
    names = ["red", "blue", "green"]
    labels: list[str | None] = [rng.choice(names[:2]) for _ in range(max(3, size - 2))]
    labels += [names[0]] * 2 if labels.count("red") >= labels.count("blue") else [names[1]] * 2
    labels += [None] * rng.randint(1, 2)
    rng.shuffle(labels)
    return (labels,)


def edges(rng: Random) -> list[Args]:
    return [
        (["red"],),
        ([None, rng.choice(["red", "blue", "ochre"]), None],),
        (["red", "blue", "blue"],),
        (["", "", None, rng.choice(["red", "blue"])],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None] * rng.randint(1, 9),),
        (["red", "blue", None, "blue", "red"],),
        (["blue", "red", None],),
        (["z", "a", "b", None],),
    ]


def oracle(labels: list[str | None]) -> object:
    known = [label for label in labels if label is not None]
    if not known:
        return NotImplemented
    fill = min(pd.Series(known).mode(), key=known.index)
    return [fill if label is None else label for label in labels]
