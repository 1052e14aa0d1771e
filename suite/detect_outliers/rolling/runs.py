"""Return the runs of samples that leave the straight line."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import FloatArray


def runs(path: np.ndarray, factor: float, least: int) -> list[tuple[int, int]]:
    """Return the runs of samples that leave the straight line."""
    if len(path) < 3:
        return []
    index = np.arange(len(path))
    slope, intercept = np.polyfit(index, path, 1)
    residuals = path - (slope * index + intercept)
    odd = np.abs(residuals) > factor * residuals.std()
    edges = np.diff(odd.astype(int), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    pairs = zip(starts, ends)
    return [(int(a), int(b) - 1) for a, b in pairs if b - a >= least]


def ordinary(rng: Random, size: int) -> Args:
    tilt = rng.uniform(-0.8, 0.8)
    samples = [round(tilt * place + rng.gauss(0.0, 1.0), 2) for place in range(size)]
    for _ in range(1 + size // 25):
        start, shift = rng.randrange(size), rng.choice((-1, 1)) * rng.uniform(9.0, 20.0)
        for place in range(start, min(start + rng.randint(1, 4), size)):
            samples[place] = round(samples[place] + shift, 2)
    return np.array(samples), rng.choice((2.003, 3.001)), rng.randint(1, 3)


def edges(rng: Random) -> list[Args]:
    return [
        (np.array(values, dtype=np.float64), factor, least)
        for values, factor, least in (
            ([], 1.0, 1),
            ([1.0, float(rng.randint(20, 90))], 0.5, 1),
            ([1.0, 2.0, float(rng.randint(20, 90))], 1.2, 1),
            ([90.0 + rng.randint(0, 5), 1.0, 2.0, 1.5, 2.0, 1.0, 95.0], 1.001, 1),
            ([1.0, 2.0, 1.0, 60.0, 61.0 + rng.randint(0, 5), 2.0, 1.0, 2.0], 1.001, 2),
            ([1.0, 2.0, 1.0, 60.0, 61.0 + rng.randint(0, 5), 2.0, 1.0, 2.0], 1.001, 3),
        )
    ]


def oracle(series: FloatArray, factor: float, least: int) -> object:
    if len(series) < 3:
        return []
    place = np.arange(len(series))
    design = np.column_stack([place, np.ones(len(series))])
    rest = series - design @ np.linalg.lstsq(design, series, rcond=None)[0]
    odd = (np.abs(rest) > factor * rest.std()).tolist()
    runs, start = [], None
    for index, flag in enumerate([*odd, False]):
        if flag and start is None:
            start = index
        if not flag and start is not None:
            if index - start >= least:
                runs.append((start, index - 1))
            start = None
    return runs
