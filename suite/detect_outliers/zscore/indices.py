"""Return the indices of the outliers by sample z-score."""

from ._shared import drawn, easy_edges, on_limit, z_scores


def outlier_positions(values: list[float]) -> list[int]:
    """Return the indices of the outliers by sample z-score."""
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    limit = 2 * (squares / (len(values) - 1)) ** 0.5
    return [i for i, v in enumerate(values) if abs(v - mean) > limit]


def outlier_positions_level_2(values: list[float]) -> list[int]:
    """Return the indices of the outliers by sample z-score."""
    if len(values) < 2 or max(values) == min(values):
        return []
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    limit = 2 * (squares / (len(values) - 1)) ** 0.5
    return [i for i, v in enumerate(values) if abs(v - mean) > limit]


ordinary = drawn(2.0, 8, sample=True)
edges = easy_edges(2.0, sample=True)
edges_level_2 = on_limit(-2, 4, 1, -1, 0, 1, -1, -2)


def oracle(values: list[float]) -> object:
    return [i for i, z in enumerate(z_scores(values, ddof=1)) if abs(z) > 2]
