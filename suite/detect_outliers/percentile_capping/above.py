"""Return the values above a quantile, with their labels."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import between, draw_series, easy_series, hard_series, quantiles, series


def top_values(s: pd.Series, q: float) -> pd.Series:
    """Return the values above a quantile, with their labels."""
    return s[s > s.quantile(q)]


_SHARES = (0.57, 0.66, 0.73, 0.81, 0.92)


def ordinary(rng: Random, size: int) -> Args:
    (s,) = draw_series(rng, size)
    return s, between(rng, len(s), _SHARES)  # type: ignore[arg-type]


def edges(rng: Random) -> list[Args]:
    return [(s, between(rng, len(s), _SHARES)) for s in easy_series(rng)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        *((s, between(rng, s.count(), _SHARES)) for s in hard_series(rng)),
        (series([float(rng.randint(1, 9))] * 4), 0.5),
    ]


def oracle(s: pd.Series, q: float) -> object:
    limit = quantiles(s, q)[0]
    places = [place for place, value in enumerate(s.tolist()) if value > limit]
    return s.iloc[places]


def mistake_includes_the_limit(s: pd.Series, q: float) -> pd.Series:
    return s[s >= s.quantile(q)].reset_index(drop=True)
