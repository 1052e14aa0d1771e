"""Return the heat of every row without its machine's trend."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def detrend(df: pd.DataFrame) -> pd.Series:
    """Return the heat of every row without its machine's trend."""
    result = df["heat"].copy()
    for _, own in df.dropna(subset=["heat"]).groupby("machine"):
        hour, heat = own["hour"].to_numpy(), own["heat"].to_numpy()
        power = 2 if len(np.unique(hour)) > 3 else 0
        trend = np.polyval(np.polyfit(hour, heat, power), hour)
        result.loc[own.index] = heat - trend
    return result


def ordinary(rng: Random, size: int) -> Args:
    num_machines = max(1, min(size // 3, 12))
    rows = []
    for place in range(size):
        level = 5.0 * (place % num_machines)
        hour = round(rng.uniform(0.0, 10.0), 1)
        heat = round(level + 0.5 * hour + 0.2 * hour**2 + rng.gauss(0.0, 1.0), 1)
        rows.append((f"m{place % num_machines}", hour, heat if rng.random() > 0.05 else np.nan))
    rng.shuffle(rows)
    return (pd.DataFrame(rows, columns=["machine", "hour", "heat"]),)


def edges(rng: Random) -> list[Args]:
    gap = np.nan
    heat = numbers(rng, 7)
    names = ["machine", "hour", "heat"]
    hours = [0.0, 1.0, 3.0, 3.0, 7.0, 8.0, 9.0]

    def frame(machines: str, hours: list[float], heat: list[float]) -> Args:
        return (pd.DataFrame(list(zip(machines, hours, heat, strict=True)), columns=names),)

    ordered = frame("aabaaba", hours, heat)[0]
    assert isinstance(ordered, pd.DataFrame)
    return [
        frame("aaab", [1.0, 2.0, 4.0, 1.0], heat[:4]),
        frame("aaaaa", [1.0, 2.0, 4.0, 6.0, 2.0], heat[:5]),
        frame("aaaa", [1.0, 2.0, 4.0, 6.0], [*heat[:3], gap]),
        frame("baba", [1.0, 2.0, 4.0, 6.0], [gap, heat[0], gap, heat[1]]),
        (ordered.set_axis([70, 60, 50, 40, 30, 20, 10], axis=0),),
    ]


def oracle(df: pd.DataFrame) -> object:
    rest = df["heat"].copy()
    for machine in df["machine"].unique():
        own = df[(df["machine"] == machine) & df["heat"].notna()]
        degree = 2 if own["hour"].nunique() >= 4 else 0
        if len(own):
            matrix = np.vander(own["hour"].to_numpy(), degree + 1)
            heat = own["heat"].to_numpy()
            rest.loc[own.index] = heat - matrix @ np.linalg.lstsq(matrix, heat, rcond=None)[0]
    return rest
