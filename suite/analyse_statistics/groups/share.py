"""Return the share of each group in the total."""

from random import Random

from parelha.tasks.draws import Args, numbers

from ._shared import NAMES, frame, grouped


def shares(groups: list[str], values: list[float]) -> dict[str, float]:
    """Return the share of each group in the total."""
    totals: dict[str, float] = {}
    for group, value in zip(groups, values):
        totals[group] = totals.get(group, 0.0) + value
    whole = sum(values)
    return {group: total / whole for group, total in totals.items()}


def shares_level_2(groups: list[str], values: list[float]) -> dict[str, float]:
    """Return the share of each group in the total."""
    totals: dict[str, float] = {}
    for group, value in zip(groups, values):
        totals[group] = totals.get(group, 0.0) + value
    whole = sum(values) or 1.0
    return {group: total / whole for group, total in totals.items()}


def ordinary(rng: Random, size: int) -> Args:
    return grouped(rng, size)[0], numbers(rng, size, 1.0)


def edges(rng: Random) -> list[Args]:
    return [
        (["north"], numbers(rng, 1, 1.0)),
        (["a"] * 3, numbers(rng, 3, 1.0)),
        (["a", "A", "b"], numbers(rng, 3, 1.0)),
        (["x", "y", "x"], [0.0, 5.0, 0.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [([], []), (["a", "b"], [0.0, 0.0]), ([rng.choice(NAMES)], [0.0])]


def oracle(groups: list[str], values: list[float]) -> object:
    totals = frame(groups, values).groupby(level=0).sum()
    whole = float(totals.sum())
    return {name: total / whole if whole else 0.0 for name, total in totals.to_dict().items()}


def mistake_share_of_one_value(groups: list[str], values: list[float]) -> dict[str, float]:
    t = sum(values)
    return {g: v / t for g, v in zip(groups, values)}
