"""How sure a figure is: pure functions from numbers to estimates with 95 % intervals.

Episodes of one tree share their task, and reviews of one draft share the draft, so intervals are
of whole clusters and never of single episodes: Student's t with the standard error of the clusters
(Liang & Zeger, Biometrika 73, 1986; t of their number less one: Cameron & Miller, Journal of Human
Resources 50, 2015). A percentile bootstrap of five clusters holds the truth 83 times in 100.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.stats
from numpy.typing import NDArray

CONFIDENCE = 0.95
MIN_CLUSTERS = 5
"""Fewer independent units than this give no interval: it would be mere decoration."""
MIN_PAIRS = 20
"""Fewer pairs of episodes than this are too few to tell, whatever their interval says."""
MIN_TASKS = 8
"""... and so are pairs on fewer different tasks than this."""
MIN_FAMILIES = 6
"""... and on fewer families: turning the signs of five, one way in 16 is as extreme as any."""

_NO_WIDTH = 1e-9  # an interval of less comes of rounding: all clusters agree
_FLIPS = 9999
_MOST_EXACT = 13
"""Up to so many clusters all ways to turn their signs are gone through."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval.

    Attributes:
        value: the figure itself.
        low: lower end, or None where there are too few units for an interval.
        high: upper end, None where `low` is.
        n: independent units behind it.
    """

    value: float
    low: float | None
    high: float | None
    n: int

    @property
    def is_clear(self) -> bool:
        """True when there is an interval and 0 lies outside it."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def scaled(self, factor: float) -> "Estimate":
        """The estimate times a factor; a negative one swaps the ends."""
        if self.low is None or self.high is None:
            return Estimate(self.value * factor, None, None, self.n)
        low, high = sorted((self.low * factor, self.high * factor))
        return Estimate(self.value * factor, low, high, self.n)


def wilson(passed: int, total: int) -> Estimate:
    """Share of `total` independent trials that passed (Wilson, JASA 22, 1927).

    Raises:
        ValueError: `total` is 0, or `passed` is not within 0 to `total`.
    """
    interval = scipy.stats.binomtest(passed, total).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(passed / total, float(interval.low), float(interval.high), total)


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """The chance that one of `k` drafts passes, from `samples` of which `passed` do.

    The unbiased estimator of Chen et al. (arXiv 2107.03374, equation 1):
    ``1 - C(samples - passed, k) / C(samples, k)``.

    Raises:
        ValueError: fewer samples than `k`, or `passed` is not within 0 to `samples`.
    """
    if not 0 <= passed <= samples or not 1 <= k <= samples:
        raise ValueError(f"{k} of {samples} samples, {passed} passed")
    return 1.0 - math.comb(samples - passed, k) / math.comb(samples, k)


def clustered_mean(values: Sequence[float], clusters: Sequence[Hashable]) -> Estimate | None:
    """Mean of the values, with the interval of whole clusters.

    Args:
        values: (N,) one per episode or round.
        clusters: (N,) what each belongs to.

    Returns:
        None for no values; no interval for fewer than `MIN_CLUSTERS` clusters.
    """
    if not values:
        return None
    sums, counts = _of_clusters(values, clusters)
    mean, size = float(np.mean(values)), counts.size
    if size < MIN_CLUSTERS:
        return Estimate(mean, None, None, size)
    found = float(interval_reach(sums, counts))
    return Estimate(mean, mean - found, mean + found, size)


def interval_reach(sums: Array, counts: Array) -> Array:
    """How far the 95 % interval of a mean reaches to either side.

    Args:
        sums: (..., K) of the values of each cluster, of one sample or of many.
        counts: (K,) values in each.

    Returns:
        (...) of each sample.
    """
    size, total = counts.size, counts.sum()
    means = sums.sum(axis=-1, keepdims=True) / total
    apart = ((sums - counts * means) ** 2).sum(axis=-1)
    error = np.sqrt(apart * size / (size - 1)) / total
    return np.asarray(scipy.stats.t.isf((1 - CONFIDENCE) / 2, size - 1) * error)


def clustered_share(shares: Sequence[float], clusters: Sequence[Hashable]) -> Estimate | None:
    """`clustered_mean` of what lies within 0 to 1, as does its interval.

    Where all clusters agree their error says nothing, and each counts as one trial (`wilson`).
    """
    found = clustered_mean(shares, clusters)
    if found is None or found.low is None or found.high is None:
        return found
    if math.isclose(found.low, found.high, abs_tol=_NO_WIDTH):
        trials = wilson(round(found.value * found.n), found.n)
        return replace(trials, value=found.value)
    return Estimate(found.value, max(found.low, 0.0), min(found.high, 1.0), found.n)


def paired_difference(
    before: Sequence[float], after: Sequence[float], clusters: Sequence[Hashable]
) -> Estimate | None:
    """Mean of after minus before over pairs on the same task, with `difference_interval`.

    Args:
        before: (N,) a figure of each episode before training, within 0 to 1.
        after: (N,) the same tasks in the same order afterwards.
        clusters: (N,) what each pair belongs to, such as its family.

    Returns:
        None for no pairs; no interval for fewer than `MIN_CLUSTERS` clusters.
    """
    differences = [b - a for a, b in zip(before, after, strict=True)]
    found = clustered_mean(differences, clusters)
    if found is None or found.low is None:
        return found
    low, high = difference_interval(*_of_clusters(differences, clusters))
    return replace(found, low=float(low), high=float(high))


