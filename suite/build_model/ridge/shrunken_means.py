"""Return the average of every region, shrunk towards zero."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args
from parelha.tasks.draws import numbers as draw_numbers

from ._shared import draw_alpha


def shrink(data: dict[str, list[float]], k: float) -> dict[str, float]:
    """Return the average of every region, shrunk towards zero."""
    return {name: sum(own) / (len(own) + k) for name, own in data.items()}


def shrink_level_2(data: dict[str, list[float | None]], k: float) -> dict[str, float]:
    """Return the average of every region, shrunk towards zero."""
    averages = {}
    for region, numbers in data.items():
        known = [number for number in numbers if number is not None]
        bottom = len(known) + k
        averages[region] = sum(known) / bottom if bottom else 0.0
    return averages


def ordinary(rng: Random, size: int) -> Args:
    names = ["north", "south", "east", "west"][: rng.randint(2, 4)]
    return {name: draw_numbers(rng, rng.randint(1, size)) for name in names}, draw_alpha(rng)


def edges(rng: Random) -> list[Args]:
    return [
        ({}, 1.0),
        ({"north": [float(rng.randint(1, 9))]}, 0.5),
        ({"a": [3.0, -3.0], "b": [4.0] * 6}, 2.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({"north": [], "south": draw_numbers(rng, 2)}, 0.0),
        ({"north": [None, None], "south": [None, *draw_numbers(rng, 2)]}, 1.0),
        ({"a": [0.0, None, 9.0], "b": [None]}, 0.0),
    ]


def oracle(regions: dict[str, list[float | None]], strength: float) -> object:
    return {
        region: float(np.sum(known) / (len(known) + strength)) if len(known) + strength else 0.0
        for region, all_numbers in regions.items()
        for known in [[n for n in all_numbers if n is not None]]
    }
