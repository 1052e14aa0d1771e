"""Return the total of each day, capped by what the day before shows."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import draw_amount


def totals_by_day(df: pd.DataFrame) -> dict[int, float]:
    """Return the total of each day, capped by what the day before shows."""
    limits = df.groupby("day")["amount"].quantile(0.95)
    before = dict(zip(limits.index, [math.inf, *limits]))
    capped = df["amount"].clip(upper=df["day"].map(before))
    totals = capped.groupby(df["day"]).sum()
    return {int(str(day)): float(total) for day, total in totals.items()}


def _days(rows: list[tuple[int, float]]) -> Args:
    return (
        pd.DataFrame(
            {
                "day": pd.Series([row[0] for row in rows], dtype="int64"),
                "amount": pd.Series([row[1] for row in rows], dtype="float64"),
            }
        ),
    )


def _day_rows(rng: Random, size: int) -> list[tuple[int, float]]:
    days = rng.sample(range(1, 200), 2 + size // 50)
    return [(rng.choice(days), draw_amount(rng)) for _ in range(size)]


def ordinary(rng: Random, size: int) -> Args:
    return _days(_day_rows(rng, size))


def edges(rng: Random) -> list[Args]:
    return [
        _days(rows)
        for rows in (
            [],
            [(4, float(rng.randint(1, 99)))],
            [(4, 10.0), (4, 90.0), (2, float(rng.randint(20, 30)))],
            [(1, 10.0), (2, 50.0), (3, float(rng.randint(60, 99))), (2, 20.0)],
            [(9, 10.0), (1, 5.0), (9, float(rng.randint(60, 99))), (1, 20.0), (5, -3.0)],
            [(7, -9.0), (7, 1.0), (8, float(rng.randint(60, 99))), (8, -20.0)],
        )
    ]


def oracle(df: pd.DataFrame) -> object:
    totals, limit = {}, math.inf
    for day in sorted(set(df["day"].tolist())):
        amounts = df["amount"].to_numpy()[df["day"].to_numpy() == day]
        totals[day] = float(np.minimum(amounts, limit).sum())
        limit = float(np.quantile(amounts, 0.95))
    return totals
