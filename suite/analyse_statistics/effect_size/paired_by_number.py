"""Return the standardised gain of the pupils who sat both exams."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers

from ._shared import NAN, Floats


def gain(exam1: np.ndarray, exam2: np.ndarray) -> float:
    """Return the standardised gain of the pupils who sat both exams."""
    marks: list[dict[float, float]] = []
    for exam in (exam1, exam2):
        best: dict[float, float] = {}
        for pupil, mark in exam.tolist():
            if mark > best.get(pupil, -np.inf):
                best[pupil] = mark
        marks.append(best)
    both = marks[0].keys() & marks[1].keys()
    if len(both) < 2:
        return 0.0
    gains = np.array([marks[1][pupil] - marks[0][pupil] for pupil in both])
    return float(gains.mean() / gains.std(ddof=1))


def _exams(early: list[int], first: list[float], late: list[int], second: list[float]) -> Args:
    rows = list(zip(early, first, strict=True)), list(zip(late, second, strict=True))
    return tuple(np.array(own, dtype=float).reshape(-1, 2) for own in rows)


def ordinary(rng: Random, size: int) -> Args:
    """Two exams of a class; some pupils sat only one, some sat one twice."""
    pupils = rng.sample(range(100, 100 + 2 * size + 8), size + 4)
    level = {pupil: rng.gauss(50.0, 10.0) for pupil in pupils}
    early = [*pupils[2:], pupils[3]]
    late = [*rng.sample(pupils, size), pupils[0], pupils[4], pupils[4]]
    first = [round(level[pupil] + rng.gauss(0.0, 6.0), 1) for pupil in early]
    second = [round(level[pupil] + rng.gauss(4.0, 6.0), 1) for pupil in late]
    second[rng.randrange(size)] = NAN
    return _exams(early, first, late, second)


def edges(rng: Random) -> list[Args]:
    return [
        _exams([], [], [], []),
        _exams([1, 2], numbers(rng, 2), [3, 4], numbers(rng, 2)),
        _exams([1, 2], numbers(rng, 2), [2, 1], [*numbers(rng, 1), NAN]),
        _exams([1, 2], numbers(rng, 2), [2, 1], numbers(rng, 2)),
        _exams([1, 2, 2], [1.0, 5.0, 3.0], [2, 1, 1], [9.0, 2.0, rng.choice((3.0, 4.0, 7.0, 9.0))]),
        _exams([5, 6, 7, 5], [NAN, 2.0, -4.0, -1.0], [7, 5, 6], numbers(rng, 3)),
    ]


def oracle(exam1: Floats, exam2: Floats) -> object:
    first, second = (
        pd.Series(exam[:, 1], index=exam[:, 0]).dropna().groupby(level=0).max()
        for exam in (exam1, exam2)
    )
    gains = (second - first).dropna().to_numpy()
    if len(gains) < 2:
        return 0.0
    return float(gains.mean() / gains.std(ddof=1))
