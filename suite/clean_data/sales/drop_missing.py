"""Return the rows without missing values."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, sales_rows

from ._shared import example_size


def drop_missing(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the rows without missing values."""
    return [row for row in rows if None not in row.values()]


def drop_missing_level_2(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the rows without missing values."""
    kept = []
    for row in rows:
        texts = [v for v in row.values() if isinstance(v, str)]
        if None not in row.values() and all(v.strip() for v in texts):
            kept.append(row)
    return kept


def ordinary(rng: Random, size: int) -> Args:
    rows = sales_rows(rng, example_size(size))
    for row in rng.sample(rows, max(1, len(rows) // 3)):
        row[rng.choice(["product", "units", "price"])] = None
    return (rows,)


def edges(rng: Random) -> list[Args]:
    full, empty = sales_rows(rng, 3), sales_rows(rng, 2)
    for row in empty:
        row["price"] = None
    zero = sales_rows(rng, 3)
    zero[0]["units"], zero[1]["price"], zero[2]["product"] = 0, 0.0, None
    both = sales_rows(rng, 3)
    both[1]["units"] = both[1]["price"] = None
    return [([],), (full,), (empty,), (zero,), (both,)]


def edges_level_2(rng: Random) -> list[Args]:
    blank = sales_rows(rng, 4)
    blank[0]["product"], blank[1]["product"], blank[2]["price"] = "", "   ", None
    tab = sales_rows(rng, 3)
    tab[1]["product"], tab[2]["units"] = " \t ", 0
    spaced = sales_rows(rng, 2)
    spaced[0]["product"] = " milk "
    return [(blank,), (tab,), (spaced,)]


Row = dict[str, Any]


def oracle(rows: list[Row]) -> object:
    frame = pd.DataFrame(rows, dtype=object)
    blank = frame.map(lambda value: isinstance(value, str) and not value.strip())
    return [rows[place] for place in frame[~blank].dropna().index]


def mistake_drops_zeros(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [row for row in rows if all(row.values())]
