"""Diagnostics of regressions; the whole family is kept for evaluation."""

from random import Random

from parelha.tasks.draws import numbers


def pairs(rng: Random, size: int) -> tuple[list[float], list[float]]:
    """Observations, and fitted values near them."""
    seen = numbers(rng, size, 10.0, 90.0)
    return seen, [round(value + rng.gauss(0.0, 4.0), 1) for value in seen]
