"""Return the n products with the highest revenue."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, sales_rows


def best(rows: list[dict[str, object]], n: int) -> list[tuple[str, float]]:
    """Return the n products with the highest revenue."""
    totals: dict[str, float] = {}
    for row in {row["order"]: row for row in rows}.values():
        units, price = row["units"], row["price"]
        if not isinstance(units, int) or not isinstance(price, float):
            continue
        if units > 0 and price > 0:
            name = str(row["product"]).strip().lower()
            totals[name] = totals.get(name, 0.0) + units * price
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))[:n]


def ordinary(rng: Random, size: int) -> Args:
    rows = sales_rows(rng, size)
    for row in rows:
        row["order"] = rng.choice([row["order"], rows[0]["order"] + rng.randrange(size)])
        row["product"] = rng.choice(["{}", " {}", "{} "]).format(row["product"])
        row["product"] = rng.choice([row["product"], row["product"].upper()])
        if rng.random() < 0.3:
            row.update(
                rng.choice([{"units": None}, {"price": None}, {"units": 0}, {"price": -1.0}])
            )
    return rows, rng.randint(1, 4)


Row = dict[str, Any]


def _sale(order: int, product: str, units: int | None, price: float | None) -> Row:
    return {"order": order, "product": product, "units": units, "price": price}


def edges(rng: Random) -> list[Args]:
    return [
        ([], 3),
        ([_sale(1, "tea", None, 2.0), _sale(2, "tea", 3, None), _sale(3, "tea", 0, 2.0)], 2),
        ([_sale(1, "tea", 3, 2.0), _sale(2, "rice", 1, 5.5), _sale(1, "tea", None, 2.0)], 2),
        ([_sale(1, " Tea", 2, 3.0), _sale(2, "TEA ", 1, 4.0), _sale(3, "b", 5, 2.0)], 5),
        ([_sale(1, "b", 2, 3.0), _sale(2, "a", 3, 2.0), _sale(3, "c", rng.randint(7, 9), 1.0)], 2),
        ([_sale(1, "a", 1, -2.0), _sale(2, "b", 2, 0.0), _sale(3, "c", 1, rng.random())], 9),
    ]


def oracle(rows: list[Row], n: int) -> object:
    frame = pd.DataFrame(rows, columns=["order", "product", "units", "price"], dtype=object)
    frame = frame.drop_duplicates("order", keep="last").dropna()
    frame = frame[(frame["units"].astype(float) > 0) & (frame["price"].astype(float) > 0)]
    names = frame["product"].astype("str").str.strip().str.lower()
    value = frame["units"].astype(float) * frame["price"].astype(float)
    totals = value.groupby(names).sum().rename("total").rename_axis("name").reset_index()
    best = totals.sort_values(["total", "name"], ascending=[False, True]).head(n)
    return [(str(name), float(total)) for name, total in best.itertuples(index=False)]
