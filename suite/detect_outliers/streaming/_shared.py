"""Outliers in a stream, judged by running means and variances (Welford 1962; Chan et al. 1979)."""

from random import Random

from parelha.tasks.draws import Args, numbers, with_outliers

# Whole numbers where a limit decides: equal values then have a variance of exactly zero.


def drawn(rng: Random, size: int) -> Args:
    return (with_outliers(rng, max(size, 4)),)


def whole(rng: Random, size: int) -> list[float]:
    values = [float(round(value)) for value in with_outliers(rng, max(size, 5))]
    values[1] = values[0] + rng.choice((-2.0, 1.0, 3.0))
    return values


def easy_edges(rng: Random) -> list[Args]:
    return [
        ([3.0, float(rng.randint(5, 60))],),
        (numbers(rng, 3, -50.0, -1.0),),
        ([2.0, 2.0, 2.0, float(rng.randint(20, 60)), 2.0],),
        ([float(rng.randint(20, 60)), 1.0, 1.5, 2.0],),
    ]
