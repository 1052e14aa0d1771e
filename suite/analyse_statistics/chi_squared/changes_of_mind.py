"""Return who changed sides between two polls, and McNemar's statistic."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args


def moved(first: dict[str, str], second: dict[str, str]) -> list[float]:
    """Return who changed sides between two polls, and McNemar's statistic."""
    pairs = [(first[name], second.get(name)) for name in first]
    gained = float(pairs.count(("against", "for")))
    lost = float(pairs.count(("for", "against")))
    gap = max(abs(gained - lost) - 1, 0.0)
    return [gained, lost, gap**2 / max(gained + lost, 1.0)]


def ordinary(rng: Random, size: int) -> Args:
    """Answers of the same people in two polls; each poll misses some of them."""
    people = [f"p{k:03}" for k in range(size + 6)]
    first = {name: rng.choice(("for", "against", "unsure")) for name in people[3:]}
    second = {}
    for name in rng.sample(people, size + 3):
        keep = rng.random() < 0.6 and name in first
        second[name] = first[name] if keep else rng.choice(("for", "for", "against", "unsure"))
    return first, second


def edges(rng: Random) -> list[Args]:
    return [
        ({}, {}),
        ({"a": "for", "b": "against"}, {"a": "against", "b": "for", "c": "for"}),
        ({"a": "for"}, {"b": rng.choice(("for", "against"))}),
        ({"a": "for", "b": "unsure", "c": "against"}, {"b": "for", "c": "for", "a": "unsure"}),
        (dict.fromkeys("abcde", "for"), dict.fromkeys("abcd"[: rng.randint(2, 4)], "against")),
        (dict.fromkeys("abcdef", "against"), dict.fromkeys("bcdefg"[: rng.randint(3, 6)], "for")),
    ]


def oracle(first: dict[str, str], second: dict[str, str]) -> object:
    table: Any = pd.DataFrame({"a": pd.Series(first, dtype=object), "b": pd.Series(second)})
    table = table[table.isin(["for", "against"]).all(axis=1)]
    gained = int(((table["a"] == "against") & (table["b"] == "for")).sum())
    lost = int(((table["a"] == "for") & (table["b"] == "against")).sum())
    if gained + lost == 0:
        return [0.0, 0.0, 0.0]
    statistic = max(abs(gained - lost) - 1, 0) ** 2 / (gained + lost)
    return [float(gained), float(lost), statistic]
