"""Return the cut with the largest information gain, and the gain."""

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from random import Random

from sklearn.metrics import mutual_info_score

from parelha.tasks.draws import Args


def best_cut(values: list[float], classes: list[str]) -> tuple[float, float]:
    """Return the cut with the largest information gain, and the gain."""
    def bits(tally: Iterable[int]) -> float:
        counts = [count for count in tally if count > 0]
        # The entropy times the number of entries.
        return sum(c * math.log2(sum(counts) / c) for c in counts)

    pairs = zip(values, classes)
    line = sorted(pair for pair in pairs if not math.isnan(pair[0]))
    yes, no = Counter[str](), Counter(name for _, name in line)
    whole = bits(no.values())
    best = (0.0, 0.0)
    for place, (value, name) in enumerate(line[:-1], start=1):
        yes[name] += 1
        no[name] -= 1
        after = line[place][0]
        if after > value:
            rest = bits(yes.values()) + bits(no.values())
            gain = (whole - rest) / len(line)
            if best[1] + 1e-9 < gain or best == (0.0, 0.0):
                best = ((value + after) / 2, gain)
    return best


NAN = math.nan


def ordinary(rng: Random, size: int) -> Args:
    """Values with gaps, and classes that change somewhere along the line."""
    values = [float(value) for value in rng.choices(range(60), k=size)]
    cut = rng.randint(15, 45)
    classes = ["p" if value < cut else "q" for value in values]
    for place in rng.sample(range(size), size // 4):
        classes[place] = rng.choice("pqr")
    for place in rng.sample(range(size), size // 10):
        values[place] = NAN
    return values, classes


def edges(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([4.0, 4.0, NAN], ["p", "q", rng.choice("pq")]),
        ([2.0, 1.0, 3.0, 4.0], ["p", "p", "q", rng.choice("qr")]),
        ([1.0, 2.0, 9.0, NAN], ["p", "q", "p", rng.choice("pq")]),
        ([5.0, float(rng.randint(6, 9)), 3.0], ["p", "p", "p"]),
        ([3.0, 8.0, 1.0, 2.0], ["p", "q", "p", rng.choice("pr")]),
    ]


def _gains(values: list[float], classes: list[str]) -> dict[float, float]:
    """Information gain in bits of each cut, the midpoints between neighbouring values."""
    pairs = [(v, c) for v, c in zip(values, classes, strict=True) if not math.isnan(v)]
    line = sorted({value for value, _ in pairs})
    names = [name for _, name in pairs]
    return {
        (low + high) / 2: float(
            mutual_info_score(names, [str(value <= low) for value, _ in pairs]) / math.log(2)
        )
        for low, high in pairwise(line)
    }


def oracle(values: list[float], classes: list[str]) -> object:
    gains = _gains(values, classes)
    if not gains:
        return (0.0, 0.0)
    best = max(sorted(gains), key=lambda cut: round(gains[cut], 9))
    return (best, gains[best])
