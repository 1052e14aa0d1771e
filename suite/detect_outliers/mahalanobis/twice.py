"""Return the outlying rows, judged by the rows that are no outliers."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args

from ._shared import Matrix, draw_table, squares_of


def outlying(x: np.ndarray, share: float) -> list[int]:
    """Return the outlying rows, judged by the rows that are no outliers."""
    columns = x.shape[1]
    limit = stats.chi2.ppf(share, columns)
    known = np.flatnonzero(~np.isnan(x).any(axis=1))
    rows = core = x[known]
    for _ in range(2):
        if len(core) <= columns + 1:
            return []
        away = rows - core.mean(axis=0)
        inverse = np.linalg.inv(np.cov(core, rowvar=False))
        far = np.sum(away @ inverse * away, axis=1) > limit
        core = rows[~far]
    return [int(place) for place in known[far]]


def ordinary(rng: Random, size: int) -> Args:
    return (
        draw_table(rng, max(size, 6), rng.choice((2, 3)), 0.05),
        rng.choice((0.9, 0.975)),
    )


def edges(rng: Random) -> list[Args]:
    return [
        (np.zeros((0, 2)), 0.9),
        (draw_table(rng, 3, 2), 0.1),
        (draw_table(rng, 4, 2), 0.5),
        (np.vstack([draw_table(rng, 3, 2), [[np.nan, 1.0], [2.0, np.nan]]]), 0.1),
        (draw_table(rng, 9, 2), 0.3),
        (np.vstack([draw_table(rng, 20, 2), np.full((3, 2), 60.0 + rng.randint(0, 9))]), 0.95),
    ]


def oracle(x: Matrix, share: float) -> object:
    known = [place for place in range(len(x)) if not np.isnan(x[place]).any()]
    limit = stats.chi2.ppf(share, x.shape[1])
    if len(known) <= x.shape[1] + 1:
        return []
    squares = squares_of(x[known], x[known])
    core = [place for place, square in zip(known, squares, strict=True) if square <= limit]
    if len(core) <= x.shape[1] + 1:
        return []
    squares = squares_of(x[known], x[core])
    return [place for place, square in zip(known, squares, strict=True) if square > limit]
