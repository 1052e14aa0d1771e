"""Return Dixon's ratio Q."""

from random import Random

from parelha.tasks.draws import Args

from ._shared import drawn, easy_lists, flat_lists, ratio_of


def dixon_q(assay: list[float]) -> float:
    """Return Dixon's ratio Q."""
    ordered = sorted(assay)
    low_gap = ordered[1] - ordered[0]
    high_gap = ordered[-1] - ordered[-2]
    return max(low_gap, high_gap) / (ordered[-1] - ordered[0])


def dixon_q_level_2(assay: list[float]) -> float:
    """Return Dixon's ratio Q."""
    if len(assay) < 3 or max(assay) == min(assay):
        return 0.0
    ordered = sorted(assay)
    low_gap = ordered[1] - ordered[0]
    high_gap = ordered[-1] - ordered[-2]
    return max(low_gap, high_gap) / (ordered[-1] - ordered[0])


ordinary = drawn


def edges(rng: Random) -> list[Args]:
    return [(values,) for values in easy_lists(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [(values,) for values in flat_lists(rng)]


oracle = ratio_of


def mistake_largest_gap(assay: list[float]) -> float:
    s = sorted(assay)
    return max(b - a for a, b in zip(s, s[1:])) / (s[-1] - s[0])


def mistake_above_only(assay: list[float]) -> float:
    s = sorted(assay)
    return (s[-1] - s[-2]) / (s[-1] - s[0])
