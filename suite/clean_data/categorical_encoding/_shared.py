"""Categorical encoding with numpy: codes, one-hot rows, ordinals, shares and target means."""

from random import Random

from parelha.tasks.draws import Args

COLOURS = ("red", "green", "blue", "black", "white")


def draw_labels(rng: Random, size: int) -> Args:
    return (rng.choices(COLOURS[: rng.randint(2, 5)], k=size),)
