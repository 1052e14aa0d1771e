"""Return the costs, none further than one deviation from its team."""

import math
from random import Random
from statistics import mean, stdev
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import NAN, drawn, easy_frames, hard_frames, rows_with_groups


def tame(bills: pd.DataFrame) -> pd.Series:
    """Return the costs, none further than one deviation from its team."""
    teams = bills.groupby("team")["cost"]
    middle = teams.transform("mean")
    reach = teams.transform("std")
    return bills["cost"].clip(middle - reach, middle + reach)


ordinary = drawn("team", "cost")


def edges(rng: Random) -> list[Args]:
    return [(frame,) for frame in easy_frames(rng, "team", "cost")]


def edges_level_2(rng: Random) -> list[Args]:
    return [(frame,) for frame in hard_frames(rng, "team", "cost")]


def oracle(bills: pd.DataFrame) -> object:
    costs: list[Any] = []
    for number, group in rows_with_groups(bills, "team", "cost"):
        reach = stdev(group) if len(group) > 1 else 0.0
        middle = mean(group) if group else NAN
        tamed = min(max(number, middle - reach), middle + reach)
        costs.append(NAN if math.isnan(number) else tamed)
    return pd.Series(costs, index=bills.index, name="cost", dtype="float64")
