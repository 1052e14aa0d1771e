"""Return the values more than three MADs from the median."""

from statistics import median

from ._shared import at, distances, draw_values, easy_edges


def mad_outliers(values: list[float]) -> list[float]:
    """Return the values more than three MADs from the median."""
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return [v for v in values if abs(v - centre) > 3 * mad]


def mad_outliers_level_2(values: list[float]) -> list[float]:
    """Return the values more than three MADs from the median."""
    if not values:
        return []
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return [v for v in values if 0 < 3 * mad < abs(v - centre)]


ordinary = draw_values
edges = easy_edges
edges_level_2 = at(3.0)


def oracle(values: list[float]) -> object:
    return [v for v, d in zip(values, distances(values), strict=True) if d > 3 + 1e-9]


def mistake_above_only(values: list[float]) -> list[float]:
    m = median(values)
    return [v for v in values if v - m > 3 * median(abs(u - m) for u in values)]
