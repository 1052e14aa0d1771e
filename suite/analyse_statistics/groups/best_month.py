"""Return the best month of each region and its total."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args


def best(sales: list[tuple[str, str, float | None]]) -> dict[str, object]:
    """Return the best month of each region and its total."""
    totals: dict[str, dict[str, float]] = {}
    for region, date, amount in sales:
        if amount is not None:
            months = totals.setdefault(region.strip().lower(), {})
            months[date[:7]] = months.get(date[:7], 0.0) + amount
    result: dict[str, object] = {}
    for region, months in totals.items():
        month = max(sorted(months), key=months.__getitem__)
        result[region] = (month, months[month])
    return result


Sale = tuple[str, str, float | None]


def ordinary(rng: Random, size: int) -> Args:
    """Sales over two years, with spaces and capitals in the names and a few gaps."""
    rows: list[Sale] = []
    for _ in range(size):
        name = rng.choice(("north", "south", "são"))
        spelled = rng.choice((name, name, f" {name}", name.title()))
        date = f"{rng.randint(2023, 2024)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        amount = None if rng.random() < 0.1 else float(rng.randint(1, 90))
        rows.append((spelled, date, amount))
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("north", "2024-01-05", None), ("south", "2024-01-06", None)],),
        ([("a", "2024-02-01", 5.0), ("A ", "2023-11-30", 5.0)],),
        ([("a", "2024-02-01", 5.0), ("a", "2024-02-09", -float(rng.randint(1, 9)))],),
        ([(" b", "2024-02-01", 3.0), ("B", "2023-02-01", float(rng.randint(4, 9)))],),
        ([("b", "2024-05-01", -2.0), ("b", "2024-04-01", -2.0)],),
    ]


def oracle(sales: list[Sale]) -> object:
    table: Any = pd.DataFrame(sales, columns=["region", "date", "amount"]).dropna()
    answer: dict[str, tuple[str, float]] = {}
    if table.empty:
        return answer
    table["region"] = table["region"].str.strip().str.lower()
    table["month"] = table["date"].str[:7]
    table["amount"] = table["amount"].astype(float)
    totals = table.groupby(["region", "month"])["amount"].sum()
    for region in sorted(set(table["region"])):
        own = totals[region].sort_index()
        answer[region] = (str(own.idxmax()), float(own.max()))
    return answer
