"""Return chi-squared and degrees of freedom of messy answers."""

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from parelha.tasks.draws import Args


def messy(groups: list[str], answers: list[str | None]) -> tuple[float, int]:
    """Return chi-squared and degrees of freedom of messy answers."""
    kept = [(g, a) for g, a in zip(groups, answers) if a is not None]
    pairs = [(g, a.strip().lower()) for g, a in kept]
    given = Counter(answer for _, answer in pairs)
    pairs = [(g, a if given[a] >= 3 else "other") for g, a in pairs]
    cells = Counter(pairs)
    rows = Counter(group for group, _ in pairs)
    columns = Counter(answer for _, answer in pairs)
    if min(len(rows), len(columns)) < 2:
        return 0.0, 0
    statistic = 0.0
    for group, row in rows.items():
        for answer, column in columns.items():
            expected = row * column / len(pairs)
            statistic += (cells[group, answer] - expected) ** 2 / expected
    return statistic, (len(rows) - 1) * (len(columns) - 1)


def _spelled(rng: Random, word: str) -> str:
    return rng.choice((word, word, word.upper(), word.title(), f" {word}", f"{word} "))


def ordinary(rng: Random, size: int) -> Args:
    size = max(size, 12)
    groups = [rng.choice(("treated", "control", "waiting")) for _ in range(size)]
    answers: list[str | None] = []
    for _ in range(size):
        word = rng.choice(("better", "better", "same", "worse", "same", "dead", "lost"))
        answers.append(None if rng.random() < 0.08 else _spelled(rng, word))
    rare = rng.choice(("moved", "unclear"))
    return [*groups, "treated", "control"], [*answers, _spelled(rng, rare), rare]


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        (["a", "b", "a"], [None, "x", rng.choice(("y", "z"))]),
        (["a", "b"] * 5, [" Same", "same"] * 5),
        (["a"] * 6 + ["b"] * 6, ["x", "Y"] * 4 + ["other", "y", "X ", rng.choice(("x", "w"))]),
        (["a", "b", "a"] * 4, ["u", "v", "u", "u", "v", None, "u", "V", "u", "q", "v", " v"]),
        (list("aabbbaab"), ["u", "u", "U ", "v", "v", rng.choice("wx"), "v", " v"]),
        (["a"] * 10, ["x", rng.choice(("y", "Y "))] * 5),
    ]


def _statistic(left: Any, right: Any) -> tuple[float, int]:
    """Chi-squared without correction, and degrees of freedom, of two sequences of labels."""
    result = stats.chi2_contingency(pd.crosstab(np.array(left), np.array(right)), correction=False)
    return float(result.statistic), int(result.dof)


def oracle(groups: list[str], answers: list[str | None]) -> object:
    table = pd.DataFrame(
        {"group": pd.Series(groups, dtype=object), "answer": pd.Series(answers, dtype=object)}
    ).dropna()
    words = [str(answer).strip().lower() for answer in table["answer"]]
    words = [word if words.count(word) >= 3 else "other" for word in words]
    if len(set(words)) < 2 or table["group"].nunique() < 2:
        return (0.0, 0)
    return _statistic(table["group"], words)
