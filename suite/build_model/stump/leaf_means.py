"""Return the means of both leaves of a regression stump."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def leaves(df: pd.DataFrame, threshold: float) -> tuple[float, float]:
    """Return the means of both leaves of a regression stump."""
    left = df["rooms"] <= threshold
    price = df["price"]
    return float(price[left].mean()), float(price[~left].mean())


def leaves_level_2(df: pd.DataFrame, threshold: float) -> tuple[float, float]:
    """Return the means of both leaves of a regression stump."""
    known = df.dropna(subset=["rooms", "price"])
    left = known["rooms"] <= threshold
    means = [known["price"][side].mean() for side in (left, ~left)]
    low, high = [0.0 if pd.isna(mean) else float(mean) for mean in means]
    return low, high


def ordinary(rng: Random, size: int) -> Args:
    rooms = [1, 9, *(rng.randint(1, 9) for _ in range(size - 2))]
    rows = {"rooms": rooms, "price": [round(50.0 * r + rng.uniform(0, 40), 1) for r in rooms]}
    return pd.DataFrame(rows), rng.randint(3, 6) + 0.5


def _house_frame(rooms: list[float], price: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"rooms": rooms, "price": price}, dtype="float64")


def edges(rng: Random) -> list[Args]:
    return [
        (_house_frame([1.0, 2.0], numbers(rng, 2)), 1.5),
        (_house_frame([2.0, 3.0, 4.0], numbers(rng, 3)), 3.0),
        (_house_frame([9.0, 1.0, 2.0, 8.0], numbers(rng, 4)), 2.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_house_frame([], []), 1.5),
        (_house_frame([1.0, 2.0], numbers(rng, 2)), 7.5),
        (_house_frame([4.0, 5.0], numbers(rng, 2)), 1.5),
        (_house_frame([1.0, math.nan, 6.0, 7.0], numbers(rng, 4)), 3.5),
        (_house_frame([1.0, 2.0, 6.0], [math.nan, *numbers(rng, 2)]), 3.5),
    ]


def oracle(df: pd.DataFrame, threshold: float) -> object:
    known = df.dropna()
    left = known["rooms"].to_numpy() <= threshold
    price = known["price"].to_numpy()
    return tuple(float(np.mean(price[side])) if side.any() else 0.0 for side in (left, ~left))
