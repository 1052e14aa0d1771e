"""Return the codes in a raw list with their counts, commonest first."""

from collections import Counter
from random import Random

from parelha.tasks.draws import Args


def code_counts(raw: list[object]) -> list[tuple[int, int]]:
    """Return the codes in a raw list with their counts, commonest first."""
    counts: Counter[int] = Counter()
    for item in raw:
        try:
            number = float(str(item))
        except ValueError:
            continue
        if number.is_integer():
            counts[int(number)] += 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def ordinary(rng: Random, size: int) -> Args:
    top = max(3, size // 20)
    raw: list[object] = []
    for _ in range(size):
        code = rng.randint(-2, top)
        raw.append(rng.choice([code, float(code), str(code), f" {code}", f"{code}.0"]))
    for odd in (None, True, False, "?", "", 0.5, "1.5"):
        raw.insert(rng.randint(0, len(raw)), odd)
    return (raw,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None, True, False, "x", ""],),
        ([1, True, "1", 1.0, "True", rng.randint(2, 9)],),
        (["10", 9, "9.0", 10.0, " 2 "],),
        ([-3, "-3", 0, "-0.0", 0.5],),
        ([rng.randint(1, 3) for _ in range(40)],),
    ]
