"""Return the sample weights after one round of AdaBoost."""

from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import Args, numbers


def boost(truth: np.ndarray, votes: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the sample weights after one round of AdaBoost."""
    shares = w / w.sum()
    error = np.clip(shares[truth != votes].sum(), 1e-6, 1 - 1e-6)
    power = np.log((1 - error) / error) / 2
    new = shares * np.exp(-power * truth * votes)
    return np.asarray(new / new.sum())


def ordinary(rng: Random, size: int) -> Args:
    votes = np.array([rng.choice([-1, 1]) for _ in range(size)])
    truth = np.array([v if rng.random() < 0.7 else -v for v in votes.tolist()])
    weights = np.array(numbers(rng, size, 0.1, 3.0))
    return truth, votes, weights


def edges(rng: Random) -> list[Args]:
    return [
        (np.array([1, -1]), np.array([1, -1]), np.array(numbers(rng, 2, 1.0, 9.0))),
        (np.array([1, 1, -1]), np.array([-1, -1, 1]), np.array(numbers(rng, 3, 1.0, 9.0))),
        (np.array([], dtype=int), np.array([], dtype=int), np.array([], dtype=float)),
        (np.array([1, 1]), np.array([1, -1]), np.array([1.0, float(rng.randint(20, 90))])),
        (np.array([1, -1]), np.array([1, 1]), np.array([float(rng.randint(20, 90)), 1.0])),
        (np.array([1, 1, -1, -1]), np.array([1, 1, -1, 1]), np.array([0.2, 0.3, 0.3, 0.2])),
    ]


Matrix = npt.NDArray[np.float64]


def oracle(truth: npt.NDArray[np.int64], votes: npt.NDArray[np.int64], weights: Matrix) -> object:
    if len(truth) == 0:
        return weights
    # Freund and Schapire: after the update, right and wrong samples weigh one half each.
    right = truth == votes
    if right.all() or not right.any():
        return NotImplemented
    new = np.empty(len(truth))
    new[right] = 0.5 * weights[right] / weights[right].sum()
    new[~right] = 0.5 * weights[~right] / weights[~right].sum()
    return new
