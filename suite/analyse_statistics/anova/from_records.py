"""Return degrees of freedom and F of the cleaned records."""

from random import Random
from statistics import fmean
from typing import Any

import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import NAN


def analyse(treatments: list[str], yields: list[float]) -> list[float]:
    """Return degrees of freedom and F of the cleaned records."""
    groups: dict[str, list[float]] = {}
    for name, value in zip(treatments, yields):
        if value >= 0:
            groups.setdefault(name, []).append(value)
    large = [own for own in groups.values() if len(own) >= 3]
    if len(large) < 2:
        return [0.0, 0.0, 0.0]
    k, n = len(large), sum(len(own) for own in large)
    centre = sum(sum(own) for own in large) / n
    between = within = 0.0
    for own in large:
        mean = fmean(own)
        between += len(own) * (mean - centre) ** 2
        within += sum((value - mean) ** 2 for value in own)
    f = (between / (k - 1)) / (within / (n - k))
    return [float(k - 1), float(n - k), f]


def ordinary(rng: Random, size: int) -> Args:
    """Yields of plots by treatment, with gaps, impossible values and small treatments."""
    names = [f"t{k}" for k in range(3 + min(size // 15, 5))]
    treatments = [rng.choice(names) for _ in range(size)]
    yields = [round(rng.gauss(30.0 + 2 * names.index(name), 6.0), 1) for name in treatments]
    for place in rng.sample(range(size), size // 6):
        yields[place] = rng.choice((NAN, -1.0, -9.0))
    return [*treatments, "rare", "rare", "once"], [*yields, *numbers(rng, 3, 10.0)]


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        (["a"] * 4, numbers(rng, 4, 1.0)),
        (["a", "b"] * 3, [*numbers(rng, 5, 1.0), NAN]),
        (["a", "b"] * 3, [0.0, *numbers(rng, 5, 1.0)]),
        (["a", "b"] * 4, [-0.5, *numbers(rng, 6, 1.0), NAN]),
        (["a", "b", "c"] * 3 + ["d", "d"], numbers(rng, 11, 1.0)),
    ]


def oracle(treatments: list[str], yields: list[float]) -> object:
    table = pd.DataFrame({"name": pd.Series(treatments, dtype=object), "x": yields}, dtype=object)
    table["x"] = table["x"].astype(float)
    table = table[table["x"] >= 0]
    groups: list[Any] = [own["x"].to_numpy() for _, own in table.groupby("name") if len(own) > 2]
    if len(groups) < 2:
        return [0.0, 0.0, 0.0]
    total = sum(map(len, groups))
    return [
        float(len(groups) - 1),
        float(total - len(groups)),
        float(stats.f_oneway(*groups).statistic),
    ]
