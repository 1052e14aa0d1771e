"""Return the sales without repeated rows."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, sales_row, sales_rows


def drop_duplicates(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the sales without repeated rows."""
    kept: list[dict[str, object]] = []
    for row in rows:
        if row not in kept:
            kept.append(row)
    return kept


def drop_duplicates_level_2(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the sales without repeated rows."""
    seen: list[dict[str, object]] = []
    kept: list[dict[str, object]] = []
    for row in rows:
        plain = {**row, "product": str(row["product"]).strip().lower()}
        if plain not in seen:
            seen.append(plain)
            kept.append(row)
    return kept


def ordinary(rng: Random, size: int) -> Args:
    rows = sales_rows(rng, max(2, size - 2))
    for row in rng.choices(rows, k=max(1, size // 4)):
        rows.insert(rng.randint(0, len(rows)), dict(row))
    return (rows,)


def edges(rng: Random) -> list[Args]:
    single = sales_rows(rng, 1)
    near = [dict(single[0]), {**single[0], "units": 10}]
    first, second = sales_rows(rng, 2)
    return [
        ([],),
        (single,),
        ([dict(single[0]) for _ in range(4)],),
        (near,),
        ([first, second, dict(first), dict(second), dict(first)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    milk = {**sales_row(rng, 5), "product": "milk"}
    cafe = {**sales_row(rng, 8), "product": "Café"}
    return [
        ([milk, {**milk, "product": "Milk"}],),
        ([{**milk, "product": " MILK "}, milk, {**milk, "units": 10}],),
        ([cafe, {**cafe, "product": "CAFÉ "}, milk],),
    ]


Row = dict[str, Any]


def oracle(rows: list[Row]) -> object:
    if not rows:
        return []
    frame = pd.DataFrame(rows)
    frame["product"] = frame["product"].str.strip().str.lower()
    return [rows[place] for place in frame.drop_duplicates().index]


def mistake_neighbours_only(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [r for i, r in enumerate(rows) if i == 0 or r != rows[i - 1]]
