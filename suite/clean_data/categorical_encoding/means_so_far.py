"""Return each row's smoothed mean of the earlier rows of its label."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import Args


def encode(ads: list[str], clicked: np.ndarray, weight: float) -> np.ndarray:
    """Return each row's smoothed mean of the earlier rows of its label."""
    if not ads:
        return np.zeros(0)
    extra = weight * float(clicked.mean())
    seen: dict[str, tuple[float, int]] = {}
    codes = []
    for ad, target in zip(ads, clicked.tolist()):
        total, count = seen.get(ad, (0.0, 0))
        codes.append((total + extra) / (count + weight))
        seen[ad] = (total + target, count + 1)
    return np.array(codes)


def ordinary(rng: Random, size: int) -> Args:
    ads = [f"ad{rng.randrange(max(2, size // 30))}" for _ in range(size)]
    clicked = np.array([float(rng.random() < 0.3) for _ in range(size)], dtype=np.float64)
    return ads, clicked, float(rng.randint(1, 10))


def edges(rng: Random) -> list[Args]:
    return [
        ([], np.array([], dtype=np.float64), 1.0),
        (["a"], np.array([1.0]), float(rng.randint(1, 9))),
        (["a", "a", "a"], np.array([1.0, 0.0, 1.0]), float(rng.randint(1, 9))),
        (["a", "b", "A", "b"], np.array([0.0, 1.0, 0.0, 0.0]), 0.5),
        (list("abcab"), np.zeros(5), float(rng.randint(1, 9))),
    ]


def oracle(ads: list[str], clicked: np.ndarray, weight: float) -> object:
    column = pd.Series(clicked, dtype=float)
    prior = float(column.mean()) if len(column) else 0.0
    groups = column.groupby(pd.Series(ads, dtype=object))
    earlier, count = groups.cumsum() - column, groups.cumcount()
    return ((earlier + weight * prior) / (count + weight)).to_numpy(dtype=float)
