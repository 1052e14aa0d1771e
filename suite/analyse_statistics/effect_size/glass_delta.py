"""Return Glass's delta of a treatment."""

import numpy as np
from scipy import stats

from ._shared import NAN, Floats, poor_edges, two, two_edges


def glass_delta(treated: np.ndarray, control: np.ndarray) -> float:
    """Return Glass's delta of a treatment."""
    gain = treated.mean() - control.mean()
    return float(gain / control.std(ddof=1))


def glass_delta_level_2(treated: np.ndarray, control: np.ndarray) -> float:
    """Return Glass's delta of a treatment."""
    if len(treated) == 0 or len(np.unique(control)) < 2:
        return float("nan")
    gain = treated.mean() - control.mean()
    return float(gain / control.std(ddof=1))


ordinary = two
edges = two_edges
edges_level_2 = poor_edges


def oracle(treated: Floats, control: Floats) -> object:
    if len(treated) == 0 or len(control) < 2 or np.ptp(control) == 0:
        return NAN
    return float(np.mean(stats.zmap(treated, control, ddof=1)))


def mistake_population_deviation(treated: np.ndarray, control: np.ndarray) -> float:
    return float((treated.mean() - control.mean()) / control.std())
