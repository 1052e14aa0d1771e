"""Return the mutual information of two lists, in bits."""

import math
from collections import Counter
from random import Random

from sklearn.metrics import mutual_info_score

from parelha.tasks.draws import Args

from ._shared import draw_letters


def mutual_information(xs: list[str], ys: list[str]) -> float:
    """Return the mutual information of two lists, in bits."""
    n = len(xs)
    first, second = Counter(xs), Counter(ys)
    total = 0.0
    for (x, y), count in Counter(zip(xs, ys)).items():
        total += count / n * math.log2(count * n / first[x] / second[y])
    return total


def mutual_information_level_2(xs: list[str], ys: list[str]) -> float:
    """Return the mutual information of two lists, in bits."""
    pairs = [pair for pair in zip(xs, ys) if "?" not in pair]
    first = Counter(x for x, _ in pairs)
    second = Counter(y for _, y in pairs)
    n, total = len(pairs), 0.0
    for (x, y), count in Counter(pairs).items():
        total += count / n * math.log2(count * n / first[x] / second[y])
    return total


def ordinary(rng: Random, size: int) -> Args:
    sky = draw_letters(rng, size, "SCR")
    return sky, [x if rng.random() < 0.5 else rng.choice("SCR") for x in sky]


def edges(rng: Random) -> list[Args]:
    return [
        (["a"], [rng.choice("ab")]),
        (["a", "b", "c", "a"], ["x", "y", "z", "x"]),
        (["a", "a", "b", "b"], ["x", "y", "x", "y"]),
        (["a", "b"] * 3, ["ab", rng.choice(["a", "b"])] * 3),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        (["?", "a"], [rng.choice("ab"), "?"]),
        (["?", *draw_letters(rng, 5, "SR"), "S"], ["S", *draw_letters(rng, 5, "SR"), "?"]),
        (["a", "?", "b", "b", "a"], ["x", "y", "y", "?", rng.choice("xy")]),
    ]


def oracle(xs: list[str], ys: list[str]) -> object:
    pairs = [(x, y) for x, y in zip(xs, ys, strict=True) if "?" not in (x, y)]
    if not pairs:
        return 0.0
    nats = mutual_info_score([x for x, _ in pairs], [y for _, y in pairs])
    return float(nats) / math.log(2)
