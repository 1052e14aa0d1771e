"""Return the last record of each order, by order number."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, sales_row


def latest(records: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the last record of each order, by order number."""
    last: dict[int, dict[str, object]] = {}
    for record in records:
        last[int(str(record["order"]))] = record
    return [last[number] for number in sorted(last)]


def latest_level_2(records: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the last record of each order, by order number."""
    last: dict[int, dict[str, object]] = {}
    for record in records:
        if record["units"] is not None:
            last[int(str(record["order"]))] = record
    return [last[number] for number in sorted(last)]


def ordinary(rng: Random, size: int) -> Args:
    numbers = [rng.randint(1, max(2, size // 2)) for _ in range(max(3, size - 1))]
    return ([sales_row(rng, number) for number in numbers],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([sales_row(rng, 4), sales_row(rng, 4), sales_row(rng, 4)],),
        ([sales_row(rng, 12), sales_row(rng, 9), sales_row(rng, 100)],),
        ([sales_row(rng, 2), sales_row(rng, 1), sales_row(rng, 2)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([sales_row(rng, 3), {**sales_row(rng, 3), "units": None}],),
        ([{**sales_row(rng, 3), "units": None}],),
        (
            [
                {**sales_row(rng, 8), "units": 0},
                {**sales_row(rng, 5), "units": None},
                sales_row(rng, 2),
            ],
        ),
    ]


Row = dict[str, Any]


def oracle(records: list[Row]) -> object:
    if not records:
        return []
    frame = pd.DataFrame(records, dtype=object)
    frame = frame[frame["units"].notna()]
    last = frame.drop_duplicates("order", keep="last").sort_values("order")
    return [records[place] for place in last.index]
