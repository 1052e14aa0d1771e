"""Return how far two groupings are apart, in bits."""

import math
from collections import Counter
from random import Random

import numpy as np
from scipy import stats
from sklearn.metrics import mutual_info_score

from parelha.tasks.draws import Args


def variation(first: dict[str, str], second: dict[str, str]) -> float:
    """Return how far two groupings are apart, in bits."""
    pairs = [(one, second.get(name, "?")) for name, one in first.items()]
    pairs = [pair for pair in pairs if "?" not in pair]
    left = Counter(one for one, _ in pairs)
    right = Counter(two for _, two in pairs)
    total = 0.0
    for (one, two), count in Counter(pairs).items():
        total += count * math.log2(left[one] / count * right[two] / count)
    return total / max(len(pairs), 1)


def ordinary(rng: Random, size: int) -> Args:
    """Two ways to sort documents by topic, partly alike, with some documents left out."""
    names = [f"doc{place}" for place in range(size)]
    first: dict[str, str] = {name: rng.choice("ABC") for name in names}
    second: dict[str, str] = {}
    for name in rng.sample(names, size - size // 8):
        alike = rng.random() < 0.6
        second[name] = f"t{first[name]}" if alike else rng.choice(("tA", "tB", "tC", "tD"))
    for name in rng.sample(names, size // 9):
        first[name] = "?"
    return first, second


def edges(rng: Random) -> list[Args]:
    return [
        ({}, {}),
        ({"a": "x", "b": "?"}, {"b": "t", "a": "?", "c": rng.choice("tu")}),
        ({"a": "x", "b": "y", "c": "x"}, {"a": "t", "b": "u", "c": "t"}),
        ({"a": "x", "b": "x", "c": "y", "d": "y"}, dict(zip("abcd", "tutu", strict=True))),
        ({"a": "x", "b": "", "c": "y", "d": "?"}, {"a": "t", "b": rng.choice("tu"), "c": "t"}),
        ({k: k for k in "abc"}, dict.fromkeys("abcde"[: rng.randint(2, 5)], "t")),
    ]


def oracle(first: dict[str, str], second: dict[str, str]) -> object:
    both = [
        (first[name], second[name])
        for name in sorted(first.keys() & second.keys())
        if "?" not in (first[name], second[name])
    ]
    if not both:
        return 0.0
    own = [stats.entropy(list(Counter(pair[k] for pair in both).values())) for k in (0, 1)]
    shared = mutual_info_score([str(a) for a, _ in both], [str(b) for _, b in both])
    return float((np.sum(own) - 2 * shared) / math.log(2))
