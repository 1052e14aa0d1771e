"""Before the start: the smallest difference that the planned episodes can be expected to show.

Planned pairs of episodes are made up again and again, and each time told apart as the measured ones
will be. A formula of normal quantiles promises too much: of few families Student's t is wide and
few ways to turn the signs are rare, and of many seeds each has to have the sign of the mean.
"""

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parelha.experiment.compare import groups_of, is_in
from parelha.report.records import cluster_of
from parelha.report.statistics import (
    CONFIDENCE,
    MIN_CLUSTERS,
    MIN_PAIRS,
    MIN_TASKS,
    Array,
    difference_interval,
    turned_p,
)

POWER = 0.8
DISCORDANT = 0.5
"""Assumed share of pairs in which one side alone passes, as of independent answers of which half
pass; of a larger difference as large as that."""
CORRELATION = 0.1
"""Assumed of the differences of pairs on tasks of one family."""

_TIMES = 1000
_LEAST_WAYS = 999
_POINTS = 100


def power_text(tasks: Sequence[Mapping[str, Any]], seeds: int, comparisons: int) -> str:
    """The smallest difference that the planned episodes can show, for the text before the start.

    Args:
        tasks: ``task``, ``family`` and ``split`` of each held-out episode of an arm with a seed.
        seeds: of each arm.
        comparisons: in each group: the smallest p-value must pass the level divided by them.
    """
    comparisons = max(comparisons, 1)
    lines = []
    for group in groups_of(tasks):
        clusters = [cluster_of(task) for task in tasks if is_in(task, group)]
        where = f"{len(clusters)} tasks x {seeds} seeds in {len(set(clusters))} families"
        lines.append(f"{group}: {where}: {_shown(clusters, seeds, comparisons)}")
    return "\n".join(
        [
            f"smallest difference found in at least {100 * POWER:.0f} % of the cases, "
            + "at a level of 5 %"
            + (f" over {comparisons} comparisons" if comparisons > 1 else "")
            + ":",
            *(f"  {line}" for line in lines),
            "  (simulated, by the rule that tells arms apart: paired pass rates, half of the pairs",
            f"  differ, pairs of one family are alike with a correlation of {CORRELATION})",
        ]
    )


def _shown(clusters: Sequence[str], seeds: int, comparisons: int) -> str:
    """What the tasks of one group can show, in words."""
    if len(clusters) < MIN_TASKS or len(clusters) * seeds < MIN_PAIRS:
        missing = "tasks"
    elif found := smallest_difference(clusters, seeds, comparisons):
        return f"{100 * found:.0f} points"
    else:
        missing = "families"
    return f"no difference can be told apart, however large: more {missing} are needed"


def smallest_difference(
    clusters: Sequence[Hashable], seeds: int, comparisons: int = 1
) -> float | None:
    """The smallest difference of two pass rates, in whole points, that is found with `POWER`.

    Args:
        clusters: what each planned task is alike with, such as its family.
        seeds: of each arm; a pair of episodes is a task with a seed.
        comparisons: that are corrected for each other: the worst case, in which no other one
            shows anything.

    Returns:
        The difference, on the scale 0 to 1; None where even the largest is not found.
    """
    numbers = {one: number for number, one in enumerate(dict.fromkeys(clusters))}
    if len(numbers) < MIN_CLUSTERS:
        return None
    places = np.array([numbers[one] for one in clusters])
    draws = _draws(places, seeds)

    def is_shown(points: int) -> bool:
        found = told_apart(_differences(draws, points / _POINTS), places, comparisons)
        return bool(found.mean() >= POWER)

    if not is_shown(_POINTS):
        return None
    # More is shown as often or more often: the same draws are used for every difference.
    return bisect_left(range(_POINTS), True, key=is_shown) / _POINTS


def told_apart(
    differences: NDArray[np.int8], places: NDArray[np.int_], comparisons: int
) -> NDArray[np.bool_]:
    """Whether the one side is told to be above the other, as `compare.Difference` does.

    Args:
        differences: (N, T, S) of N experiments, each with T tasks and S seeds.
        places: (T,) number of the cluster that each task belongs to.
        comparisons: that are corrected for each other.

    Returns:
        (N,) of each experiment.
    """
    _, _, seeds = differences.shape
    belongs = np.eye(places.max() + 1)[places]
    sums = differences.sum(axis=2, dtype=float) @ belongs
    counts = seeds * belongs.sum(axis=0)
    found = np.asarray(difference_interval(sums, counts)[0] > 0.0)
    found &= (differences.sum(axis=1, dtype=int) > 0).all(axis=1)
    ways = max(_LEAST_WAYS, 100 * comparisons)  # so that a p-value can be below the level of each
    left = np.flatnonzero(found)
    found[left] = turned_p(sums[left], ways=ways) * comparisons <= 1 - CONFIDENCE
    return found


def _draws(places: NDArray[np.int_], seeds: int) -> Array:
    """(N, T, S) numbers of 0 to 1, some of them their cluster's own: so pairs of one are alike."""
    rng = np.random.default_rng(0)
    shape = (_TIMES, len(places), seeds)
    shared = rng.random((_TIMES, places.max() + 1))[:, places, None]
    # Two pairs both have it with the chance CORRELATION, and are independent otherwise.
    return np.where(rng.random(shape) < CORRELATION**0.5, shared, rng.random(shape))


def _differences(draws: Array, difference: float) -> NDArray[np.int8]:
    """Pairs in which the one side alone passes (1), the other one (-1), or none or both (0)."""
    discordant = max(DISCORDANT, difference)
    above = draws < (discordant + difference) / 2
    below = draws > 1.0 - (discordant - difference) / 2
    return above.astype(np.int8) - below.astype(np.int8)
