"""Return the F of a repeated-measures analysis of variance."""

import math
from random import Random
from statistics import fmean
from typing import Any

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import NAN


def repeated(scores: dict[str, list[float]]) -> float:
    """Return the F of a repeated-measures analysis of variance."""
    rows = [own for own in scores.values() if not any(map(math.isnan, own))]
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0.0
    dishes = [fmean(column) for column in zip(*rows)]
    m = fmean(dishes)
    among = len(rows) * sum((dish - m) ** 2 for dish in dishes)
    error = 0.0
    for row in rows:
        shift = fmean(row) - m
        error += sum((x - shift - d) ** 2 for x, d in zip(row, dishes))
    return among * (len(rows) - 1) / error


def ordinary(rng: Random, size: int) -> Args:
    """Scores of the same dishes by several judges; some judges left a gap."""
    num_dishes = rng.randint(3, 5)
    scores = {}
    for place in range(max(4, size // num_dishes)):
        own = [float(rng.randint(0, 10) + dish) for dish in range(num_dishes)]
        if rng.random() < 0.15:
            own[rng.randrange(num_dishes)] = NAN
        scores[f"judge {place}"] = own
    return ({**scores, "judge x": numbers(rng, num_dishes), "judge y": numbers(rng, num_dishes)},)


def edges(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"ana": numbers(rng, 3)},),
        ({"ana": numbers(rng, 1), "rui": numbers(rng, 1)},),
        ({"ana": [1.0, NAN], "rui": [2.0, float(rng.randint(3, 9))]},),
        ({"ana": numbers(rng, 2), "rui": numbers(rng, 2)},),
        ({"ana": numbers(rng, 4), "rui": [1.0, 2.0, NAN, 4.0], "eva": numbers(rng, 4)},),
    ]


def oracle(scores: dict[str, list[float]]) -> object:
    table = np.array([own for own in scores.values() if not np.isnan(own).any()], dtype=float)
    if len(table) < 2 or table.shape[1] < 2:
        return 0.0
    num_judges, num_dishes = table.shape
    judges = np.repeat(np.eye(num_judges), num_dishes, axis=0)
    dishes = np.tile(np.eye(num_dishes), (num_judges, 1))

    def residue(design: Any) -> float:
        fitted = design @ np.linalg.lstsq(design, table.ravel(), rcond=None)[0]
        return float(((table.ravel() - fitted) ** 2).sum())

    both = residue(np.hstack([judges, dishes]))
    freedom = (num_judges - 1) * (num_dishes - 1)
    return (residue(judges) - both) / (num_dishes - 1) / (both / freedom)
