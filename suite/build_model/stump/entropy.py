"""Return the entropy of votes in bits."""

import math
from random import Random

from scipy.stats import entropy as scipy_entropy

from parelha.tasks.draws import Args


def entropy(votes: dict[str, int]) -> float:
    """Return the entropy of votes in bits."""
    total = sum(votes.values())
    shares = [count / total for count in votes.values()]
    return sum(share * math.log2(1 / share) for share in shares)


def entropy_level_2(votes: dict[str, int]) -> float:
    """Return the entropy of votes in bits."""
    total = sum(votes.values())
    shares = [count / total for count in votes.values() if count]
    return float(sum(share * math.log2(1 / share) for share in shares))


def ordinary(rng: Random, size: int) -> Args:
    return ({f"c{i}": rng.randint(1, 20) for i in range(min(size, 6))},)


def edges(rng: Random) -> list[Args]:
    return [
        ({"ann": 4, "bo": 4, "cy": rng.randint(5, 9)},),
        ({"ann": 1, "bo": 1, "cy": 1, "di": 1},),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"ann": 0, "bo": 0},),
        ({"ann": 0, "bo": rng.randint(2, 9), "cy": 3},),
        ({"ann": 5, "bo": 0},),
    ]


def oracle(votes: dict[str, int]) -> object:
    counts = [count for count in votes.values() if count > 0]
    return float(scipy_entropy(counts, base=2)) if counts else 0.0
