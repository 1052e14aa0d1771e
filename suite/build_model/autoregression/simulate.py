"""Return the simulated moods."""

import math
from random import Random

from scipy.signal import lfilter

from parelha.tasks.draws import Args, numbers


def simulate(shocks: list[float], carry: float, start: float) -> list[float]:
    """Return the simulated moods."""
    mood = start
    moods = []
    for shock in shocks:
        mood = carry * mood + shock
        moods.append(mood)
    return moods


def simulate_level_2(shocks: list[float], carry: float, start: float) -> list[float]:
    """Return the simulated moods."""
    mood = start
    moods = []
    for shock in shocks:
        mood *= carry
        if not math.isnan(shock):
            mood += shock
        mood = max(-100.0, min(100.0, mood))
        moods.append(mood)
    return moods


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size, -3.0, 3.0), rng.choice([-0.5, 0.25, 0.8]), numbers(rng, 1)[0]


def edges(rng: Random) -> list[Args]:
    return [
        ([], 0.5, float(rng.randint(1, 9))),
        ([0.0, 0.0, 0.0], 0.5, 8.0),
        (numbers(rng, 3), 1.0, 0.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([math.nan, *numbers(rng, 2)], 0.5, 8.0),
        ([90.0, 90.0, float(rng.randint(-9, -1))], 0.5, 40.0),
        ([-80.0, -90.0, float(rng.randint(1, 9))], 0.5, 0.0),
        ([math.nan, math.nan], -2.0, float(rng.randint(60, 90))),
    ]


def oracle(shocks: list[float], carry: float, start: float) -> object:
    return (
        [float(v) for v in lfilter([1.0], [1.0, -carry], shocks, zi=[carry * start])[0]]
        if shocks and abs(start) + sum(map(abs, shocks)) < 100.0
        else NotImplemented
    )


def mistake_without_memory(shocks: list[float], carry: float, start: float) -> list[float]:
    return [carry * start + shock for shock in shocks]
