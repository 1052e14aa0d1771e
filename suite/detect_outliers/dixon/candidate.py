"""Return the end value with the larger gap."""

from random import Random

from parelha.tasks.draws import Args

from ._shared import drawn, easy_lists, flat_lists, suspect_oracle


def doubtful(assay: list[float]) -> float:
    """Return the end value with the larger gap."""
    ordered = sorted(assay)
    low_gap = ordered[1] - ordered[0]
    high_gap = ordered[-1] - ordered[-2]
    return ordered[0] if low_gap > high_gap else ordered[-1]


def doubtful_level_2(assay: list[float]) -> float | None:
    """Return the end value with the larger gap."""
    if len(assay) < 3 or max(assay) == min(assay):
        return None
    ordered = sorted(assay)
    low_gap = ordered[1] - ordered[0]
    high_gap = ordered[-1] - ordered[-2]
    return ordered[0] if low_gap > high_gap else ordered[-1]


ordinary = drawn


def edges(rng: Random) -> list[Args]:
    return [(values,) for values in easy_lists(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [(values,) for values in flat_lists(rng)]


oracle = suspect_oracle


def mistake_furthest_from_the_mean(assay: list[float]) -> float:
    m = sum(assay) / len(assay)
    return max(assay, key=lambda value: abs(value - m))
