"""Return the volume of each ingredient in millilitres."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def shopping_list(lines: list[str]) -> dict[str, float]:
    """Return the volume of each ingredient in millilitres."""
    units = {"ml": 1.0, "cl": 10.0, "dl": 100.0, "l": 1000.0}
    units |= {"tsp": 5.0, "tbsp": 15.0}
    needed: dict[str, float] = {}
    for line in lines:
        amount, unit, *words = line.split()
        if unit in units:
            upper, _, lower = amount.partition("/")
            volume = float(upper) / float(lower or 1.0) * units[unit]
            name = " ".join(words).lower()
            needed[name] = needed.get(name, 0.0) + volume
    return needed


_VOLUMES = {"ml": 1.0, "cl": 10.0, "dl": 100.0, "l": 1000.0, "tsp": 5.0, "tbsp": 15.0}
_GOODS = ("milk", "oil", "Milk", "coconut milk", "soy sauce", "water", "lemon juice")


def ordinary(rng: Random, size: int) -> Args:
    lines = []
    for _ in range(size):
        amount = rng.choice([str(rng.randint(1, 9)), f"{rng.randint(1, 9)}.5", "1/2", "3/4"])
        unit, gap = rng.choice([*_VOLUMES, "ml", "pinch"]), " " * rng.randint(1, 2)
        lines.append(f"{amount} {unit}{gap}{rng.choice(_GOODS)}")
    return (lines,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["1 pinch salt"],),
        ([f"1 {unit} water" for unit in _VOLUMES],),
        (["1/2 l  Coconut   Milk", "250 ml coconut milk", f"{rng.randint(1, 9)} dl COCONUT milk"],),
        ([f"2/{rng.randint(3, 9)} cl oil", "0.5 tbsp oil", "2 tsp olive oil"],),
        ([f"{rng.randint(1, 9)} l milk", "1 cups milk", "3 l oil"],),
    ]


def oracle(lines: list[str]) -> object:
    column = pd.Series(lines, dtype=object).str.strip()
    parts = column.str.extract(r"^([\d.]+)(?:/(\d+))?\s+(\w+)\s+(.+)$")
    scale = parts[2].map(_VOLUMES).astype(float)
    amounts = parts[0].astype(float) / parts[1].astype(float).fillna(1.0) * scale
    names = parts[3].str.split().str.join(" ").str.lower()
    sums = amounts.dropna().groupby(names).sum()
    return {str(name): float(volume) for name, volume in sums.items()}
