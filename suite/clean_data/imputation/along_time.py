"""Return the values with short gaps interpolated along time."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def close(times: list[float], values: list[object], longest: float) -> object:
    """Return the values with short gaps interpolated along time."""
    filled = list(values)
    places = [i for i, value in enumerate(values) if value is not None]
    for first, last in zip(places, places[1:]):
        span = times[last] - times[first]
        if span <= longest:
            start = float(str(values[first]))
            slope = (float(str(values[last])) - start) / span
            for place in range(first + 1, last):
                filled[place] = start + slope * (times[place] - times[first])
    return filled


def ordinary(rng: Random, size: int) -> Args:
    times = sorted(rng.sample(range(5 * size), size))
    values: list[float | None] = list(numbers(rng, size))
    for place in rng.sample(range(size), size // 2):
        values[place] = None
    return [float(time) for time in times], values, float(rng.randint(8, 14)) + 0.5


def edges(rng: Random) -> list[Args]:
    return [
        ([], [], 1.0),
        ([1.0, 2.0], [None, None], float(rng.randint(1, 9))),
        ([0.0, 1.0, 4.0, 9.0], [None, *numbers(rng, 1), None, None], 99.0),
        ([0.0, 1.0, 4.0], [numbers(rng, 1)[0], None, 8.0], 4.0),
        ([0.0, 1.0, 4.0], [numbers(rng, 1)[0], None, 8.0], 3.5),
        ([2.0, 3.0, 7.0, 8.0, 10.0], [1.0, None, None, 0.0, None], float(rng.randint(6, 9))),
    ]


def oracle(times: list[float], values: list[float | None], longest: float) -> object:
    if not any(value is not None for value in values):
        return values
    at = np.array([t for t, v in zip(times, values, strict=True) if v is not None])
    known = np.array([v for v in values if v is not None], dtype=float)
    result: list[float | None] = list(values)
    for place, time in enumerate(times):
        right = int(np.searchsorted(at, time))
        if values[place] is None and 0 < right < len(at) and at[right] - at[right - 1] <= longest:
            result[place] = float(np.interp(time, at, known))
    return result
