"""Return the F statistic of the response for each factor."""

import math
from random import Random
from typing import Any

import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args, numbers

from ._shared import NAN


def anova(y: list[float], factors: dict[str, list[str]]) -> dict[str, float]:
    """Return the F statistic of the response for each factor."""
    known = [x for x in y if not math.isnan(x)]
    centre = sum(known) / max(len(known), 1)
    squares = sum((x - centre) ** 2 for x in known)
    result = {}
    for name, labels in factors.items():
        counts: dict[str, int] = {}
        sums: dict[str, float] = {}
        for x, label in zip(y, labels):
            if not math.isnan(x):
                counts[label] = counts.get(label, 0) + 1
                sums[label] = sums.get(label, 0.0) + x - centre
        if 1 < len(counts) < len(known):
            between = sum(s * s / counts[label] for label, s in sums.items())
            within = (squares - between) / (len(known) - len(counts))
            result[name] = between / (len(counts) - 1) / within
    return result


def ordinary(rng: Random, size: int) -> Args:
    """A response and columns of labels, some of which move it."""
    response: list[float] = []
    columns: dict[str, list[str]] = {}
    for name in rng.sample(("site", "nurse", "drug", "batch", "diet"), 4):
        labels = [f"{name[0]}{k}" for k in range(rng.randint(2, 6))]
        columns[name] = [rng.choice(labels) for _ in range(size)]
    leading = list(columns.values())
    for one, two in zip(leading[0], leading[1], strict=True):
        response.append(round(rng.gauss(4.0 * int(one[1]) + int(two[1]), 9.0), 2))
    for place in rng.sample(range(size), size // 12):
        response[place] = NAN
    columns["room"] = ["r1"] * size
    columns["person"] = [f"p{k}" for k in range(size)]
    return response, columns


def edges(rng: Random) -> list[Args]:
    return [
        ([], {}),
        ([NAN, NAN], {"site": ["a", "b"]}),
        (numbers(rng, 4), {"site": ["a"] * 4, "drug": ["x", "y", "x", "y"]}),
        ([1.0, 2.0, NAN, 5.0], {"site": ["a", "b", "c", "a"], "diet": list("wxyz")}),
        (numbers(rng, 3), {"site": ["a", "b", "c"], "diet": ["u", "u", "v"]}),
        ([NAN, *numbers(rng, 4)], {"site": ["z", "a", "a", "b", "b"]}),
    ]


def oracle(y: list[float], factors: dict[str, list[str]]) -> object:
    answer = {}
    for name, labels in factors.items():
        table = pd.DataFrame({"y": y, "label": labels})
        groups: list[Any] = [own["y"].to_numpy() for _, own in table.dropna().groupby("label")]
        if 1 < len(groups) < sum(map(len, groups)):
            answer[name] = float(stats.f_oneway(*groups).statistic)
    return answer
