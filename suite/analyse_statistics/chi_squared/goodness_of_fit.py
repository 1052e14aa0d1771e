"""Return the chi-squared statistic of counts against shares."""

from random import Random

from scipy import stats

from parelha.tasks.draws import Args


def goodness_of_fit(observed: list[int], shares: list[float]) -> float:
    """Return the chi-squared statistic of counts against shares."""
    total = sum(observed)
    pairs = zip(observed, shares)
    return sum((o - s * total) ** 2 / (s * total) for o, s in pairs)


def goodness_of_fit_level_2(observed: list[int], shares: list[float]) -> float:
    """Return the chi-squared statistic of counts against shares."""
    total = sum(observed)
    statistic = 0.0
    for count, share in zip(observed, shares):
        if share > 0 and total > 0:
            statistic += (count - share * total) ** 2 / (share * total)
        elif count > 0:
            return float("inf")
    return statistic


def ordinary(rng: Random, size: int) -> Args:
    """Counts, and expected shares in tenths that sum to one."""
    number = min(size, 6)
    tenths = [1] * number
    for _ in range(10 - number):
        tenths[rng.randrange(number)] += 1
    return [rng.randint(0, 40) for _ in range(number)], [count / 10 for count in tenths]


def edges(rng: Random) -> list[Args]:
    return [
        ([0, rng.randint(1, 30)], [0.5, 0.5]),
        ([30, 10], [0.75, 0.25]),
        ([0, 0, 1, rng.randint(2, 9)], [0.1, 0.2, 0.3, 0.4]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([0, 0], [0.5, 0.5]),
        ([rng.randint(1, 9), 0, 5], [0.5, 0.0, 0.5]),
        ([4, rng.randint(1, 9), 5], [0.5, 0.0, 0.5]),
        ([rng.randint(2, 9), 1], [1.0, 0.0]),
    ]


def oracle(observed: list[int], shares: list[float]) -> object:
    pairs = [(o, share) for o, share in zip(observed, shares, strict=True) if share or o]
    if not sum(observed):
        return 0.0
    if any(share == 0 for _, share in pairs):
        return float("inf")
    total = sum(observed)
    return float(stats.chisquare([o for o, _ in pairs], [s * total for _, s in pairs]).statistic)


def mistake_not_divided(observed: list[int], shares: list[float]) -> float:
    return sum((o - s * sum(observed)) ** 2 for o, s in zip(observed, shares))
