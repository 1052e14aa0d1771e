"""Return the correlation of x and y with z held fixed."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args

from ._shared import NAN


def partial(df: pd.DataFrame) -> float:
    """Return the correlation of x and y with z held fixed."""
    rows = df.dropna().drop_duplicates()
    if len(rows) < 4:
        return float("nan")
    a = float(rows["x"].corr(rows["y"]))
    b = float(rows["x"].corr(rows["z"]))
    c = float(rows["y"].corr(rows["z"]))
    return float((a - b * c) / ((1 - b**2) * (1 - c**2)) ** 0.5)


def _rows(rows: list[list[float]]) -> Args:
    columns = {name: [row[k] for row in rows] for k, name in enumerate("xyz")}
    return (pd.DataFrame(columns, dtype=float),)


def ordinary(rng: Random, size: int) -> Args:
    z = [float(rng.randint(0, 50)) for _ in range(size)]
    x = [round(0.5 * value + rng.gauss(0.0, 8.0), 1) for value in z]
    y = [round(0.3 * a - 0.8 * b + rng.gauss(0.0, 8.0), 1) for a, b in zip(x, z, strict=True)]
    rows = [list(row) for row in zip(x, y, z, strict=True)]
    for place in rng.sample(range(size), size // 8):
        rows[place][rng.randrange(3)] = NAN
    rows += [rows[rng.randrange(size)] for _ in range(size // 6)]
    return _rows([*rows, *([float(k), float(k * k % 7), float(k % 3)] for k in range(4))])


def edges(rng: Random) -> list[Args]:
    return [
        _rows([]),
        _rows([[1.0, 2.0, 3.0]] * 5),
        _rows([[1.0, 2.0, 3.0], [2.0, 5.0, 1.0], [4.0, float(rng.randint(1, 9)), 0.0]]),
        _rows(
            [
                [1.0, 3.0, 0.0],
                [2.0, 1.0, 4.0],
                [7.0, float(rng.randint(5, 9)), 2.0],
                [3.0, 4.0, 1.0],
            ]
        ),
        _rows(
            [
                [1.0, 9.0, 2.0],
                [2.0, 4.0, NAN],
                [5.0, 1.0, 3.0],
                [float(rng.randint(6, 9)), 2.0, 0.0],
            ]
        ),
        _rows(
            [
                [0.0, 1.0, 0.0],
                *[[float(k), float(k * k % 5), float(rng.randint(0, 9))] for k in range(6)],
            ]
        ),
    ]


def oracle(df: pd.DataFrame) -> object:
    kept = {tuple(row) for row in df.to_numpy().tolist() if np.isfinite(row).all()}
    table = np.array(sorted(kept), dtype=float).reshape(-1, 3)
    if len(table) < 4:
        return NAN
    design = np.column_stack([np.ones(len(table)), table[:, 2]])
    left, right = (
        table[:, k] - design @ np.linalg.lstsq(design, table[:, k], rcond=None)[0] for k in (0, 1)
    )
    return float(left @ right / np.sqrt((left @ left) * (right @ right)))
