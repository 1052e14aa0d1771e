"""Return the odds ratio of an illness."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy.stats import contingency

from parelha.tasks.draws import Args


def odds_ratio(exposed: np.ndarray, ill: np.ndarray) -> float:
    """Return the odds ratio of an illness."""
    a, b = (exposed & ill).sum(), (exposed & ~ill).sum()
    c, d = (~exposed & ill).sum(), (~exposed & ~ill).sum()
    return float((a / b) / (c / d))


def odds_ratio_level_2(exposed: np.ndarray, ill: np.ndarray) -> float:
    """Return the odds ratio of an illness."""
    a, b = (exposed & ill).sum(), (exposed & ~ill).sum()
    c, d = (~exposed & ill).sum(), (~exposed & ~ill).sum()
    extra = 0.5 if min(a, b, c, d) == 0 else 0.0
    return float((a + extra) * (d + extra) / (b + extra) / (c + extra))


Flags = npt.NDArray[np.bool_]


def _flags(*values: int) -> Flags:
    return np.array(values, dtype=bool)


def ordinary(rng: Random, size: int) -> Args:
    """Four or more people, every combination at least once."""
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    pairs += [(rng.randint(0, 1), rng.randint(0, 1)) for _ in range(size)]
    rng.shuffle(pairs)
    return _flags(*[a for a, _ in pairs]), _flags(*[b for _, b in pairs])


def edges(rng: Random) -> list[Args]:
    return [
        ordinary(rng, 0),
        (_flags(1, 1, 1, 0, 0, 0, 0), _flags(1, 1, 0, 1, 0, 0, rng.randint(0, 1))),
        (_flags(1, 1, 0, 0, 0), _flags(1, 0, 1, 0, rng.randint(0, 1))),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_flags(), _flags()),
        (_flags(1, 1, 0, 0), _flags(1, 1, 0, rng.randint(0, 1))),
        (_flags(0, 0, 0), _flags(1, 1, rng.randint(0, 1))),
        (_flags(1, 0, 1, 1, 0), _flags(1, 1, 1, 0, 1)),
        (_flags(1, 0, 1, 0), _flags(0, 0, 0, rng.randint(0, 1))),
    ]


def oracle(exposed: Flags, ill: Flags) -> object:
    table = np.array([[np.sum((exposed == e) & (ill == i)) for i in (1, 0)] for e in (1, 0)])
    if (table > 0).all():
        return float(contingency.odds_ratio(table, kind="sample").statistic)
    return float(np.exp(np.log(table + 0.5) @ [1.0, -1.0] @ [1.0, -1.0]))
