"""Return how many readings of each sensor are far from its median."""

from random import Random
from statistics import median

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import drawn, easy_frames, hard_frames, known_by_group


def count_far(df: pd.DataFrame, limit: float) -> dict[str, int]:
    """Return how many readings of each sensor are far from its median."""
    centre = df.groupby("sensor")["reading"].transform("median")
    far = (df["reading"] - centre).abs() > limit
    return {str(k): int(v) for k, v in far.groupby(df["sensor"]).sum().items()}


ordinary = drawn("sensor", "reading", (0.5, 2.0, 4.5, 15.0))


def _limited(frames: list[pd.DataFrame], *limits: float) -> list[Args]:
    return [(frame, limit) for frame in frames for limit in limits]


def edges(rng: Random) -> list[Args]:
    return _limited(easy_frames(rng, "sensor", "reading"), 1.5)


def edges_level_2(rng: Random) -> list[Args]:
    return _limited(hard_frames(rng, "sensor", "reading"), 6.0)


def oracle(df: pd.DataFrame, limit: float) -> object:
    groups = known_by_group(df, "sensor", "reading")
    return {
        name: sum(abs(v - median(group)) > limit for v in group) for name, group in groups.items()
    }


def mistake_around_the_mean(df: pd.DataFrame, limit: float) -> dict[str, int]:
    centre = df.groupby("sensor")["reading"].transform("mean")
    far = (df["reading"] - centre).abs() > limit
    return {str(k): int(v) for k, v in far.groupby(df["sensor"]).sum().items()}
