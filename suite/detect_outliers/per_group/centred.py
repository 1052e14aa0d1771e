"""Return each value minus the mean of its group."""

from random import Random
from statistics import mean

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import NAN, drawn, easy_frames, hard_frames, rows_with_groups


def centre_by_group(df: pd.DataFrame) -> pd.Series:
    """Return each value minus the mean of its group."""
    return df["value"] - df.groupby("group")["value"].transform("mean")


ordinary = drawn("group", "value")


def edges(rng: Random) -> list[Args]:
    return [(frame,) for frame in easy_frames(rng, "group", "value")]


def edges_level_2(rng: Random) -> list[Args]:
    return [(frame,) for frame in hard_frames(rng, "group", "value")]


def oracle(df: pd.DataFrame) -> object:
    away = [
        v - mean(group) if group else NAN for v, group in rows_with_groups(df, "group", "value")
    ]
    return pd.Series(away, index=df.index, name="value", dtype="float64")


def mistake_centre_of_all(df: pd.DataFrame) -> pd.Series:
    return df["value"] - df["value"].mean()
