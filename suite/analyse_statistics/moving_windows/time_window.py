"""Return count and total of the events in the span before each."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def time_windows(df: pd.DataFrame, span: int) -> pd.DataFrame:
    """Return count and total of the events in the span before each."""
    rows = df.sort_values("time")
    times = rows["time"].to_numpy()
    start = np.searchsorted(times, times - span, side="right")
    stop = np.searchsorted(times, times, side="right")
    sums = np.concatenate([[0.0], np.cumsum(rows["value"].to_numpy())])
    totals = sums[stop] - sums[start]
    table = {"time": times, "count": stop - start, "total": totals}
    return pd.DataFrame(table)


def _event_table(times: list[int], values: list[float], span: int) -> Args:
    columns = {
        "time": pd.Series(times, dtype="int64"),
        "value": pd.Series(values, dtype=float),
    }
    return pd.DataFrame(columns), span


def ordinary(rng: Random, size: int) -> Args:
    times = [rng.randint(0, 4 * size) for _ in range(size)]
    return _event_table(times, numbers(rng, size, 0.0), rng.choice((5, 30, 120)))


def edges(rng: Random) -> list[Args]:
    return [
        _event_table([], [], 5),
        _event_table([7], numbers(rng, 1), 1),
        _event_table([3, 3, 3], numbers(rng, 3), 1),
        _event_table([10, 0, 5, 15], numbers(rng, 4), 5),
        _event_table([8, 2, 2, 9, 1], numbers(rng, 5), 1000),
    ]


def oracle(df: pd.DataFrame, span: int) -> object:
    ordered = df.sort_values("time", kind="stable").reset_index(drop=True)
    moments = ordered["time"].to_numpy()
    inside = (moments[None, :] > moments[:, None] - span) & (moments[None, :] <= moments[:, None])
    return pd.DataFrame(
        {
            "time": moments,
            "count": inside.sum(axis=1).astype("int64"),
            "total": inside @ ordered["value"].to_numpy(),
        }
    )
