"""Return the majority vote of the three nearest positions."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_labels, draw_query, even_numbers, near_to_far


def poll(positions: list[float], votes: list[str], target: float) -> str:
    """Return the majority vote of the three nearest positions."""
    ranked = sorted((abs(p - target), v) for p, v in zip(positions, votes))
    nearest = [vote for _, vote in ranked[:3]]
    return max(nearest, key=nearest.count)


def poll_level_2(positions: list[float], votes: list[str], target: float) -> str:
    """Return the majority vote of the three nearest positions."""
    order = sorted(
        range(len(positions)), key=lambda i: abs(positions[i] - target)
    )
    nearest = [votes[i] for i in order[:3]]
    return max(nearest, key=nearest.count, default="")


def ordinary(rng: Random, size: int) -> Args:
    return even_numbers(rng, max(size, 5)), draw_labels(rng, max(size, 5)), draw_query(rng)


def edges(rng: Random) -> list[Args]:
    return [
        ([1.0, 2.0, 4.0], ["a", "b", "b"], 0.0),
        ([1.0, 2.0, 4.0, 90.0, 91.0], ["a", "b", "a", "b", "b"], -float(rng.randint(1, 9))),
        ([-5.0, -1.0, 5.5, 2.0], ["x", "y", "x", "y"], -3.75),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], float(rng.randint(1, 9))),
        ([9.0, 1.0, 4.0, 90.0], ["c", "b", "a", "a"], 2.0),
        ([5.0, 1.0], ["b", "a"], 3.0),
    ]


def oracle(positions: list[float], votes: list[str], target: float) -> object:
    if not positions:
        return ""
    nearest = [votes[int(i)] for i in near_to_far(positions, target)[:3]]
    names, counts = np.unique(nearest, return_counts=True)
    leaders = {str(n) for n, c in zip(names, counts, strict=True) if c == counts.max()}
    return next(vote for vote in nearest if vote in leaders)
