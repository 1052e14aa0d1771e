"""Return the F statistic of a one-way analysis of variance."""

from random import Random
from statistics import mean, pvariance

from scipy import stats

from parelha.tasks.draws import Args

from ._shared import draw_groups, whole


def f_statistic(groups: list[list[float]]) -> float:
    """Return the F statistic of a one-way analysis of variance."""
    k, n = len(groups), sum(len(group) for group in groups)
    centre = sum(sum(group) for group in groups) / n
    between = sum(len(g) * (mean(g) - centre) ** 2 for g in groups)
    within = sum(len(g) * pvariance(g) for g in groups)
    return (between / (k - 1)) / (within / (n - k))


def f_statistic_level_2(groups: list[list[float]]) -> float:
    """Return the F statistic of a one-way analysis of variance."""
    groups = [group for group in groups if group]
    k, n = len(groups), sum(len(group) for group in groups)
    if k < 2 or n == k:
        return float("nan")
    centre = sum(sum(group) for group in groups) / n
    between = sum(len(g) * (mean(g) - centre) ** 2 for g in groups)
    within = sum(len(g) * pvariance(g) for g in groups)
    if within == 0:
        return float("inf")
    return (between / (k - 1)) / (within / (n - k))


ordinary = draw_groups


def edges(rng: Random) -> list[Args]:
    return [
        ([[1.0, 2.0], [float(rng.randint(3, 9)), 4.0]],),
        ([[5.0], [1.0, 2.0, 4.0], [float(rng.randint(0, 30))]],),
        ([[0.0, 8.0], [4.0, 4.0], [2.0, 6.0]],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([whole(rng, 4), []],),
        ([whole(rng, 1), whole(rng, 1)],),
        ([[3.0, 3.0], [7.0] * rng.randint(1, 4)],),
        ([[2.0], [float(rng.randint(3, 30))] * 3, [0.5, 0.5]],),
        ([[], [1.0, 2.0], [float(rng.randint(3, 30)), 4.0], []],),
    ]


NAN, INF = float("nan"), float("inf")
NAN, INF = float("nan"), float("inf")
Groups = list[list[float]]


def oracle(groups: Groups) -> object:
    kept = [group for group in groups if group]
    if len(kept) < 2 or sum(map(len, kept)) <= len(kept):
        return NAN
    if all(len(set(group)) == 1 for group in kept):
        return INF
    return float(stats.f_oneway(*kept).statistic)


def mistake_variances_not_mean_squares(groups: list[list[float]]) -> float:
    m = [sum(g) / len(g) for g in groups]
    return pvariance(m) / (sum(pvariance(g) for g in groups) / len(groups))
