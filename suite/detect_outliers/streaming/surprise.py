"""Return how much each load differs from its smoothed past."""

from random import Random

from parelha.tasks.draws import Args, numbers, with_outliers


def surprises_of(load: list[float], alpha: float) -> list[float]:
    """Return how much each load differs from its smoothed past."""
    level = load[0]
    surprises = []
    for current in load:
        surprises.append(current - level)
        level += alpha * (current - level)
    return surprises


def surprises_of_level_2(load: list[float], alpha: float) -> list[float]:
    """Return how much each load differs from its smoothed past."""
    if not load:
        return []
    level = load[0]
    surprises = []
    for current in load:
        surprises.append(current - level)
        level += alpha * (current - level)
    return surprises


def ordinary(rng: Random, size: int) -> Args:
    return (with_outliers(rng, max(size, 4)), rng.choice((0.1, 0.25, 0.6)))


def edges(rng: Random) -> list[Args]:
    return [
        ([3.0, float(rng.randint(5, 60))], 0.3),
        (numbers(rng, 3, -50.0, -1.0), 0.3),
        ([2.0, 2.0, 2.0, float(rng.randint(20, 60)), 2.0], 0.7),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], 0.5),
        ([float(rng.randint(1, 9))], 0.5),
        ([4.0, 6.0, float(rng.randint(9, 30))], 0.0),
        ([4.0, 6.0, float(rng.randint(9, 30)), 1.0], 1.0),
    ]


def oracle(load: list[float], alpha: float) -> object:
    if not load:
        return []
    weights = [alpha * (1 - alpha) ** age for age in range(len(load))]
    surprises = [0.0]
    for place in range(1, len(load)):
        level = load[0] * (1 - alpha) ** (place - 1)
        level += sum(weights[place - 1 - i] * load[i] for i in range(1, place))
        surprises.append(load[place] - level)
    return surprises
