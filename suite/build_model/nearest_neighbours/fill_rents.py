"""Return the rents, the missing ones filled from similar flats."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def fill(df: pd.DataFrame) -> pd.Series:
    """Return the rents, the missing ones filled from similar flats."""
    rent = df["rent"].copy()
    known = df.dropna(subset=["rent"]).sort_values("area")
    area = dict(zip(df.index, df["area"]))
    for label in df.index[rent.isna()]:
        gaps = (known["area"] - area[label]).abs()
        near = gaps.sort_values(kind="stable").index[:2]
        rent.loc[label] = known["rent"].loc[near].mean()
    return rent


def ordinary(rng: Random, size: int) -> Args:
    sizes = [float(v) * 2.0 for v in rng.sample(range(20, 20 + 4 * size), size)]
    frame = pd.DataFrame(
        {"area": sizes, "rent": [round(9.0 * v + rng.gauss(0, 50), 0) for v in sizes]}
    )
    for _ in range(max(1, size // 6)):
        frame.loc[rng.randint(0, size - 1), "rent"] = math.nan
    return (frame,)


def edges(rng: Random) -> list[Args]:
    def frame(area: list[float], rent: list[float], index: list[int] | None = None) -> Args:
        return (pd.DataFrame({"area": area, "rent": rent}, index=index, dtype="float64"),)

    gap = math.nan
    some = numbers(rng, 4, 100.0, 900.0)
    return [
        frame([], []),
        frame([10.0, 20.0], [gap, gap]),
        frame([10.0, 30.0, 90.0], [gap, some[0], gap]),
        frame([50.0, 30.0, 70.0, 90.0], [gap, some[0], some[1], some[2]]),
        frame([50.0, 40.0, 30.0, 70.0], [gap, some[0], some[1], some[2]], [7, 5, 3, 1]),
        frame([10.0, 20.0], some[:2]),
    ]


def oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    filled = df["rent"].copy()
    for place in range(len(df)):
        if math.isnan(filled.iloc[place]) and len(known):
            gaps = (known["area"] - df["area"].iloc[place]).abs()
            near = np.lexsort((known["area"], gaps))[:2]
            filled.iloc[place] = float(known["rent"].iloc[near].mean())
    return filled
