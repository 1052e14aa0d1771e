"""Logistic regression: probabilities, loss, one gradient step, decisions."""

from random import Random


def draw_labels(rng: Random, size: int) -> list[int]:
    return [rng.randint(0, 1) for _ in range(size)]
