"""Return the k commonest words of the comments with their counts."""

import re
import unicodedata
from collections import Counter
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import without_accents


def common(comments: list[str], stop_words: list[str], k: int) -> list[object]:
    """Return the k commonest words of the comments with their counts."""
    skipped = set(stop_words)
    counts: Counter[str] = Counter()
    for comment in comments:
        parts = unicodedata.normalize("NFKD", comment.lower())
        plain = "".join(c for c in parts if not unicodedata.combining(c))
        words = re.findall("[a-z]+", plain)
        counts.update(word for word in words if word not in skipped)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return list(ranked[:k])


_VOCABULARY = (
    "café",
    "Cafe",
    "pão",
    "the",
    "The",
    "milk",
    "a",
    "tea,",
    "tea!",
    "ice-cream",
    "rosa",
)
_STOP = ["the", "a", "de", "e"]


def ordinary(rng: Random, size: int) -> Args:
    rare = [f"w{chr(97 + rng.randrange(26))}" for _ in range(3)]
    pool = [*_VOCABULARY, *rare]
    comments = [" ".join(rng.choices(pool, k=rng.randint(1, 5))) for _ in range(size)]
    return comments, list(_STOP), rng.randint(2, 4)


def edges(rng: Random) -> list[Args]:
    return [
        ([], [], 3),
        (["The a", "THE"], ["the", "a"], 2),
        (["ice-cream ice2cream"], [], rng.randint(2, 5)),
        (["b a", "c b", f"{rng.choice('xyz')} c a"], ["x"], 2),
        (["Ação ação ACAO", "à À a"], ["e"], 1),
        (["d'água dagua", "!!", "9"], ["d"], rng.randint(1, 5)),
    ]


def oracle(comments: list[str], stop_words: list[str], k: int) -> object:
    words = (
        without_accents(pd.Series(comments, dtype=object)).str.findall("[a-z]+").explode().dropna()
    )
    counts = words[~words.isin(stop_words)].value_counts().sort_index()
    top = counts.sort_values(ascending=False, kind="stable").head(k)
    return [(str(word), int(count)) for word, count in top.items()]
