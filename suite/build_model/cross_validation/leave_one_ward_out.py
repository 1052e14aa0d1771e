"""Return how far the wards lie from what all other wards predict."""

import math
from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def errors(wards: list[str], values: list[float]) -> dict[str, float]:
    """Return how far the wards lie from what all other wards predict."""
    own: dict[str, list[float]] = {}
    for ward, value in zip(wards, values):
        if not math.isnan(value):
            own.setdefault(ward, []).append(value)
    total = sum(sum(found) for found in own.values())
    count = sum(len(found) for found in own.values())
    result = {}
    for ward, found in own.items():
        if len(found) < count:
            forecast = (total - sum(found)) / (count - len(found))
            gaps = [abs(value - forecast) for value in found]
            result[ward] = sum(gaps) / len(gaps)
    return result


def ordinary(rng: Random, size: int) -> Args:
    wards = [f"w{rng.randint(1, max(2, size // 5))}" for _ in range(size)]
    return wards, numbers(rng, size)


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        (["a", "a"], numbers(rng, 2)),
        (["a", "b"], [math.nan, *numbers(rng, 1)]),
        (["a", "b", "a", "c"], [math.nan, 4.0, *numbers(rng, 2)]),
        (["b", "a", "b"], [1.0, 5.0, float(rng.randint(6, 9))]),
    ]


def oracle(wards: list[str], values: list[float]) -> object:
    frame = pd.DataFrame({"ward": wards, "value": values}).dropna()
    result = {}
    for ward in sorted(set(frame["ward"])):
        rest = frame.loc[frame["ward"] != ward, "value"]
        own = frame.loc[frame["ward"] == ward, "value"]
        if len(rest):
            result[str(ward)] = float((own - rest.mean()).abs().mean())
    return result
