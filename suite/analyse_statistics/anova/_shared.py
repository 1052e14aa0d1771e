"""Analysis of variance and its relatives: do the means of several groups differ?"""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

Named = dict[str, list[float]]


def whole(rng: Random, size: int) -> list[float]:
    return [float(rng.randint(0, 30)) for _ in range(size)]


def draw_groups(rng: Random, size: int) -> Args:
    """Two to four groups of whole numbers, of different sizes, none of them flat."""
    number = rng.randint(2, 4)
    groups = []
    for _ in range(number):
        base = rng.randint(0, 15)
        own = max(2, size // number + rng.randint(-1, 2))
        groups.append([base + float(rng.randint(0, 12)) for _ in range(own)])
        groups[-1][0] = groups[-1][1] + float(rng.randint(1, 6))
    return (groups,)


def named(rng: Random, size: int) -> Args:
    groups = draw_groups(rng, size)[0]
    assert isinstance(groups, list)
    names = rng.sample(["oats", "wheat", "rye", "maize", "spelt"], len(groups))
    return (dict(zip(names, groups, strict=True)),)


def squares_oracle(groups: Named) -> object:
    everything = np.array([x for own in groups.values() for x in own], dtype=float)
    if len(everything) == 0:
        return (0.0, 0.0)
    fitted = np.concatenate([np.full(len(own), np.mean(own)) for own in groups.values() if own])
    return (
        float(((fitted - everything.mean()) ** 2).sum()),
        float(((everything - fitted) ** 2).sum()),
    )


def named_edges(rng: Random) -> list[Args]:
    return [
        ({"oats": [1.0, 2.0], "rye": [float(rng.randint(3, 9)), 4.0]},),
        ({"oats": [*whole(rng, 2), 31.0]},),
        ({"rye": [6.0], "oats": [2.0, float(rng.randint(3, 30)), 4.0]},),
    ]


NAN = float("nan")
Groups = list[list[float]]
