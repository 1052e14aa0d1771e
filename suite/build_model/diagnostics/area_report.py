"""Return a table of the errors in every area."""

import math
from random import Random

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from parelha.tasks.draws import Args, numbers


def report(df: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the errors in every area."""
    known = df.dropna(subset=["real", "guess"])
    miss = known["guess"] - known["real"]
    area = known["area"]
    return pd.DataFrame(
        {
            "count": miss.groupby(area).size(),
            "bias": miss.groupby(area).mean(),
            "mae": miss.abs().groupby(area).mean(),
            "rmse": (miss**2).groupby(area).mean() ** 0.5,
        }
    )


def ordinary(rng: Random, size: int) -> Args:
    rows = []
    for _ in range(size):
        real = round(rng.uniform(10.0, 90.0), 1)
        guess = round(real + rng.gauss(2.0, 6.0), 1)
        rows.append((rng.choice(["north", "south", "east"]), real, guess))
        if rng.random() < 0.05:
            rows[-1] = (rows[-1][0], real, math.nan)
    return (pd.DataFrame(rows, columns=["area", "real", "guess"]),)


def edges(rng: Random) -> list[Args]:
    def frame(areas: str, real: list[float], guess: list[float]) -> Args:
        table = {"area": pd.Series(list(areas), dtype=object)}
        numeric = {
            "real": pd.Series(real, dtype="float64"),
            "guess": pd.Series(guess, dtype="float64"),
        }
        return (pd.DataFrame(table | numeric),)

    gap = math.nan
    return [
        frame("", [], []),
        frame("ab", [gap, 1.0], [2.0, gap]),
        frame("ba", numbers(rng, 2), numbers(rng, 2)),
        frame("aba", [1.0, 2.0, gap], [3.0, gap, float(rng.randint(1, 9))]),
        frame("bbaab", numbers(rng, 5), [*numbers(rng, 4), gap]),
    ]


def oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    rows = {}
    for area in sorted(set(known["area"])):
        own = known[known["area"] == area]
        real, guess = own["real"].to_numpy(), own["guess"].to_numpy()
        rows[area] = (
            len(own),
            float(np.mean(guess) - np.mean(real)),
            float(mean_absolute_error(real, guess)),
            float(root_mean_squared_error(real, guess)),
        )
    table = pd.DataFrame(list(rows.values()), columns=["count", "bias", "mae", "rmse"])
    table = table.astype({"count": "int64", "bias": float, "mae": float, "rmse": float})
    return table.set_index(pd.Index(list(rows), name="area"))
