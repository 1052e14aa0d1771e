"""Return the amounts by product and month with a column of totals."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def table(sales: list[tuple[str, str, float | None]]) -> pd.DataFrame:
    """Return the amounts by product and month with a column of totals."""
    frame = pd.DataFrame(sales, columns=["product", "month", "amount"])
    frame["amount"] = frame["amount"].astype(float)
    frame = frame.dropna(subset=["amount"])
    frame["product"] = frame["product"].str.strip().str.lower()
    result = frame.pivot_table(
        index="product",
        columns="month",
        values="amount",
        aggfunc="sum",
        fill_value=0.0,
    )
    result["total"] = result.sum(axis=1)
    return result.rename_axis(index=None, columns=None)


Sale = tuple[str, str, float | None]
_MONTHS = ("2024-01", "2024-02", "2024-03", "2024-05", "2024-06")


def ordinary(rng: Random, size: int) -> Args:
    sales: list[Sale] = []
    for amount in numbers(rng, size, -5.0, 90.0):
        product = rng.choice(["tea", "Tea", "milk", " milk", "rice", "pão"])
        known = amount if rng.random() < 0.8 else None
        sales.append((product, rng.choice(_MONTHS), known))
    return (sales,)


def edges(rng: Random) -> list[Args]:
    return [
        ([("Tea ", "2024-01", numbers(rng, 1)[0])],),
        ([("b", "m2", 1.5), ("a", "m1", numbers(rng, 1)[0]), ("B", "m2", 2.0)],),
        ([("b", "m2", None), ("a", "m3", 0.0), ("c", "m1", float(rng.randint(1, 9)))],),
        ([("x", "m1", 4.0), ("x", "m2", -4.0), ("y", "m2", float(rng.randint(1, 9)))],),
        ([("x", "m1", None), (" X", "m1", numbers(rng, 1)[0]), ("x ", "m1", 1.0)],),
    ]


def oracle(sales: list[Sale]) -> object:
    names = [product.strip().lower() for product, _, amount in sales if amount is not None]
    known = [(month, amount) for _, month, amount in sales if amount is not None]
    rows: dict[str, dict[str, float]] = {name: {} for name in sorted(set(names))}
    months = sorted({month for month, _ in known})
    for name, (month, amount) in zip(names, known, strict=True):
        rows[name][month] = rows[name].get(month, 0.0) + amount
    data = {month: [row.get(month, 0.0) for row in rows.values()] for month in months}
    table = pd.DataFrame(data, index=pd.Index(list(rows), dtype="str"), dtype=float)
    return table.assign(total=[sum(row.values(), 0.0) for row in rows.values()])
