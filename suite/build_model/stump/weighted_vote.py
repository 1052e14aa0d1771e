"""Return the decision of weighted stumps for every temperature."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def alarms(members: list[list[float]], degrees: list[float]) -> list[bool]:
    """Return the decision of weighted stumps for every temperature."""
    result = []
    for degree in degrees:
        votes = [w if degree > bound else -w for bound, w in members]
        result.append(sum(votes) > 0)
    return result


def alarms_level_2(members: list[list[float]], degrees: list[float]) -> list[bool]:
    """Return the decision of weighted stumps for every temperature."""
    result = []
    for degree in degrees:
        votes = [
            w if degree > bound else -w for bound, w in members if w > 0
        ]
        result.append(sum(votes) > 0)
    return result


def ordinary(rng: Random, size: int) -> Args:
    members = [[rng.randint(0, 9) + 0.5, round(rng.uniform(0.1, 2.0), 3)] for _ in range(3)]
    return members, numbers(rng, size, 0, 10, 0)


def edges(rng: Random) -> list[Args]:
    return [
        ([[3.0, 1.0]], [2.0, 3.0, float(rng.randint(4, 9))]),
        ([[1.0, 1.0], [5.0, 3.0]], [0.0, 4.0, 6.0]),
        ([[2.0, 1.0], [4.0, 2.0], [6.0, 2.5]], [1.0, 3.0, 5.0, 7.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [1.0, float(rng.randint(4, 9))]),
        ([[1.0, 2.0], [5.0, 2.0]], [0.0, 3.0, 9.0]),
        ([[1.0, 2.0]], [math.nan, 3.0]),
        ([[1.0, -2.0], [5.0, 1.0]], [0.0, 3.0, 9.0]),
    ]


def _committee_oracle(members: list[list[float]], temperatures: list[float]) -> object:
    bounds = np.array([bound for bound, _ in members])
    weights = np.array([weight for _, weight in members])
    found = []
    for temperature in temperatures:
        if math.isnan(temperature):
            found.append(False)
        else:
            found.append(bool(weights @ np.where(temperature > bounds, 1.0, -1.0) > 0.0))
    return found


def oracle(members: list[list[float]], temperatures: list[float]) -> object:
    return _committee_oracle([member for member in members if member[1] > 0.0], temperatures)
