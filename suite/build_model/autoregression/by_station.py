"""Return how strongly each station's level carries over to tomorrow."""

from random import Random

import numpy as np
import pandas as pd
from scipy.stats import linregress

from parelha.tasks.draws import Args, numbers

from ._shared import draw_series


def carry_over(df: pd.DataFrame) -> dict[str, float]:
    """Return how strongly each station's level carries over to tomorrow."""
    before = df.assign(day=df["day"] + 1)
    pairs = df.merge(before, on=["station", "day"], suffixes=("", "_before"))
    result = {}
    for station, own in pairs.groupby("station"):
        if own["level_before"].nunique() > 1:
            line = np.polyfit(own["level_before"], own["level"], 1)
            result[str(station)] = float(line[0])
    return result


def ordinary(rng: Random, size: int) -> Args:
    num_stations = max(2, min(size // 8, 20))
    num_days = 1 + 3 * size // (2 * num_stations)  # a third of them go missing
    levels = {f"s{n}": draw_series(rng, num_days) for n in range(num_stations)}
    rows = [(day, name, levels[name][day]) for day in range(num_days) for name in levels]
    rows = rng.sample(rows, size)
    return (pd.DataFrame(rows, columns=["day", "station", "level"]),)


def edges(rng: Random) -> list[Args]:
    def frame(days: list[int], stations: str, levels: list[float]) -> Args:
        table = {"day": pd.Series(days, dtype="int64"), "station": list(stations)}
        return (pd.DataFrame(table | {"level": pd.Series(levels, dtype="float64")}),)

    return [
        frame([], "", []),
        frame([3, 1, 2, 9], "aaaa", numbers(rng, 4)),
        frame([1, 2, 3, 1, 2, 3], "bababa", numbers(rng, 6)),
        frame([1, 2, 3, 5, 6, 7], "aaaaaa", numbers(rng, 6)),
        frame([1, 2, 3, 4], "aaaa", [5.0, 5.0, 5.0, float(rng.randint(6, 9))]),
        frame([4, 3, 2, 1, 1, 2], "aaaabb", [1.0, 4.0, 2.0, float(rng.randint(5, 9)), 1.0, 2.0]),
    ]


def oracle(df: pd.DataFrame) -> object:
    result = {}
    for station in sorted(set(df["station"])):
        own = dict(
            zip(*df.loc[df["station"] == station, ["day", "level"]].to_numpy().T, strict=True)
        )
        pairs = [(own[day - 1], level) for day, level in own.items() if day - 1 in own]
        if len({before for before, _ in pairs}) > 1:
            before, now = np.array(pairs).T
            result[str(station)] = float(linregress(before, now).slope)
    return result
