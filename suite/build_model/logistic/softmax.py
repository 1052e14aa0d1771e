"""Return the share of every class by softmax."""

import math
from random import Random

import numpy as np
from scipy.special import softmax as scipy_softmax

from parelha.tasks.draws import Args, numbers


def softmax(scores: dict[str, float]) -> dict[str, float]:
    """Return the share of every class by softmax."""
    total = sum(math.exp(score) for score in scores.values())
    return {name: math.exp(s) / total for name, s in scores.items()}


def softmax_level_2(scores: dict[str, float | None]) -> dict[str, float]:
    """Return the share of every class by softmax."""
    known = {name: s for name, s in scores.items() if s is not None}
    top = max(known.values(), default=0.0)
    powers = {name: math.exp(s - top) for name, s in known.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def ordinary(rng: Random, size: int) -> Args:
    return ({f"class {i}": number for i, number in enumerate(numbers(rng, size, -3.0, 3.0))},)


def edges(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"only": float(rng.randint(1, 4))},),
        ({"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0},),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({"a": 5000.0, "b": 5001.0 + rng.randint(0, 3)},),
        ({"a": None},),
        ({"a": -3000.0, "b": None, "c": -3000.0 + rng.random()},),
        ({"a": 4000.0, "b": -4000.0},),
    ]


def oracle(scores: dict[str, float]) -> object:
    known = {name: score for name, score in scores.items() if score is not None}
    if not known:
        return {}
    shares = scipy_softmax(np.array(list(known.values())))
    return {name: float(share) for name, share in zip(known, shares, strict=True)}
