"""Return the average speed over a journey."""

from random import Random

from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import whole


def average_speed(distances: list[float], speeds: list[float]) -> float:
    """Return the average speed over a journey."""
    hours = sum(d / v for d, v in zip(distances, speeds))
    return sum(distances) / hours


def average_speed_level_2(distances: list[float], speeds: list[float]) -> float:
    """Return the average speed over a journey."""
    length = sum(distances)
    if length == 0:
        return 0.0
    return length / sum(d / v for d, v in zip(distances, speeds) if d > 0)


def ordinary(rng: Random, size: int) -> Args:
    return whole(rng, size, 1, 60), numbers(rng, size, 5.0, 90.0)


def edges(rng: Random) -> list[Args]:
    return [
        ([7.0], numbers(rng, 1, 5.0)),
        ([10.0, 10.0], numbers(rng, 2, 5.0)),
        ([100.0, 0.5], [100.0, float(rng.randint(1, 4))]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([0.0], numbers(rng, 1, 5.0)),
        ([0.0, 0.0], [0.0, 30.0]),
        ([0.0, *whole(rng, 2)], [0.0, 30.0, 45.0]),
    ]


def oracle(distances: list[float], speeds: list[float]) -> object:
    legs = [(d, v) for d, v in zip(distances, speeds, strict=True) if d]
    if not legs:
        return 0.0
    return float(stats.hmean([v for _, v in legs], weights=[d for d, _ in legs]))


def mistake_weighs_by_distance(distances: list[float], speeds: list[float]) -> float:
    return sum(d * v for d, v in zip(distances, speeds)) / sum(distances)
