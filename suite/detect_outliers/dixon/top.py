"""Return the ratio for the highest result."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import drawn, easy_lists, flat_lists


def top_ratio(assay: list[float]) -> float:
    """Return the ratio for the highest result."""
    ordered = sorted(assay)
    return (ordered[-1] - ordered[-2]) / (ordered[-1] - ordered[0])


def top_ratio_level_2(assay: list[float]) -> float:
    """Return the ratio for the highest result."""
    if len(assay) < 3 or max(assay) == min(assay):
        return 0.0
    ordered = sorted(assay)
    return (ordered[-1] - ordered[-2]) / (ordered[-1] - ordered[0])


ordinary = drawn


def edges(rng: Random) -> list[Args]:
    return [(values,) for values in easy_lists(rng)[:6]]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((values,) for values in flat_lists(rng)),
        ([9.0, float(rng.randint(1, 8)), 9.0],),
    ]


def oracle(assay: list[float]) -> object:
    if len(assay) < 3 or np.ptp(assay) == 0:
        return 0.0
    second, first = np.partition(assay, len(assay) - 2)[-2:]
    return float((first - second) / np.ptp(assay))
