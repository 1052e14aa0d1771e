"""Student's t: one sample, pairs, two samples, and the interval for a mean."""

from random import Random
from statistics import mean, stdev

from scipy import stats

from parelha.tasks.draws import Args, numbers, redraw

NAN = float("nan")


def whole(rng: Random, size: int, low: int = 0, high: int = 60) -> list[float]:
    """Whole numbers that are not all equal."""
    return redraw(
        lambda: [float(rng.randint(low, high)) for _ in range(size)],
        lambda values: len(set(values)) > 1,
    )


def is_flat(values: list[float]) -> bool:
    return len(set(values)) < 2


def two_groups(rng: Random, size: int) -> Args:
    return numbers(rng, size, 10.0, 30.0), numbers(rng, size + rng.randint(-1, 3), 5.0, 45.0)


def group_edges(rng: Random) -> list[Args]:
    spread = ([1.0, 2.0], [4.0, float(rng.randint(6, 9))])
    return [spread, ([5.0, 5.0, 5.0], whole(rng, 3)), (whole(rng, 6), [3.0, 3.0])]


def from_moments(a: list[float], b: list[float], equal_var: bool) -> float:
    first, second = ((mean(x), stdev(x) if len(x) > 1 else 0.0, len(x)) for x in (a, b))
    return float(stats.ttest_ind_from_stats(*first, *second, equal_var=equal_var).statistic)
