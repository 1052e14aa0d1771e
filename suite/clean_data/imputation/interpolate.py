"""Return the readings with gaps filled by straight lines."""

from random import Random

from parelha.tasks.draws import Args, numbers, sprinkle

from ._shared import series


def interpolate(readings: list[float | None]) -> list[float]:
    """Return the readings with gaps filled by straight lines."""
    points = [(i, x) for i, x in enumerate(readings) if x is not None]
    filled = [points[0][1]]
    for (start, left), (stop, right) in zip(points, points[1:]):
        step = (right - left) / (stop - start)
        filled += [left + step * k for k in range(1, stop - start + 1)]
    return filled


def interpolate_level_2(readings: list[float | None]) -> list[float]:
    """Return the readings with gaps filled by straight lines."""
    points = [(i, x) for i, x in enumerate(readings) if x is not None]
    filled = [points[0][1]] * (points[0][0] + 1)
    for (start, left), (stop, right) in zip(points, points[1:]):
        step = (right - left) / (stop - start)
        filled += [left + step * k for k in range(1, stop - start + 1)]
    return filled + [points[-1][1]] * (len(readings) - len(filled))


def ordinary(rng: Random, size: int) -> Args:
    inner = sprinkle(rng, numbers(rng, max(1, size - 4)), None, 2)
    return ([*numbers(rng, 1), *inner, *numbers(rng, 1)],)


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1),),
        (numbers(rng, 3),),
        ([*numbers(rng, 1), None, None, None, *numbers(rng, 1)],),
        ([1.0, None, 1.0, None, *numbers(rng, 1)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None, *numbers(rng, 1), None, None],),
        ([None, None, *numbers(rng, 2)],),
        ([*numbers(rng, 1), None, *numbers(rng, 1), None],),
    ]


def oracle(readings: list[float | None]) -> object:
    return [float(v) for v in series(readings).interpolate().ffill().bfill()]
