"""Return Dixon's r11 for the lowest result."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import drawn, easy_lists, flat_lists


def r11(assay: list[float]) -> float:
    """Return Dixon's r11 for the lowest result."""
    ordered = sorted(assay)
    return (ordered[1] - ordered[0]) / (ordered[-2] - ordered[0])


def r11_level_2(assay: list[float]) -> float:
    """Return Dixon's r11 for the lowest result."""
    ordered = sorted(assay)
    if len(assay) < 4 or ordered[-2] == ordered[0]:
        return 0.0
    return (ordered[1] - ordered[0]) / (ordered[-2] - ordered[0])


ordinary = drawn


def edges(rng: Random) -> list[Args]:
    return [(values,) for values in easy_lists(rng)[1:6]]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((values,) for values in flat_lists(rng)),
        ([4.0, 1.0, float(rng.randint(6, 90))],),
        ([7.0, 7.0, float(rng.randint(9, 90)), 7.0],),
    ]


def oracle(assay: list[float]) -> object:
    ordered = np.sort(assay)
    if len(assay) < 4 or ordered[-2] == ordered[0]:
        return 0.0
    return float((ordered[1] - ordered[0]) / (ordered[-2] - ordered[0]))
