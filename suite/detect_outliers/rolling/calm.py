"""Return where the longest calm stretch begins, and its length."""

import math
from collections import deque
from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import FloatArray, walk


def calmest(noise: np.ndarray, span: float) -> tuple[int, int]:
    """Return where the longest calm stretch begins, and its length."""
    # Indices whose samples fall, and rise: their heads are the extremes.
    highs: deque[int] = deque()
    lows: deque[int] = deque()
    start = best = length = 0
    for i, sample in enumerate(noise.tolist()):
        if np.isnan(sample):
            highs.clear()
            lows.clear()
            start = i + 1
            continue
        while highs and noise[highs[-1]] <= sample:
            highs.pop()
        while lows and noise[lows[-1]] >= sample:
            lows.pop()
        highs.append(i)
        lows.append(i)
        while noise[highs[0]] - noise[lows[0]] > span:
            start += 1
            if highs[0] < start:
                highs.popleft()
            if lows[0] < start:
                lows.popleft()
        if i + 1 - start > length:
            best, length = start, i + 1 - start
    return best, length


def ordinary(rng: Random, size: int) -> Args:
    return (
        np.array(walk(rng, size, spikes=0.01, gaps=0.005)),
        float(rng.randint(4, 9)),
    )


def edges(rng: Random) -> list[Args]:
    return [
        (np.array(values, dtype=np.float64), span)
        for values, span in (
            ([], 1.0),
            ([math.nan, math.nan], float(rng.randint(1, 3))),
            ([1.0, 2.0, math.nan, 1.0, 2.0, 2.0, float(rng.randint(9, 20))], 1.0),
            ([float(rng.randint(1, 9))] * 5 + [50.0] + [3.0] * 5, 0.0),
            ([1.0, 4.0, 2.0, 5.0, 3.0, 6.0, float(rng.randint(5, 6))], 3.0),
            ([9.0, 1.0, 8.0, 2.0, 7.0, 3.0, float(rng.randint(5, 6))], 5.0),
        )
    ]


def oracle(noise: FloatArray, span: float) -> object:
    best, length = 0, 0
    for start in range(len(noise)):
        if start + length + 1 > len(noise):
            break
        low = np.minimum.accumulate(noise[start:])
        calm = np.maximum.accumulate(noise[start:]) - low <= span
        run = len(calm) if calm.all() else int(np.argmin(calm))
        if run > length:
            best, length = start, run
    return best, length
