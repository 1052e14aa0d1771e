"""Return the final stock and the units that could not be sold."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def stock(movements: list[tuple[str, int]]) -> dict[str, tuple[int, int]]:
    """Return the final stock and the units that could not be sold."""
    stocks: dict[str, tuple[int, int]] = {}
    for product, change in movements:
        name = product.strip()
        units, lost = stocks.get(name, (0, 0))
        units += change
        stocks[name] = (max(units, 0), lost + max(-units, 0))
    return stocks


def ordinary(rng: Random, size: int) -> Args:
    products = [f"p{number}" for number in range(max(2, size // 20))]
    changes = [rng.choice([1, 2, 3, 5, -1, -2, -4, -6]) for _ in range(size)]
    return ([(rng.choice(["{}", "{} ", " {}"]).format(rng.choice(products)), c) for c in changes],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("a", -rng.randint(1, 9)), ("a", 2)],),
        ([("a", 5), ("a ", -5), (" a", 1), ("A", rng.randint(1, 9))],),
        ([("a", 3), ("a", -4), ("a", -2), ("a", 7)],),
        ([("b", 2), ("a", 1), ("b", -3), ("a", -1), ("b", rng.randint(1, 9))],),
        ([("x", 0), ("y", -1), ("y", 0), ("x", rng.randint(1, 9))],),
    ]


def oracle(movements: list[tuple[str, int]]) -> object:
    # By reflection at zero: what is lost so far is how far the free sum ever fell below zero.
    frame = pd.DataFrame(movements, columns=["product", "change"])
    names = frame["product"].astype("str").str.strip()
    free = frame["change"].astype(int).groupby(names).cumsum()
    lowest = free.groupby(names).min().clip(upper=0)
    last = free.groupby(names).last()
    return {str(name): (int(last[name] - lowest[name]), int(-lowest[name])) for name in last.index}
