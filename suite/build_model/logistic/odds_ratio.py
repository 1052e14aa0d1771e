"""Return the odds ratio of exposed against not exposed people."""

from random import Random

import pandas as pd
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio

from parelha.tasks.draws import Args


def odds_ratio(df: pd.DataFrame) -> float:
    """Return the odds ratio of exposed against not exposed people."""
    ill = df.groupby("exposed")["ill"].mean()
    odds = ill / (1 - ill)
    return float(odds[True] / odds[False])


def odds_ratio_level_2(df: pd.DataFrame) -> float:
    """Return the odds ratio of exposed against not exposed people."""
    exposed, ill = df["exposed"], df["ill"]
    counts = [
        float((exposed & ill).sum()),
        float((exposed & ~ill).sum()),
        float((~exposed & ill).sum()),
        float((~exposed & ~ill).sum()),
    ]
    if 0 in counts:
        counts = [count + 0.5 for count in counts]
    return counts[0] * counts[3] / (counts[1] * counts[2])


def ordinary(rng: Random, size: int) -> Args:
    cells = [(True, True), (True, False), (False, True), (False, False)]
    drawn = cells + [rng.choice(cells) for _ in range(size)]
    rng.shuffle(drawn)
    return (pd.DataFrame(drawn, columns=["exposed", "ill"]),)


BOTH = (False, True)


def _table(rows: list[tuple[bool, bool]]) -> Args:
    return (pd.DataFrame(rows, columns=["exposed", "ill"], dtype=bool),)


def edges(rng: Random) -> list[Args]:
    return [
        _table([(True, True), (True, False), (False, True), (False, False)]),
        _table([(True, True)] * rng.randint(2, 9) + [(a, b) for a in BOTH for b in BOTH]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _table([]),
        _table([(True, True), (False, True), (False, False)]),
        _table([(True, True)] * rng.randint(2, 4) + [(True, False), (False, False)]),
        _table([(False, True)] * rng.randint(5, 9) + [(True, False), (False, False)]),
    ]


def oracle(df: pd.DataFrame) -> object:
    counts = pd.crosstab(df["exposed"], df["ill"])
    if counts.shape != (2, 2) or (counts == 0).any(axis=None):
        return NotImplemented
    return float(scipy_odds_ratio(counts.to_numpy(), kind="sample").statistic)
