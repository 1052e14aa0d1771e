"""Return the t of two samples with a common variance."""

from random import Random
from statistics import mean, pvariance

from parelha.tasks.draws import Args, numbers

from ._shared import from_moments, group_edges, is_flat, two_groups


def pooled_t(old: list[float], new: list[float]) -> tuple[float, int]:
    """Return the t of two samples with a common variance."""
    n, m = len(old), len(new)
    p = (n * pvariance(old) + m * pvariance(new)) / (n + m - 2)
    gain = mean(new) - mean(old)
    return gain / (p * (1 / n + 1 / m)) ** 0.5, n + m - 2


def pooled_t_level_2(old: list[float], new: list[float]) -> tuple[float, int]:
    """Return the t of two samples with a common variance."""
    n, m = len(old), len(new)
    f = max(n + m - 2, 0)
    if n == 0 or m == 0 or f == 0:
        return 0.0, f
    p = (n * pvariance(old) + m * pvariance(new)) / f
    if p == 0:
        return 0.0, f
    gain = mean(new) - mean(old)
    return gain / (p * (1 / n + 1 / m)) ** 0.5, f


ordinary = two_groups


def edges(rng: Random) -> list[Args]:
    return [*group_edges(rng), ([4.0], [1.0, 7.0])]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], numbers(rng, 3)),
        (numbers(rng, 4), []),
        (numbers(rng, 1), numbers(rng, 1)),
        ([2.0, 2.0], [5.0] * rng.randint(2, 5)),
        ([], []),
        ([3.0], [4.0, float(rng.randint(5, 9))]),
    ]


def oracle(old: list[float], new: list[float]) -> object:
    freedom = len(old) + len(new) - 2
    if not old or not new or freedom < 1 or (is_flat(old) and is_flat(new)):
        return (0.0, max(freedom, 0))
    return (from_moments(new, old, equal_var=True), freedom)
