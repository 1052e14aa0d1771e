"""Return the entries as a dictionary of rows."""

from random import Random

import pandas as pd

from parelha.tasks.draws import PRODUCTS, Args, numbers


def pivot(entries: list[tuple[str, str, float]]) -> dict[str, object]:
    """Return the entries as a dictionary of rows."""
    table: dict[str, object] = {}
    for product in dict.fromkeys(entry[0] for entry in entries):
        rows = [entry for entry in entries if entry[0] == product]
        table[product] = {month: amount for _, month, amount in rows}
    return table


def pivot_level_2(entries: list[tuple[str, str, float]]) -> dict[str, object]:
    """Return the entries as a dictionary of rows."""
    table: dict[str, dict[str, float]] = {}
    for product, month, amount in entries:
        row = table.setdefault(product, {})
        row[month] = row.get(month, 0.0) + amount
    return dict(table)


def ordinary(rng: Random, size: int) -> Args:
    pairs = [(p, m) for p in PRODUCTS[:4] for m in ("jan", "feb", "mar")]
    chosen = rng.sample(pairs, min(size, 10))
    return ([(p, m, v) for (p, m), v in zip(chosen, numbers(rng, 10), strict=False)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("tea", "jan", numbers(rng, 1)[0])],),
        ([("tea", "jan", 1.5), ("milk", "jan", 0.0), ("tea", "feb", numbers(rng, 1)[0])],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([("tea", "jan", numbers(rng, 1)[0]), ("tea", "jan", 2.0)],),
        ([("tea", "jan", 1.0), ("milk", "jan", 2.0), ("tea", "jan", -1.0)],),
        ([("a", "b", 1.0), ("b", "a", 2.0), ("a", "b", numbers(rng, 1)[0])],),
    ]


def oracle(entries: list[tuple[str, str, float]]) -> object:
    frame = pd.DataFrame(entries, columns=["row", "column", "value"])
    sums = frame.groupby(["row", "column"], as_index=False).agg({"value": "sum"})
    table: dict[str, dict[str, float]] = {}
    for row, column, value in sums.itertuples(index=False):
        table.setdefault(str(row), {})[str(column)] = float(value)
    return table


def mistake_last_month_only(entries: list[tuple[str, str, float]]) -> dict[str, object]:
    return {p: {m: a} for p, m, a in entries}
