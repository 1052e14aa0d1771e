"""Return the majority label of the nearest scaled rows."""

from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from parelha.tasks.draws import Args, numbers


def knn(x: np.ndarray, y: list[str], new: np.ndarray, k: int) -> list[str]:
    """Return the majority label of the nearest scaled rows."""
    spread = x.std(axis=0)
    spread[spread == 0] = 1.0
    result = []
    for row in new:
        squares = (((x - row) / spread) ** 2).sum(axis=1)
        nearest = np.argsort(squares, kind="stable")[:k]
        votes = sorted(y[place] for place in nearest)
        result.append(max(votes, key=votes.count))
    return result


def ordinary(rng: Random, size: int) -> Args:
    size = max(size, 5)
    rows = [[rng.uniform(0.0, 9.0), rng.uniform(0.0, 9000.0)] for _ in range(size)]
    labels = [
        "ab"[a + b / 1000.0 > 9.0] if rng.random() < 0.8 else rng.choice("abc") for a, b in rows
    ]
    new = [[rng.uniform(0.0, 9.0), rng.uniform(0.0, 9000.0)] for _ in range(max(2, size // 5))]
    return np.round(np.array(rows), 3), labels, np.round(np.array(new), 3), rng.choice([1, 3, 5])


def edges(rng: Random) -> list[Args]:
    x = np.array([[1.0, 500.0], [2.0, 100.0], [3.0, 900.0], [8.0, 300.0], [9.5, 720.0]])
    new = np.array([numbers(rng, 2, 0.0, 9.0), [8.5, 400.0]])
    flat = x * np.array([1.0, 0.0]) + 7.0
    return [
        (x, ["a", "b", "a", "b", "b"], np.zeros((0, 2)), 3),
        (x, ["a", "b", "a", "b", "c"], new, 9),
        (
            flat,
            ["a", "b", "c", "c", "b"],
            np.array([[9.2, 5.0], [16.0, float(rng.randint(1, 9))]]),
            1,
        ),
        (x, ["b", "a", "c", "b", "a"], new, 2),
        (x[[0, 0, 1, 2]], ["z", "y", "x", "y"], np.array([[1.0, 500.0], [2.1, 100.0]]), 1),
    ]


Matrix = npt.NDArray[np.float64]


def oracle(x: Matrix, labels: list[str], new: Matrix, k: int) -> object:
    if len(new) == 0:
        return []
    scaler = StandardScaler().fit(x)
    # Brute force over stably sorted distances; ties of votes are broken by hand.
    model = KNeighborsClassifier(min(k, len(x)), algorithm="brute")
    model.fit(scaler.transform(x), labels)
    places = model.kneighbors(scaler.transform(new))[1]
    if k == 1 and len(np.unique(x, axis=0)) < len(x):
        return NotImplemented
    found = []
    for row in places:
        votes = [labels[int(place)] for place in row]
        most = max(votes.count(vote) for vote in votes)
        found.append(min(vote for vote in votes if votes.count(vote) == most))
    return found
