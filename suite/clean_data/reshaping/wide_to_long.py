"""Return the table in long form."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, numbers


def to_long(rows: list[dict[str, object]]) -> list[object]:
    """Return the table in long form."""
    long: list[object] = []
    for row in rows:
        for year, number in row.items():
            if year != "city":
                long.append((row["city"], year, number))
    return long


def to_long_level_2(rows: list[dict[str, object]]) -> list[object]:
    """Return the table in long form."""
    long: list[object] = []
    for row in rows:
        for year, number in row.items():
            if year != "city" and number is not None:
                long.append((row["city"], year, number))
    return long


def ordinary(rng: Random, size: int) -> Args:
    years = ["2021", "2022", "2023"][: rng.randint(1, 3)]
    cities = [f"city{place}" for place in range(max(2, size // 2))]
    return ([{"city": city} | dict(zip(years, numbers(rng, 3), strict=False)) for city in cities],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([{"city": "Porto"}],),
        ([{"city": "Porto", "2020": 0.0, "2019": numbers(rng, 1)[0]}],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([{"city": "Porto", "2021": None, "2022": numbers(rng, 1)[0]}],),
        ([{"city": "a", "x": 0.0, "y": None}, {"city": "b", "x": None, "y": 0.0}],),
        ([{"city": f"c{rng.randint(1, 9)}", "2021": None}],),
    ]


Row = dict[str, Any]


def oracle(rows: list[Row]) -> object:
    if not rows:
        return []
    frame = pd.DataFrame(rows, dtype=object).assign(place=range(len(rows)))
    melted = (
        frame.melt(["place", "city"], var_name="year").dropna().sort_values("place", kind="stable")
    )
    return [
        (c, y, float(v)) for c, y, v in melted[["city", "year", "value"]].itertuples(index=False)
    ]


def mistake_by_year_first(rows: list[dict[str, object]]) -> list[object]:
    return [(r["city"], y, r[y]) for y in rows[0] for r in rows]
