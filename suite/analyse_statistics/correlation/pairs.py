"""Return the pairs of columns with a correlation beyond the limit."""

from itertools import combinations
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, numbers


def pairs(df: pd.DataFrame, limit: float) -> list[tuple[str, str, float]]:
    """Return the pairs of columns with a correlation beyond the limit."""
    names = sorted(str(name) for name in df)
    # A column without variation has the correlation NaN, which is never kept.
    matrix = df[names].corr().to_numpy()
    found = []
    for i, j in combinations(range(len(names)), 2):
        r = float(matrix[i, j])
        if abs(r) > limit:
            found.append((names[i], names[j], r))
    return sorted(found, key=lambda pair: abs(pair[2]), reverse=True)


def ordinary(rng: Random, size: int) -> Args:
    """Columns of which some follow a common signal; the limit is far from every correlation."""
    while True:
        signal = [rng.gauss(0.0, 1.0) for _ in range(size)]
        columns = {}
        for name in rng.sample(["temp", "humid", "wind", "light", "noise", "flow"], 5):
            share = rng.choice((-3.0, -1.0, 0.0, 1.0, 3.0))
            columns[name] = [round(share * s + rng.gauss(0.0, 1.0), 2) for s in signal]
        columns["fixed"] = [1.0] * size
        frame = pd.DataFrame(columns, dtype=float)
        limit = rng.choice((0.3, 0.5, 0.7, 0.9))
        strengths = np.abs(np.corrcoef(frame.drop(columns="fixed").to_numpy().T))
        if not (np.abs(strengths - limit) < 1e-4).any():
            return frame, limit


def _sheet(limit: float, **columns: list[float]) -> Args:
    return pd.DataFrame(columns, dtype=float), limit


def edges(rng: Random) -> list[Args]:
    return [
        _sheet(0.5, a=[1.0, 2.0, float(rng.randint(3, 9))]),
        _sheet(0.5, a=[1.0, 2.0], b=[3.0, 3.0], c=[float(rng.randint(4, 9))] * 2),
        _sheet(0.8, z=[1.0, 2.0, 4.0], a=[-1.0, -2.0, -5.0], m=numbers(rng, 3)),
        _sheet(0.95, b=[1.0, 2.0, 3.0, 4.0], a=[1.0, 3.0, 2.0, float(rng.randint(5, 9))]),
        _sheet(
            0.2, d=[5.0, 1.0, 3.0, 2.0], c=[9.0] * 4, b=[1.0, 2.0, 4.0, float(rng.randint(0, 9))]
        ),
        _sheet(0.0, y=[1.0, 2.0, 3.0], x=[0.0, 1.0, float(rng.randint(2, 9))]),
    ]


def oracle(df: pd.DataFrame, limit: float) -> object:
    varying = [name for name in sorted(df.columns) if len(set(df[name])) > 1]
    answer = []
    for place, left in enumerate(varying):
        for right in varying[place + 1 :]:
            r = float(np.corrcoef(df[left].to_numpy(), df[right].to_numpy())[0, 1])
            if abs(r) > limit:
                answer.append((left, right, r))
    return sorted(answer, key=lambda entry: -abs(entry[2]))
