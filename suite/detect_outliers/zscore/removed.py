"""Return the values without the outliers."""

from random import Random

from parelha.tasks.draws import Args

from ._shared import drawn, easy_edges, on_limit, z_scores


def without_outliers(values: list[float]) -> list[float]:
    """Return the values without the outliers."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    limit = 2 * variance**0.5
    return [value for value in values if abs(value - mean) <= limit]


def without_outliers_level_2(values: list[float]) -> list[float]:
    """Return the values without the outliers."""
    if not values or max(values) == min(values):
        return list(values)
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    limit = 2 * variance**0.5
    return [value for value in values if abs(value - mean) <= limit]


ordinary = drawn(2.0, 7)
edges = easy_edges(2.0)


# A mean of equal decimals can differ from them by rounding, and so can the deviation.
def edges_level_2(rng: Random) -> list[Args]:
    return [*on_limit(5, 0, 0, 0, 0)(rng), ([0.1] * 3,)]


def oracle(values: list[float]) -> object:
    return [v for v, z in zip(values, z_scores(values), strict=True) if abs(z) <= 2]
