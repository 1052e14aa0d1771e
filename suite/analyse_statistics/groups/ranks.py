"""Return the rank of each runner in his or her class."""

import math
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args


def ranks(classes: list[str], times: list[float]) -> list[int]:
    """Return the rank of each runner in his or her class."""
    runs = zip(classes, times, range(len(times)))
    finished = sorted(run for run in runs if not math.isnan(run[1]))
    result = [0] * len(times)
    counts: dict[str, int] = {}
    best: dict[tuple[str, float], int] = {}
    for name, time, runner in finished:
        counts[name] = counts.get(name, 0) + 1
        result[runner] = best.setdefault((name, time), counts[name])
    return result


NAN = float("nan")


def ordinary(rng: Random, size: int) -> Args:
    classes = [rng.choice(("junior", "senior", "veteran", "guest")) for _ in range(size)]
    times = [float(rng.randint(30, 30 + size // 2)) for _ in range(size)]
    for place in rng.sample(range(size), size // 10):
        times[place] = NAN
    return classes, times


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        (["a"] * 3, [NAN, NAN, float(rng.randint(30, 60))]),
        (["a"] * 5, [40.0, 31.0, 40.0, 55.0, float(rng.randint(30, 60))]),
        (["b", "a", "b", "a"], [40.0, 40.0, 40.0, float(rng.randint(30, 60))]),
        (["b", "", "b", "c"], [33.0, NAN, 32.0, 31.0]),
        (["x"] * 4, [float(rng.randint(30, 60))] * 4),
    ]


def oracle(classes: list[str], times: list[float]) -> object:
    table: Any = pd.DataFrame({"name": pd.Series(classes, dtype=object), "time": times})
    table["time"] = table["time"].astype(float)
    ranks = table.groupby("name")["time"].rank(method="min").fillna(0)
    return [int(rank) for rank in ranks]
