"""Return Welch's t of variant B against A in each segment."""

from random import Random
from statistics import mean, variance
from typing import Any

import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args, numbers


def segments(visits: list[tuple[str, str, float | None]]) -> dict[str, float]:
    """Return Welch's t of variant B against A in each segment."""
    amounts: dict[str, dict[str, list[float]]] = {}
    for segment, variant, amount in visits:
        if amount is not None:
            groups = amounts.setdefault(segment, {"A": [], "B": []})
            groups.setdefault(variant, []).append(amount)
    result = {}
    for segment, groups in amounts.items():
        a, b = groups["A"], groups["B"]
        if len(a) >= 2 and len(b) >= 2:
            error = variance(a) / len(a) + variance(b) / len(b)
            result[segment] = (mean(b) - mean(a)) / error**0.5
    return result


Visit = tuple[str, str, float | None]


def ordinary(rng: Random, size: int) -> Args:
    """Visits of a shop in two variants; some bought nothing on record, some are of robots."""
    names = ["new", "loyal", "guest", "staff"]
    rows: list[Visit] = []
    for _ in range(size):
        amount = None if rng.random() < 0.1 else round(rng.uniform(2.0, 90.0), 2)
        variant = rng.choice("AAABBBC")
        rows.append((rng.choice(names), variant, amount))
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("new", "C", x) for x in numbers(rng, 4)],),
        ([("new", name, x) for name, x in zip("AABBC", numbers(rng, 5), strict=True)],),
        ([("new", name, x) for name, x in zip("AAB", numbers(rng, 3), strict=True)],),
        ([("new", name, x) for name, x in zip("ABB", numbers(rng, 3), strict=True)],),
        (
            [
                ("guest", name, x)
                for name, x in zip("AABBB", [0.0, None, *numbers(rng, 3)], strict=True)
            ],
        ),
    ]


def oracle(visits: list[Visit]) -> object:
    if not visits:
        return {}
    table: Any = pd.DataFrame(visits, columns=["segment", "variant", "amount"])
    table["amount"] = table["amount"].astype(float)
    table = table.dropna()
    answer = {}
    for segment, own in table.groupby("segment"):
        a, b = (own.loc[own["variant"] == name, "amount"] for name in "AB")
        if len(a) >= 2 and len(b) >= 2:
            answer[str(segment)] = float(stats.ttest_ind(b, a, equal_var=False).statistic)
    return answer
