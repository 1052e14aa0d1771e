"""Winsorising numpy arrays: at limits, quantiles, counts, standard deviations and fences."""

from typing import Any

import numpy as np


def array(values: list[float]) -> Any:
    return np.array(values, dtype=np.float64)


def array_of(values: Any) -> Any:
    return np.array(values, dtype=np.float64)
