"""Return the titles as slugs."""

import re
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def slugs(titles: list[str]) -> list[str]:
    """Return the titles as slugs."""
    return [title.lower().replace(" ", "-") for title in titles]


def slugs_level_2(titles: list[str]) -> list[str]:
    """Return the titles as slugs."""
    result = []
    for title in titles:
        kept = re.sub(r"[^a-z0-9\s-]", "", title.lower())
        result.append(re.sub(r"[\s-]+", "-", kept).strip("-"))
    return result


_WORDS = ("coffee", "Green", "tea", "NEW", "price", "2024", "list", "of", "Top", "10", "rice")


def ordinary(rng: Random, size: int) -> Args:
    return ([" ".join(rng.choices(_WORDS, k=rng.randint(1, 4))) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [([],), ([rng.choice(_WORDS)],), (["A B C", "a b"],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["Coffee & tea", f"Top {rng.randint(2, 9)}!", "50% off"],),
        (["  new   price  ", "-a--b-", "up\tto - date"],),
        (["!!!", "", "R&D", "e-mail"],),
    ]


def oracle(titles: list[str]) -> object:
    kept = pd.Series(titles, dtype=object).str.lower().str.replace(r"[^a-z0-9\s-]", "", regex=True)
    return kept.str.replace(r"[\s-]+", "-", regex=True).str.strip("-").tolist()


def mistake_keeps_capitals(titles: list[str]) -> list[str]:
    return [t.replace(" ", "-") for t in titles]
