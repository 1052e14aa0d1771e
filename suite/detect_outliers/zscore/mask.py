"""Return a flag for each value: is it an outlier?"""

from statistics import mean, pstdev

from ._shared import drawn, easy_edges, on_limit, z_scores


def outlier_mask(values: list[float]) -> list[bool]:
    """Return a flag for each value: is it an outlier?"""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    limit = 1.5 * variance**0.5
    return [abs(value - mean) > limit for value in values]


def outlier_mask_level_2(values: list[float]) -> list[bool]:
    """Return a flag for each value: is it an outlier?"""
    if not values or max(values) == min(values):
        return [False] * len(values)
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    limit = 1.5 * variance**0.5
    return [abs(value - mean) > limit for value in values]


ordinary = drawn(1.5, 5)
edges = easy_edges(1.5)
edges_level_2 = on_limit(*[0] * 9, *[13] * 4)


def oracle(values: list[float]) -> object:
    return [bool(abs(z) > 1.5) for z in z_scores(values)]


def mistake_another_threshold(values: list[float]) -> list[bool]:
    return [abs(v - mean(values)) > 2 * pstdev(values) for v in values]
