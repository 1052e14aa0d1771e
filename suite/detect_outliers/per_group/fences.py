"""Return a flag for each row: is it outside the fences of its group?"""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import drawn, easy_frames, hard_frames, rows_with_groups


def outside_fences(df: pd.DataFrame) -> list[bool]:
    """Return a flag for each row: is it outside the fences of its group?"""
    groups = df.groupby("group")["value"]
    first = groups.transform("quantile", 0.25)
    third = groups.transform("quantile", 0.75)
    reach = 1.5 * (third - first)
    outside = (df["value"] < first - reach) | (df["value"] > third + reach)
    return [bool(flag) for flag in outside]


ordinary = drawn("group", "value")


def edges(rng: Random) -> list[Args]:
    return [(frame,) for frame in easy_frames(rng, "group", "value")]


def edges_level_2(rng: Random) -> list[Args]:
    return [(frame,) for frame in hard_frames(rng, "group", "value")]


def oracle(df: pd.DataFrame) -> object:
    flags = []
    for number, group in rows_with_groups(df, "group", "value"):
        first, third = np.percentile(group or [0.0], [25, 75])
        reach = 1.5 * (third - first)
        flags.append(bool(number < first - reach or number > third + reach))
    return flags
