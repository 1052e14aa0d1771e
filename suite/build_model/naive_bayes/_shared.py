"""Naive Bayes: priors, smoothed word probabilities, Gaussian densities, decisions."""

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
