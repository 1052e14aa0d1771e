"""Return how many values lie too low and how many too high."""

from ._shared import drawn, easy_edges, on_limit, z_scores


def count_unusual(readings: list[float]) -> tuple[int, int]:
    """Return how many values lie too low and how many too high."""
    mean = sum(readings) / len(readings)
    variance = sum((x - mean) ** 2 for x in readings) / len(readings)
    reach = 1.5 * variance**0.5
    low = sum(x < mean - reach for x in readings)
    high = sum(x > mean + reach for x in readings)
    return low, high


def count_unusual_level_2(readings: list[float]) -> tuple[int, int]:
    """Return how many values lie too low and how many too high."""
    if not readings or max(readings) == min(readings):
        return 0, 0
    mean = sum(readings) / len(readings)
    variance = sum((x - mean) ** 2 for x in readings) / len(readings)
    reach = 1.5 * variance**0.5
    low = sum(x < mean - reach for x in readings)
    high = sum(x > mean + reach for x in readings)
    return low, high


ordinary = drawn(1.5, 5)
edges = easy_edges(1.5)
edges_level_2 = on_limit(*[0] * 4, *[13] * 9)


def oracle(values: list[float]) -> object:
    scores = z_scores(values)
    return (int((scores < -1.5).sum()), int((scores > 1.5).sum()))
