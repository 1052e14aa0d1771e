"""Return the takings by item of a till roll."""

import csv
import io
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def takings(roll: str) -> dict[str, float]:
    """Return the takings by item of a till roll."""
    totals: dict[str, float] = {}
    for row in csv.reader(roll.splitlines()):
        if not row or row == ["item", "units", "price"]:
            continue
        item, units, price = row
        if units and price:
            name = item.removeprefix("VOID ")
            value = int(units) * float(price.strip("$").replace(",", ""))
            signed = value if name == item else -value
            totals[name] = totals.get(name, 0.0) + signed
    return totals


def ordinary(rng: Random, size: int) -> Args:
    goods = [f"g{number}" for number in range(max(2, size // 50))]
    lines = ["item,units,price"]
    for _ in range(size):
        item, units = rng.choice(goods), rng.randint(1, 9)
        price = f'"{rng.randint(1, 4)},{rng.randint(0, 999):03d}.50"'
        price = rng.choice([price, f"{rng.uniform(0.5, 90.0):.2f}", f"${rng.randint(1, 90)}"])
        line = f"{item},{units},{price}"
        lines.append(rng.choice([line] * 8 + ["item,units,price", f"VOID {line}", f"{item},,", ""]))
    return ("\n".join(lines),)


def edges(rng: Random) -> list[Args]:
    return [
        ("item,units,price",),
        (f"item,units,price\ntea,2,3.50\nVOID tea,1,3.50\nmilk,{rng.randint(1, 9)},1.00",),
        (f'item,units,price\ntea,{rng.randint(1, 9)},"1,250.50"\ntea,1,"$2,000,000"',),
        (f"item,units,price\n\nitem,units,price\nitem,{rng.randint(1, 9)},$4\n\n",),
        (f"item,units,price\ntea,,2.00\ntea,2,\nVOID rice,{rng.randint(1, 9)},0.50",),
        ("item,units,price\na,0,5.00\nb,1,0.00\nVOID b,,",),
    ]


def oracle(roll: str) -> object:
    lines = [line for line in roll.split("\n") if line.strip()]
    frame = pd.read_csv(io.StringIO("\n".join(lines)), dtype="str", keep_default_na=False)
    void = frame["item"].str.startswith("VOID ")
    price = pd.to_numeric(frame["price"].str.replace("[$,]", "", regex=True), errors="coerce")
    units = pd.to_numeric(frame["units"], errors="coerce").astype(float)
    value = (units * price.astype(float)).where(~void, -units * price.astype(float)).dropna()
    item = frame["item"].str.removeprefix("VOID ")
    totals = value.groupby(item).sum()
    return {str(name): float(total) for name, total in totals.items()}
