"""Return the percentage of values up to the score."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, distinct

from ._shared import NAN, array, kept_of


def percentile_rank(x: np.ndarray, score: float) -> float:
    """Return the percentage of values up to the score."""
    return float(100 * np.mean(x <= score))


def percentile_rank_level_2(x: np.ndarray, score: float) -> float:
    """Return the percentage of values up to the score."""
    known = x[~np.isnan(x)]
    if len(known) == 0:
        return float("nan")
    return float(100 * np.mean(known <= score))


def ordinary(rng: Random, size: int) -> Args:
    scores = array(*[float(rng.randint(0, 20)) for _ in range(size)])
    return scores, float(rng.choice(scores.tolist()))


def edges(rng: Random) -> list[Args]:
    return [
        (array(5.0), 5.0),
        (array(5.0, 6.0), float(rng.randint(7, 30))),
        (array(*distinct(rng, 6)), -1.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (array(), 3.0),
        (array(NAN, NAN), float(rng.randint(0, 9))),
        (array(NAN, *distinct(rng, 3), NAN), 50.0),
        (array(4.0, NAN), float(rng.randint(4, 9))),
    ]


def oracle(x: np.ndarray, score: float) -> object:
    return (
        float(stats.percentileofscore(kept_of(x), score, kind="weak")) if len(kept_of(x)) else NAN
    )


def mistake_strictly_below(x: np.ndarray, score: float) -> float:
    return float(100 * np.mean(x < score))


def mistake_sum_not_mean_level_2(x: np.ndarray, score: float) -> float:
    return float(100 * np.sum(x <= score) / max(len(x), 1))
