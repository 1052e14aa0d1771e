"""Return the Kruskal-Wallis statistic of the teams."""

from random import Random
from typing import Any

from scipy import stats

from parelha.tasks.draws import Args, distinct

from ._shared import Groups


def kruskal_wallis(teams: list[list[float]]) -> float:
    """Return the Kruskal-Wallis statistic of the teams."""
    line = sorted(height for team in teams for height in team)
    total = 0.0
    for team in teams:
        total += sum(line.index(x) + 1 for x in team) ** 2 / len(team)
    size = len(line)
    return 12 / (size * (size + 1)) * total - 3 * (size + 1)


def kruskal_wallis_level_2(teams: list[list[float]]) -> float:
    """Return the Kruskal-Wallis statistic of the teams."""
    jumped = [team for team in teams if team]
    if len(jumped) < 2:
        return 0.0
    line = sorted(height for team in jumped for height in team)
    size, total = len(line), 0.0
    for team in jumped:
        ranks = [line.index(x) + (line.count(x) + 1) / 2 for x in team]
        total += sum(ranks) ** 2 / len(team)
    return 12 / (size * (size + 1)) * total - 3 * (size + 1)


def ordinary(rng: Random, size: int) -> Args:
    scores = distinct(rng, max(size, 5))
    cut = rng.randint(1, 2)
    return ([scores[:cut], scores[cut : cut + 2], scores[cut + 2 :]],)


def edges(rng: Random) -> list[Args]:
    return [
        ([distinct(rng, 1), [100.0]],),
        ([[1.0, 2.0, 3.0], [4.0, 5.0, float(rng.randint(6, 40))]],),
        ([distinct(rng, 3, 0, 9), distinct(rng, 4, 10, 20), [30.0]],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([[], distinct(rng, 3)],),
        ([[5.0, 5.0, float(rng.randint(0, 9))], [5.0, 8.0]],),
        ([[], [2.0, 2.0, 2.0], [3.0, float(rng.randint(1, 3))], [1.0]],),
    ]


def oracle(teams: Groups) -> object:
    kept = [team for team in teams if team]
    everything = [x for team in kept for x in team]
    if len(kept) < 2:
        return 0.0
    if len(set(everything)) < 2:
        return NotImplemented
    ranks: Any = stats.rankdata(everything)
    ties = stats.tiecorrect(ranks)
    return float(stats.kruskal(*kept).statistic * ties)
