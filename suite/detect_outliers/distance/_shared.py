"""Outliers as points far from their neighbours (Knorr and Ng 1998; Ramaswamy et al. 2000)."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from parelha.tasks.draws import Args


def kth(rng: Random, size: int) -> Args:
    points = draw_points(rng, size)
    return points, rng.randint(1, min(4, len(points) - 1))


# Coordinates are whole numbers: distances along an axis are exact, the others keep off limits.
Point = tuple[float, float]


def cloud(rng: Random, size: int, spread: float = 1.0) -> list[Point]:
    """Points around a few centres, one in fifteen anywhere."""
    centres = [(rng.uniform(0, 30), rng.uniform(0, 30)) for _ in range(1 + size // 25)]
    points = []
    for _ in range(size):
        x, y = rng.choice(centres)
        if rng.random() < 1 / 15:
            points.append((round(rng.uniform(-10, 40), 3), round(rng.uniform(-10, 40), 3)))
        else:
            points.append((round(rng.gauss(x, spread), 3), round(rng.gauss(y, spread), 3)))
    return points


def draw_points(rng: Random, size: int) -> list[Point]:
    """Different points around a centre, one of them far out."""
    x, y = rng.randint(-9, 9), rng.randint(-9, 9)
    places = rng.sample(range(81), max(size, 4))
    points = [(float(x + place // 9), float(y + place % 9)) for place in places]
    points[rng.randrange(len(points))] = (float(x + rng.randint(15, 40)), float(y - 20))
    return points


def point_lists(rng: Random) -> list[list[Point]]:
    """Small sets of points with ties and a far one."""
    far = float(rng.randint(20, 60))
    return [
        [(0.0, 0.0), (3.0, 4.0), (far, 0.0), (0.0, far + 1)],
        [(0.0, 0.0), (-1.0, 0.0), (-3.0, 0.0), (-7.0, 0.0), (-7.0, -far)],
        [(5.0, 5.0), (5.0, 6.0), (6.0, 5.0), (6.0, 6.0), (5.0 + far, 5.0 + far), (4.0, 5.0)],
    ]


def matrix(points: list[Point], metric: str = "euclidean") -> npt.NDArray[np.float64]:
    """Distances between points; infinite from a point to itself."""
    table = np.array(points, dtype=float).reshape(-1, 2)
    distances = cdist(table, table, metric)  # type: ignore[call-overload]
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances)
