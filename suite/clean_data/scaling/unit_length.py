"""Return the vector scaled to Euclidean length 1."""

import numpy as np

from ._shared import draw_values, easy_edges, flat_edges, ratio


def to_unit_length(vector: list[float]) -> list[float]:
    """Return the vector scaled to Euclidean length 1."""
    length = sum(component**2 for component in vector) ** 0.5
    return [component / length for component in vector]


def to_unit_length_level_2(vector: list[float]) -> list[float]:
    """Return the vector scaled to Euclidean length 1."""
    length = sum(component**2 for component in vector) ** 0.5
    return [component / (length or 1.0) for component in vector]


ordinary = draw_values
edges = easy_edges
edges_level_2 = flat_edges


def oracle(vector: list[float]) -> object:
    return ratio(vector, float(np.linalg.norm(vector))) if vector else []
