"""Polynomials as models: values, least-squares fits, features, interpolation."""

from random import Random

import numpy as np
import numpy.typing as npt


def coefficients(rng: Random) -> list[float]:
    return [float(rng.choice([-3, -2, -1, 1, 2, 4])) for _ in range(rng.randint(2, 4))]


Vector = npt.NDArray[np.float64]
