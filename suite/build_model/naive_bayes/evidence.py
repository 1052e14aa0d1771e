"""Return the weight of evidence of the clues seen."""

import math
from random import Random

import numpy as np

from parelha.tasks.draws import Args


def evidence(table: dict[str, list[float]], seen: list[str]) -> float:
    """Return the weight of evidence of the clues seen."""
    pairs = [table[clue] for clue in seen]
    return float(sum(math.log(p / q) for p, q in pairs))


def evidence_level_2(table: dict[str, list[float]], seen: list[str]) -> float:
    """Return the weight of evidence of the clues seen."""
    total = 0.0
    for clue in dict.fromkeys(seen):
        if clue in table:
            p, q = table[clue]
            total += math.log(max(p, 0.001) / max(q, 0.001))
    return total


def ordinary(rng: Random, size: int) -> Args:
    clues = [f"clue{i}" for i in range(size)]
    table = {clue: [rng.randint(1, 9) / 10 + 0.03, rng.randint(1, 9) / 10] for clue in clues}
    return table, rng.sample(clues, rng.randint(1, size))


def edges(rng: Random) -> list[Args]:
    return [
        ({"night": [0.5, 0.25]}, []),
        ({"night": [0.5, 0.25], "abroad": [0.1, rng.randint(3, 9) / 10]}, ["abroad"]),
        ({"a": [0.3, 0.3], "b": [0.8, 0.2]}, ["a", "b"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({"night": [0.5, 0.25]}, ["abroad"]),
        ({"night": [0.5, rng.randint(1, 4) / 10]}, ["night", "night", "day"]),
        ({"a": [0.0, 0.2], "b": [0.7, 0.0], "c": [0.1, 0.4]}, ["a", "c"]),
        ({"a": [0.0, 0.2], "b": [0.7, 0.0]}, ["b"]),
    ]


def oracle(table: dict[str, list[float]], seen: list[str]) -> object:
    return sum(
        (
            float(np.diff(np.log(np.clip(table[clue], 0.001, None)))[0]) * -1.0
            for clue in set(seen) & set(table)
        ),
        start=0.0,
    )
