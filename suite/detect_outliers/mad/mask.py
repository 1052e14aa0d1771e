"""Return a flag for each value: is it far from the median?"""

from statistics import median

from ._shared import at, distances, draw_values, easy_edges


def flag_outliers(values: list[float]) -> list[bool]:
    """Return a flag for each value: is it far from the median?"""
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return [abs(value - centre) > 5 * mad for value in values]


def flag_outliers_level_2(values: list[float]) -> list[bool]:
    """Return a flag for each value: is it far from the median?"""
    if not values:
        return []
    centre = median(values)
    mad = median(abs(value - centre) for value in values)
    return [0 < 5 * mad < abs(value - centre) for value in values]


ordinary = draw_values
edges = easy_edges
edges_level_2 = at(5.0)


def oracle(values: list[float]) -> object:
    return [d > 5 + 1e-9 for d in distances(values)]
