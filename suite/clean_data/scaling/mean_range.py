"""Return the column centred on its mean, in units of its range."""

import numpy as np

from ._shared import draw_values, easy_edges, flat_edges, ratio


def mean_normalise(column: list[float]) -> list[float]:
    """Return the column centred on its mean, in units of its range."""
    mean = sum(column) / len(column)
    span = max(column) - min(column)
    return [(entry - mean) / span for entry in column]


def mean_normalise_level_2(column: list[float]) -> list[float]:
    """Return the column centred on its mean, in units of its range."""
    if not column or max(column) == min(column):
        return [0.0] * len(column)
    mean = sum(column) / len(column)
    span = max(column) - min(column)
    return [(entry - mean) / span for entry in column]


ordinary = draw_values
edges = easy_edges
edges_level_2 = flat_edges


def oracle(column: list[float]) -> object:
    return ratio(np.asarray(column) - np.mean(column), float(np.ptp(column))) if column else []
