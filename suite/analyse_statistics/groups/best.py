"""Return the team with the highest average."""

from random import Random

from parelha.tasks.draws import Args, numbers, redraw

from ._shared import frame, grouped


def best_team(teams: list[str], points: list[float]) -> str:
    """Return the team with the highest average."""
    scores: dict[str, list[float]] = {}
    for team, point in zip(teams, points):
        scores.setdefault(team, []).append(point)
    return max(scores, key=lambda team: sum(scores[team]) / len(scores[team]))


def best_team_level_2(teams: list[str], points: list[float]) -> str:
    """Return the team with the highest average."""
    scores: dict[str, list[float]] = {}
    for team, point in sorted(zip(teams, points)):
        scores.setdefault(team, []).append(point)
    means = {team: sum(own) / len(own) for team, own in scores.items()}
    return max(means, key=lambda team: means[team], default="")


def ordinary(rng: Random, size: int) -> Args:
    teams = grouped(rng, size)[0]
    points = redraw(
        lambda: numbers(rng, size),
        lambda values: frame(teams, values).groupby(level=0).mean().round(6).is_unique,
    )
    return teams, points


def edges(rng: Random) -> list[Args]:
    return [
        (["north"], numbers(rng, 1)),
        (["a", "b", "b"], [3.0, 2.0, 2.0]),
        (["a", "b"], [-5.0, -float(rng.randint(1, 4))]),
        (["a", "a", "a", "b"], [1.0, 1.0, 9.0, 4.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        (["b", "a"], [4.0, 4.0]),
        (["c", "b", "b", "a"], [2.0, 1.0, 3.0, -float(rng.randint(1, 9))]),
        (["z", "m"], [0.0, 0.0]),
    ]


def oracle(teams: list[str], points: list[float]) -> object:
    if not teams:
        return ""
    return str(frame(teams, points).groupby(level=0).mean().sort_index().idxmax())
