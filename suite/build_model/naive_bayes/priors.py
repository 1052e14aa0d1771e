"""Return the share of every label."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def priors(labels: list[str]) -> dict[str, float]:
    """Return the share of every label."""
    counts: dict[str, int] = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    return {label: n / len(labels) for label, n in counts.items()}


def priors_level_2(labels: list[str | None]) -> dict[str, float]:
    """Return the share of every label."""
    known = [label for label in labels if label is not None]
    counts: dict[str, int] = {}
    for label in known:
        counts[label] = counts.get(label, 0) + 1
    return {label: n / len(known) for label, n in counts.items()}


def _labels(rng: Random, size: int) -> list[str]:
    return [rng.choice(["spam", "ham", "news"]) for _ in range(size)]


def ordinary(rng: Random, size: int) -> Args:
    return (_labels(rng, size),)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["only"] * rng.randint(2, 9),),
        (["a", "A", "a "],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None, None],),
        ([None, "ham", "spam", "ham"],),
        (["", None, *_labels(rng, 3)],),
    ]


def oracle(labels: list[str | None]) -> object:
    counts = pd.Series(labels, dtype=object).value_counts(normalize=True)
    return {str(label): float(share) for label, share in counts.items()}


def mistake_equal_priors(labels: list[str]) -> dict[str, float]:
    return {label: 1 / len(set(labels)) for label in labels}
