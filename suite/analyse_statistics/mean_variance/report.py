"""Return the mean and the population variance by name."""

from random import Random
from statistics import mean, pstdev

import numpy as np

from parelha.tasks.draws import Args, numbers, sprinkle

from ._shared import draw_values, kept_of, plain_edges


def describe(values: list[float]) -> dict[str, float]:
    """Return the mean and the population variance by name."""
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    return {"mean": mean, "variance": squares / len(values)}


def describe_level_2(values: list[float | None]) -> dict[str, float]:
    """Return the mean and the population variance by name."""
    known = [value for value in values if value is not None]
    if not known:
        return {}
    mean = sum(known) / len(known)
    squares = sum((value - mean) ** 2 for value in known)
    return {"mean": mean, "variance": squares / len(known)}


ordinary = draw_values
edges = plain_edges


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None],),
        (sprinkle(rng, numbers(rng, 5), None, 2),),
        ([None, numbers(rng, 1)[0], None],),
    ]


def oracle(values: list[float | None]) -> object:
    kept = kept_of(values)
    if not kept:
        return {}
    return {"mean": float(np.mean(kept)), "variance": float(np.var(kept))}


def mistake_population_report(values: list[float]) -> dict[str, float]:
    return {"mean": mean(values), "variance": pstdev(values)}
