"""Return the next value on the straight trend of a series."""

from random import Random

from parelha.tasks.draws import Args, numbers

from ._shared import fit


def forecast(series: list[float]) -> float:
    """Return the next value on the straight trend of a series."""
    mean_t = (len(series) - 1) / 2
    mean_y = sum(series) / len(series)
    top = sum((t - mean_t) * (y - mean_y) for t, y in enumerate(series))
    slope = top / sum((t - mean_t) ** 2 for t in range(len(series)))
    return mean_y + slope * (len(series) - mean_t)


def forecast_level_2(series: list[float]) -> float:
    """Return the next value on the straight trend of a series."""
    if len(series) < 2:
        return series[0] if series else 0.0
    mean_t = (len(series) - 1) / 2
    mean_y = sum(series) / len(series)
    top = sum((t - mean_t) * (y - mean_y) for t, y in enumerate(series))
    slope = top / sum((t - mean_t) ** 2 for t in range(len(series)))
    return mean_y + slope * (len(series) - mean_t)


def ordinary(rng: Random, size: int) -> Args:
    start, trend = rng.uniform(-10.0, 50.0), rng.uniform(-3.0, 3.0)
    return ([round(start + trend * t + rng.gauss(0.0, 1.5), 1) for t in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2),),
        ([float(rng.randint(1, 9))] * 4,),
        ([1.0, 2.0, 3.0, float(rng.randint(4, 9))],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [([],), (numbers(rng, 1),), (numbers(rng, 1),)]


def oracle(series: list[float]) -> object:
    if not series:
        return 0.0
    slope, intercept = fit([float(t) for t in range(len(series))], series)
    return slope * len(series) + intercept
