"""Return the Kullback-Leibler divergence in bits."""

import math
from random import Random

from scipy import stats

from parelha.tasks.draws import Args


def divergence(p: dict[str, float], q: dict[str, float]) -> float:
    """Return the Kullback-Leibler divergence in bits."""
    return sum(x * math.log2(x / q[name]) for name, x in p.items())


def divergence_level_2(p: dict[str, float], q: dict[str, float]) -> float:
    """Return the Kullback-Leibler divergence in bits."""
    total = 0.0
    for name, x in p.items():
        if x > 0:
            if q.get(name, 0.0) == 0:
                return math.inf
            total += x * math.log2(x / q[name])
    return total


def ordinary(rng: Random, size: int) -> Args:
    """Two distributions over the same names, in twentieths."""
    names = "abcdef"[: max(2, min(size, 6))]
    laws = []
    for _ in range(2):
        parts = [1] * len(names)
        for _ in range(20 - len(names)):
            parts[rng.randrange(len(names))] += 1
        laws.append({name: part / 20 for name, part in zip(names, parts, strict=True)})
    return tuple(laws)


def _coin(names: str, rng: Random) -> dict[str, float]:
    share = rng.randint(1, 19) / 20
    return {names[0]: share, names[1]: 1 - share}


def edges(rng: Random) -> list[Args]:
    return [
        ({"a": 1.0}, {"a": 1.0}),
        ({"a": 0.5, "b": 0.5}, {"b": 0.75, "a": 0.25}),
        ({"a": 0.05, "b": 0.95}, _coin("ab", rng)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({"a": 0.5, "b": 0.5}, {"a": 1.0}),
        ({"a": 0.5, "b": 0.5}, {"a": 1.0, "b": 0.0}),
        ({"a": 1.0, "b": 0.0}, _coin("ac", rng)),
        ({"a": 1.0}, _coin("ab", rng)),
        ({"a": 0.0, "b": 1.0}, {"b": 1.0}),
    ]


def oracle(p: dict[str, float], q: dict[str, float]) -> object:
    names = sorted(p.keys() | q.keys())
    return float(
        stats.entropy([p.get(name, 0.0) for name in names], [q.get(name, 0.0) for name in names])
        / math.log(2)
    )


def mistake_other_direction(p: dict[str, float], q: dict[str, float]) -> float:
    return sum(q[x] * math.log2(q[x] / p[x]) for x in p)
