"""Return Cohen's d of two samples."""

import numpy as np

from ._shared import is_poor, poor_edges, t_scale, two, two_edges


def cohens_d(a: np.ndarray, b: np.ndarray) -> float:
    """Return Cohen's d of two samples."""
    na, nb = len(a), len(b)
    squares = (na - 1) * a.var(ddof=1) + (nb - 1) * b.var(ddof=1)
    s = np.sqrt(squares / (na + nb - 2))
    return float((a.mean() - b.mean()) / s)


def cohens_d_level_2(a: np.ndarray, b: np.ndarray) -> float:
    """Return Cohen's d of two samples."""
    na, nb = len(a), len(b)
    if na < 2 or nb < 2:
        return 0.0
    squares = (na - 1) * a.var(ddof=1) + (nb - 1) * b.var(ddof=1)
    if squares == 0:
        return 0.0
    s = np.sqrt(squares / (na + nb - 2))
    return float((a.mean() - b.mean()) / s)


ordinary = two
edges = two_edges
edges_level_2 = poor_edges


def oracle(a: np.ndarray, b: np.ndarray) -> object:
    return 0.0 if is_poor(a, b) else t_scale(a, b)


def mistake_deviation_of_all(a: np.ndarray, b: np.ndarray) -> float:
    return float((a.mean() - b.mean()) / np.concatenate([a, b]).std())
