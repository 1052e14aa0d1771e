"""Return Welch's t statistic of two groups."""

from math import sqrt
from random import Random
from statistics import mean, variance
from typing import Any

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, from_moments, group_edges, is_flat, two_groups


def welch_t(a: list[float], b: list[float]) -> float:
    """Return Welch's t statistic of two groups."""
    error = variance(a) / len(a) + variance(b) / len(b)
    return (mean(a) - mean(b)) / sqrt(error)


def welch_t_level_2(a: list[float], b: list[float]) -> float:
    """Return Welch's t statistic of two groups."""
    if len(a) < 2 or len(b) < 2:
        return float("nan")
    error = variance(a) / len(a) + variance(b) / len(b)
    return (mean(a) - mean(b)) / sqrt(error) if error > 0 else 0.0


ordinary = two_groups
edges = group_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        (numbers(rng, 3), [4.0]),
        ([4.0], numbers(rng, 3)),
        ([3.0, 3.0], [8.0] * rng.randint(2, 6)),
        ([0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]),
    ]


def oracle(a: list[float], b: list[float]) -> object:
    if min(len(a), len(b)) < 2:
        return NAN
    if is_flat(a) and is_flat(b):
        return 0.0
    return from_moments(a, b, equal_var=False)


def mistake_pooled_variance(a: Any, b: Any) -> Any:
    return (mean(a) - mean(b)) / ((variance(a) + variance(b)) / (len(a) + len(b))) ** 0.5
