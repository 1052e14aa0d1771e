"""Ridge regression: least squares with a penalty on the squared weights."""

from random import Random

from parelha.tasks.draws import Args, distinct, numbers


def draw_alpha(rng: Random) -> float:
    return rng.choice([0.5, 1.0, 2.0, 5.0, 10.0])


def points(rng: Random, size: int) -> Args:
    slope = rng.uniform(-5.0, 5.0)
    xs = distinct(rng, size, 0, 20)
    return xs, [round(slope * x + rng.gauss(3.0, 2.0), 1) for x in xs], draw_alpha(rng)


def points_edges(rng: Random) -> list[Args]:
    xs = distinct(rng, 4, 1, 20)
    return [
        ([3.0], numbers(rng, 1), 2.0),
        (xs, [2.0 * x for x in xs], 100.0),
        ([-x for x in xs], numbers(rng, 4), 0.1),
    ]


def flat_edges(rng: Random) -> list[Args]:
    return [
        ([], [], 0.0),
        ([0.0, 0.0], numbers(rng, 2), 0.0),
        ([7.0] * 3, numbers(rng, 3), 0.0),
        (distinct(rng, 4, 1, 20), numbers(rng, 4), 0.0),
    ]
