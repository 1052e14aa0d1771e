"""Return Hedges's g of two herds."""

import numpy as np

from ._shared import Floats, is_poor, poor_edges, t_scale, two, two_edges


def hedges_g(x: np.ndarray, y: np.ndarray) -> float:
    """Return Hedges's g of two herds."""
    total = len(x) + len(y)
    squares = len(x) * x.var() + len(y) * y.var()
    w = np.sqrt(squares / (total - 2))
    return float((x.mean() - y.mean()) / w * (1 - 3 / (4 * total - 9)))


def hedges_g_level_2(x: np.ndarray, y: np.ndarray) -> float:
    """Return Hedges's g of two herds."""
    total = len(x) + len(y)
    if min(len(x), len(y)) < 2:
        return 0.0
    w = np.sqrt((len(x) * x.var() + len(y) * y.var()) / (total - 2))
    if w == 0:
        return 0.0
    return float((x.mean() - y.mean()) / w * (1 - 3 / (4 * total - 9)))


ordinary = two
edges = two_edges
edges_level_2 = poor_edges


def oracle(x: Floats, y: Floats) -> object:
    if is_poor(x, y):
        return 0.0
    return t_scale(x, y) * (1 - 3 / (4 * (len(x) + len(y)) - 9))