def difference_interval(sums: Array, counts: Array) -> tuple[Array, Array]:
    """95 % interval of the mean of differences, each within -1 to 1, as is the interval.

    Where all clusters have the same mean, 0 too, their error says nothing: the interval would have
    no width, of however few clusters. Each is then one trial that came out like that, and `wilson`
    says what share of all clusters may yet be otherwise: by as much as a difference can be.

    Args:
        sums: (..., K) of the differences in each cluster, of one sample or of many.
        counts: (K,) differences in each.

    Returns:
        (...) low and (...) high ends.
    """
    means, reach = sums.sum(axis=-1) / counts.sum(), interval_reach(sums, counts)
    alike = wilson(counts.size, counts.size).low
    assert alike is not None
    agree, otherwise = reach < _NO_WIDTH, 1.0 - alike
    low = np.where(agree, alike * means - otherwise, means - reach)
    high = np.where(agree, alike * means + otherwise, means + reach)
    return np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0)


def trend(steps: Sequence[float], values: Sequence[float]) -> Estimate | None:
    """Slope per step of a least-squares line, with Student's t of N - 2.

    Its standard error needs no equal variances and holds with few units (HC3: MacKinnon & White,
    Journal of Econometrics 29, 1985).

    Args:
        steps: (N,) when each unit happened.
        values: (N,) its value; one unit is one tree, so that units are independent.

    Returns:
        None for fewer than three different steps; no interval for fewer than `MIN_CLUSTERS` units.
    """
    if len(set(steps)) < 3:
        return None
    x, y = np.asarray(steps, float), np.asarray(values, float)
    centred = x - x.mean()
    spread = float((centred**2).sum())
    value = float((centred * y).sum()) / spread
    if len(x) < MIN_CLUSTERS:
        return Estimate(value, None, None, len(x))
    left = y - y.mean() - value * centred
    pull = 1.0 / len(x) + centred**2 / spread  # of each unit on the line at its place
    error = float(np.sqrt(((centred * left / (1.0 - pull)) ** 2).sum())) / spread
    reach = float(scipy.stats.t.isf((1 - CONFIDENCE) / 2, len(x) - 2)) * error
    return Estimate(value, value - reach, value + reach, len(x))


def verdict(change: Estimate | None, pairs: int) -> str:
    """One clause that says what a before/after difference shows, and no more than it shows."""
    if change is None or not pairs:
        return "nothing was compared"
    if change.n < MIN_FAMILIES:
        return "too few families to tell"
    if pairs < MIN_PAIRS or not change.is_clear:
        return "too few episodes to tell"
    return "the pair got better" if change.value > 0 else "the pair got worse"


def sign_flip_p(
    differences: Sequence[float], clusters: Sequence[Hashable], *, seed: int = 0
) -> float:
    """Two-sided p-value of a mean difference of 0, by turning the signs of whole clusters.

    A randomisation test under approximate symmetry (Canay, Romano & Shaikh, Econometrica 85,
    2017); exact for up to 13 clusters, sampled beyond.

    Args:
        differences: (N,) of each pair.
        clusters: (N,) what each belongs to.
        seed: of the sampling.
    """
    sums = _sums(differences, clusters)
    return float(turned_p(np.array([*sums.values()]), seed=seed)) if sums else 1.0


def turned_p(sums: Array, *, ways: int = _FLIPS, seed: int = 0) -> Array:
    """P-values of `sign_flip_p` from the sums of clusters.

    Args:
        sums: (..., K) of the differences in each cluster, of one sample or of many.
        ways: to turn the signs, where they are sampled.
        seed: of the sampling.

    Returns:
        (...) of each sample.
    """
    size = sums.shape[-1]
    if size <= _MOST_EXACT:
        # The last keeps its sign: of each way and its opposite, both are as far from 0.
        negative = np.arange(2 ** (size - 1))[:, None] >> np.arange(size) & 1
    else:
        negative = np.random.default_rng(seed).integers(2, size=(1 + ways, size))
        negative[0] = 0  # what was found is one of the ways: no p-value is 0
    turned = np.abs(sums @ (1.0 - 2.0 * negative).T)
    least = (1.0 - 1e-9) * np.abs(sums.sum(axis=-1, keepdims=True))  # sums round
    return np.asarray((turned >= least).mean(axis=-1))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for being several, in the given order.

    The step-down procedure of Holm (Scandinavian Journal of Statistics 6, 1979): the chance that
    any true null hypothesis is rejected stays below the level, however the tests depend on each
    other.
    """
    adjusted, least = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = least
    return adjusted


def _of_clusters(values: Sequence[float], clusters: Sequence[Hashable]) -> tuple[Array, Array]:
    """(K,) sums of the values of each cluster, and (K,) how many there are."""
    sums, counts = _sums(values, clusters), _sums([1.0] * len(values), clusters)
    return np.array([*sums.values()]), np.array([*counts.values()])


def _sums(values: Sequence[float], clusters: Sequence[Hashable]) -> dict[Hashable, float]:
    """Sum of the values of each cluster."""
    sums: dict[Hashable, float] = {}
    for value, cluster in zip(values, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
    return sums
