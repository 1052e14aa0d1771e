"""Return a table of the clusters that k-means reaches."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import cdist

from parelha.tasks.draws import Args, numbers

from ._shared import Vector, blobs


def table(df: pd.DataFrame, centres: np.ndarray, steps: int) -> pd.DataFrame:
    """Return a table of the clusters that k-means reaches."""
    x = df[["visits", "spend"]].dropna().to_numpy()
    places = centres.copy()
    for step in range(steps + 1):
        squares = ((x[:, np.newaxis, :] - places) ** 2).sum(axis=2)
        nearest = squares.argmin(axis=1)
        if step < steps:
            for index in np.unique(nearest):
                places[index] = x[nearest == index].mean(axis=0)
    count = len(places)
    result = pd.DataFrame(places, columns=["visits", "spend"])
    result["size"] = np.bincount(nearest, minlength=count)
    total = np.bincount(nearest, squares.min(axis=1), count)
    result["inertia"] = total.astype(float)
    return result


def ordinary(rng: Random, size: int) -> Args:
    rows = blobs(rng, max(size, 8), 1.2)
    for row in rows:
        if rng.random() < 0.03:
            row[rng.randint(0, 1)] = float("nan")
    frame = pd.DataFrame(rows, columns=["visits", "spend"])
    starts = np.array([(1.03, 1.07), (8.01, 2.03), (4.07, 7.01), (11.0, 9.0)])
    return frame, starts[: rng.randint(2, 4)], rng.randint(1, 9)


def edges(rng: Random) -> list[Args]:
    def frame(visits: list[float], spend: list[float]) -> pd.DataFrame:
        return pd.DataFrame({"visits": visits, "spend": spend}, dtype="float64")

    gap = float("nan")
    some = numbers(rng, 2)
    return [
        (frame([1.0, 2.0, 9.0], [1.0, 1.0, 9.0]), np.array([(0.0, 0.0), (500.0, 500.0)]), 2),
        (frame([1.0, gap, 9.0], [gap, 1.0, some[0]]), np.array([(0.0, 0.0)]), 1),
        (frame([], []), np.array([(some[0], some[1]), (2.0, 5.0)]), 3),
        (frame([gap, gap], [1.0, 1.0]), np.array([(3.0, some[0])]), 2),
        (frame([2.0, 8.0, 0.0, 6.0], [0.0, 0.0, 0.0, 0.0]), np.array([(4.0, 0.0), (4.0, 1.0)]), 4),
        (frame([5.0, 1.0, 3.0], [0.0, 0.0, 0.0]), np.array([(4.0, 0.0), (2.0, 0.0)]), 0),
    ]


def _own(x: Vector, places: Vector) -> npt.NDArray[np.int64]:
    return np.asarray(cdist(x, places).argmin(axis=1))


def oracle(df: pd.DataFrame, centres: Vector, steps: int) -> object:
    x = df.dropna().to_numpy()
    places = centres
    for _ in range(steps):
        own = _own(x, places)
        groups = [x[own == index] for index in range(len(places))]
        places = np.array(
            [g.mean(axis=0) if len(g) else c for g, c in zip(groups, places, strict=True)]
        )
    groups = [x[_own(x, places) == index] for index in range(len(places))]
    sizes = [len(group) for group in groups]
    inertia = [float(((g - c) ** 2).sum()) for g, c in zip(groups, places, strict=True)]
    table = {"visits": places[:, 0], "spend": places[:, 1], "size": sizes, "inertia": inertia}
    return pd.DataFrame(table)
