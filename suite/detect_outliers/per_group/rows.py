"""Return the rows whose value is an outlier in its group."""

from random import Random
from statistics import mean, stdev

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import drawn, easy_frames, hard_frames, rows_with_groups


def rows_off(df: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose value is an outlier in its group."""
    groups = df.groupby("group")["value"]
    away = (df["value"] - groups.transform("mean")).abs()
    return df[away > 1.4 * groups.transform("std")]


ordinary = drawn("group", "value")


def edges(rng: Random) -> list[Args]:
    return [(frame,) for frame in easy_frames(rng, "group", "value")]


def edges_level_2(rng: Random) -> list[Args]:
    return [(frame,) for frame in hard_frames(rng, "group", "value")]


def oracle(df: pd.DataFrame) -> object:
    far = [
        len(group) > 1 and abs(v - mean(group)) > 1.4 * stdev(group)
        for v, group in rows_with_groups(df, "group", "value")
    ]
    return df.iloc[[place for place, flag in enumerate(far) if flag]]


def mistake_spread_of_all(df: pd.DataFrame) -> pd.DataFrame:
    z = (df["value"] - df["value"].mean()) / df["value"].std()
    return df[z.abs() > 1.4]


def mistake_new_index_level_2(df: pd.DataFrame) -> pd.DataFrame:
    groups = df.groupby("group")["value"]
    away = (df["value"] - groups.transform("mean")).abs()
    return df[away > 1.4 * groups.transform("std")].reset_index(drop=True)
