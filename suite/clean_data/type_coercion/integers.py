"""Return the texts as whole numbers."""

import math
import re
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args


def to_integers(texts: list[str]) -> list[int]:
    """Return the texts as whole numbers."""
    return [int(entry) for entry in texts]


def to_integers_level_2(texts: list[str]) -> list[int | None]:
    """Return the texts as whole numbers."""
    whole = re.compile("[+-]?[0-9]+")
    stripped = [entry.strip() for entry in texts]
    return [int(s) if whole.fullmatch(s) else None for s in stripped]


def _padded(rng: Random, entry: str) -> str:
    return " " * rng.randint(0, 2) + entry + " " * rng.randint(0, 2)


def ordinary(rng: Random, size: int) -> Args:
    return ([_padded(rng, str(rng.randint(-50, 500))) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["-0", "007", str(rng.randint(1, 99))],),
        ([f"  {rng.randint(-99, -1)} "],),
        (["+5", "0"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["", "  ", "-", str(rng.randint(1, 99))],),
        (["1_000", "1000", "12a", "a12"],),
        (["3.5", "3.0", " +8 ", "- 8"],),
    ]


def oracle(texts: list[str]) -> object:
    if any("_" in entry for entry in texts):
        return NotImplemented  # pandas has an opinion of its own on underscores
    parsed = pd.to_numeric(pd.Series(texts, dtype=object).str.strip(), errors="coerce")
    whole = [None if math.isnan(value) else int(value) for value in parsed.astype(float)]
    return [v if "." not in entry else None for v, entry in zip(whole, texts, strict=True)]


def mistake_no_signs(texts: Any) -> Any:
    return [int(float(t)) if t.strip().isdigit() else None for t in texts]
