"""Return for each shared word the numbers of the notes that hold it."""

import re
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def build_index(notes: list[str]) -> dict[str, list[int]]:
    """Return for each shared word the numbers of the notes that hold it."""
    index: dict[str, list[int]] = {}
    for number, note in enumerate(notes):
        for term in sorted(set(re.findall("[a-z0-9]+", note.lower()))):
            index.setdefault(term, []).append(number)
    return {term: found for term, found in index.items() if len(found) > 1}


def ordinary(rng: Random, size: int) -> Args:
    top = max(4, size // 2)
    pool = [f"t{number}" for number in range(top)]
    notes = [" ".join(rng.choices(pool, k=rng.randint(0, 5))) for _ in range(size)]
    return ([note.title() if rng.random() < 0.3 else f"{note}." for note in notes],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["", "..."],),
        (["a a a", f"b {rng.randint(1, 9)}"],),
        (["Tea-time, TEA", "tea", "time2"],),
        (["x_y", "y x", f"xy {rng.randint(1, 9)}", "X"],),
        (["pão", "po", "p o"],),
    ]


def oracle(notes: list[str]) -> object:
    words = pd.Series(notes, dtype=object).str.lower().str.findall("[a-z0-9]+").explode().dropna()
    pairs = words.rename("word").rename_axis("note").reset_index().drop_duplicates()
    lists = pairs.groupby("word")["note"].agg(list)
    return {str(w): [int(n) for n in found] for w, found in lists.items() if len(found) > 1}
