"""Return the effective degrees of freedom of a penalised fit."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers

from ._shared import draw_alpha


def degrees(eigenvalues: list[float], penalty: float) -> float:
    """Return the effective degrees of freedom of a penalised fit."""
    return float(sum(e / (e + penalty) for e in eigenvalues))


def degrees_level_2(eigenvalues: list[float], penalty: float) -> float:
    """Return the effective degrees of freedom of a penalised fit."""
    return float(sum(e / (e + penalty) for e in eigenvalues if e > 0))


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size, 0.5, 40.0), draw_alpha(rng)


def edges(rng: Random) -> list[Args]:
    return [
        ([], 1.0),
        ([4.0], float(rng.randint(1, 9))),
        ([1.0, 1.0, 1.0], 0.25),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([0.0, 0.0], 0.0),
        ([0.0, *numbers(rng, 2, 1.0, 9.0)], 0.0),
        ([-0.5, *numbers(rng, 2, 1.0, 9.0)], 2.0),
    ]


def oracle(eigenvalues: list[float], penalty: float) -> object:
    return float(np.sum([1.0 / (1.0 + penalty / e) for e in eigenvalues if e > 0.0]))
