"""Return the column most strongly correlated with the target."""

from itertools import pairwise
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args, Edges, numbers

from ._shared import is_flat


def strongest(df: pd.DataFrame) -> str:
    """Return the column most strongly correlated with the target."""
    others = df.drop(columns="target")
    return str(others.corrwith(df["target"]).abs().idxmax())


def strongest_level_2(df: pd.DataFrame) -> str:
    """Return the column most strongly correlated with the target."""
    others = df.drop(columns="target")
    others = others.loc[:, others.nunique() > 1]
    if others.shape[1] == 0:
        return ""
    return str(others.corrwith(df["target"]).abs().idxmax())


def _strengths(df: pd.DataFrame) -> dict[str, float]:
    found = {}
    for name in df.columns.drop("target"):
        if not is_flat(df[name].to_numpy()):
            r = np.corrcoef(df[name].to_numpy(), df["target"].to_numpy())[0, 1]
            found[str(name)] = abs(float(r))
    return found


def ordinary(rng: Random, size: int) -> Args:
    """A target and three columns; no two of them are equally strongly related to it."""
    while True:
        table = {name: numbers(rng, size) for name in ("width", "depth", "age", "target")}
        frame = pd.DataFrame(table, dtype=float)
        strengths = sorted(_strengths(frame).values())
        if all(high - low > 1e-4 for low, high in pairwise(strengths)):
            return (frame,)


def _table(**columns: list[float]) -> Args:
    return (pd.DataFrame(columns, dtype=float),)


def _strongest_edges(flat: bool) -> Edges:
    def edges(rng: Random) -> list[Args]:
        value = float(rng.randint(5, 30))
        if flat:
            return [
                _table(target=[1.0, 2.0, value]),
                _table(a=[value] * 3, target=[1.0, 2.0, 4.0]),
                _table(a=[2.0] * 4, b=[1.0, value, 0.0, 3.0], target=[1.0, 2.0, 4.0, 3.0]),
                _table(b=[1.0, 2.0, value], c=[0.0] * 3, target=[1.0, 4.0, 2.0]),
                _table(
                    a=[1.0, value, 2.0, 0.0], b=[0.0, 1.0, 0.0, 1.0], target=[2.0, 5.0, 3.0, 6.0]
                ),
            ]
        return [
            _table(a=[1.0, 2.0, value], b=[3.0, 2.0, 1.0], target=[1.0, 2.0, 3.0]),
            _table(target=[4.0, 1.0, 2.0], z=[value, 1.0, 2.0]),
            _table(a=[1.0, 2.0, 2.0], target=[1.0, 2.0, 3.0], b=[1.0, 2.0, value]),
        ]

    return edges


edges = _strongest_edges(flat=False)
edges_level_2 = _strongest_edges(flat=True)


def oracle(df: pd.DataFrame) -> object:
    return max(_strengths(df), key=_strengths(df).__getitem__, default="")
