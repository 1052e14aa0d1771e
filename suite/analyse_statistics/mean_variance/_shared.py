"""Mean and variance: population, sample, by column, weighted."""

import math
from random import Random
from typing import Any

from parelha.tasks.draws import Args, numbers


def draw_values(rng: Random, size: int) -> Args:
    return (numbers(rng, size),)


def plain_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [([value],), ([value] * 4,), ([0.0, 0.0, value],), (numbers(rng, 6, -90.0, -10.0),)]


def kept_of(values: list[Any]) -> list[float]:
    return [value for value in values if value is not None and not math.isnan(value)]


NAN = math.nan
