"""Return the smoothed probability of every word."""

from collections import Counter
from random import Random

import numpy as np

from parelha.tasks.draws import Args


def shares(docs: list[list[str]], words: list[str]) -> dict[str, float]:
    """Return the smoothed probability of every word."""
    found = [word for doc in docs for word in doc]
    total = len(found) + len(words)
    return {word: (found.count(word) + 1) / total for word in words}


def shares_level_2(docs: list[list[str]], words: list[str]) -> dict[str, float]:
    """Return the smoothed probability of every word."""
    counts = dict.fromkeys(words, 1)
    for doc in docs:
        for word in doc:
            if word.lower() in counts:
                counts[word.lower()] += 1
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}


WORDS = ("rain", "sun", "wind", "snow", "fog")


def _documents(rng: Random, size: int) -> list[list[str]]:
    return [[rng.choice(WORDS) for _ in range(rng.randint(1, 4))] for _ in range(size)]


def ordinary(rng: Random, size: int) -> Args:
    return (_documents(rng, size), list(WORDS))


def edges(rng: Random) -> list[Args]:
    return [
        ([], ["rain", "sun"]),
        ([["sun"] * rng.randint(2, 9)], ["rain", "sun"]),
        ([[], ["fog", "fog"], ["fog"]], ["fog"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([["hail", "sun"], ["hail"]], ["rain", "sun"]),
        ([["SUN", "Rain", "sun"] * rng.randint(1, 4)], ["rain", "sun"]),
        ([["rain"]], []),
    ]


def oracle(docs: list[list[str]], words: list[str]) -> object:
    counts = Counter(word.lower() for document in docs for word in document)
    found = np.array([counts[word] for word in words]) + 1.0
    return dict(zip(words, (found / found.sum()).tolist(), strict=True)) if words else {}


def mistake_no_smoothing(docs: list[list[str]], words: list[str]) -> dict[str, float]:
    found = [w for doc in docs for w in doc]
    return {w: found.count(w) / max(len(found), 1) for w in words}
