"""Return how many numbers repeated clipping removes, and the mean."""

from random import Random
from statistics import fmean, pstdev

import numpy as np
from scipy import stats

from parelha.tasks.draws import Args, with_outliers


def clip(texts: list[str], k: float) -> tuple[int, float]:
    """Return how many numbers repeated clipping removes, and the mean."""
    numbers = []
    for note in texts:
        if note.strip().removeprefix("-").isdecimal():
            numbers.append(int(note))
    if not numbers:
        return 0, 0.0
    rest, before = numbers, 0
    while len(rest) != before:
        before = len(rest)
        centre, reach = fmean(rest), k * pstdev(rest)
        rest = [v for v in rest if abs(v - centre) <= reach]
    return len(numbers) - len(rest), fmean(rest)


def ordinary(rng: Random, size: int) -> Args:
    """Texts of whole numbers, some with blanks, some unreadable."""
    values = with_outliers(rng, max(size, 5), 1 + size // 15)
    noted = [
        f"{' ' * rng.randint(0, 2)}{round(value)}{' ' * rng.randint(0, 1)}" for value in values
    ]
    for _ in range(size // 12):
        noted.insert(rng.randint(0, len(noted)), rng.choice(("", "n/a", "?", " ")))
    return noted, rng.choice((1.8003, 2.2007, 2.5003))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 2.0),
        (["", "x", " - "], rng.uniform(1.0, 2.0)),
        ([f" {rng.randint(1, 99)} "] * 4, 1.5003),
        (["7", "n/a", f"-{rng.randint(10, 99)}", "7 ", " 7", "7", "7", "7"], 2.0003),
        # The second outlier shows only when the first is gone.
        (["10", "11", "9", "10", "11", "9", "10", "30", f"{rng.randint(700, 900)}"], 2.0003),
        (["-1", "-2", "-1", "-2", "-1", "-2", f"{rng.randint(20, 40)}"], 2.2007),
    ]


def oracle(texts: list[str], k: float) -> object:
    numbers = [float(note) for note in texts if any(letter.isdigit() for letter in note)]
    if not numbers:
        return 0, 0.0
    kept = stats.sigmaclip(numbers, low=k, high=k).clipped if np.ptp(numbers) else numbers
    return len(numbers) - len(kept), float(np.mean(kept))
