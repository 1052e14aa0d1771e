"""Return for each query the class with the nearest mean."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import near_to_far


def assign(model: dict[str, float], queries: list[float]) -> list[str]:
    """Return for each query the class with the nearest mean."""
    names = []
    for query in queries:
        distances = {abs(model[name] - query): name for name in model}
        names.append(distances[min(distances)])
    return names


def assign_level_2(model: dict[str, float], queries: list[float]) -> list[str]:
    """Return for each query the class with the nearest mean."""
    names = []
    for query in queries:
        ranked = [(abs(model[name] - query), name) for name in model]
        names.append(min(ranked)[1])
    return names


def ordinary(rng: Random, size: int) -> Args:
    low = float(rng.randint(0, 10))
    model = {"low": low, "mid": low + 8.0, "high": low + 20.0}
    return model, [rng.randint(-5, 45) + 0.25 for _ in range(size)]


def edges(rng: Random) -> list[Args]:
    return [
        ({"a": 1.0, "b": 5.0}, []),
        ({"a": 1.0}, [float(rng.randint(5, 99)), -3.0]),
        ({"b": 5.0, "a": -5.0}, [-0.25, 0.25]),
        ({"x": 2.0, "y": 4.0}, [2.0, 4.0, 100.0, -100.0]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({"b": 2.0, "a": 6.0}, [4.0, 3.0]),
        ({"a": 2.0, "b": 6.0}, [4.0, float(rng.randint(7, 99))]),
        ({"c": 1.0, "b": 1.0, "d": 0.0}, [1.0, 0.5]),
    ]


def oracle(model: dict[str, float], queries: list[float]) -> object:
    names = sorted(model)
    centres = np.array([model[name] for name in names])
    return [names[int(near_to_far(list(centres), query)[0])] for query in queries]
