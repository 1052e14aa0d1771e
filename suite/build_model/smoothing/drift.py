"""Return the drift forecast some steps ahead."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def drift_forecast(values: list[float], steps: int) -> float:
    """Return the drift forecast some steps ahead."""
    return values[-1] + steps * (values[-1] - values[0]) / (len(values) - 1)


def drift_forecast_level_2(values: list[float], steps: int) -> float:
    """Return the drift forecast some steps ahead."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return values[-1] + steps * (values[-1] - values[0]) / (len(values) - 1)


def ordinary(rng: Random, size: int) -> Args:
    return numbers(rng, size), rng.randint(1, 4)


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 2), 1),
        ([4.0] * 3, 2),
        (numbers(rng, 5), 0),
        ([1.0, 50.0, 3.0], 10),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [([], 2), (numbers(rng, 1), 3), (numbers(rng, 1), 0)]


def oracle(values: list[float], steps: int) -> object:
    if len(values) < 2:
        return values[0] if values else 0.0
    return values[-1] + steps * float(np.mean(np.diff(values)))
