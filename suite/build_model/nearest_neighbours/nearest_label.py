"""Return the label of the training point nearest to the query."""

from random import Random

from parelha.tasks.draws import Args

from ._shared import draw_labels, draw_query, even_numbers, near_to_far


def classify(xs: list[float], labels: list[str], query: float) -> str:
    """Return the label of the training point nearest to the query."""
    pairs = zip(xs, labels)
    return min(pairs, key=lambda pair: abs(pair[0] - query))[1]


def classify_level_2(xs: list[float], labels: list[str], query: float) -> str:
    """Return the label of the training point nearest to the query."""
    if not xs:
        return ""
    pairs = zip(xs, labels)
    return min(pairs, key=lambda pair: abs(pair[0] - query))[1]


def ordinary(rng: Random, size: int) -> Args:
    return even_numbers(rng, size), draw_labels(rng, size), draw_query(rng)


def edges(rng: Random) -> list[Args]:
    return [
        ([rng.randint(1, 9) * 2.0], ["only"], -50.0),
        ([4.0, -2.0, 6.0], ["a", "b", "c"], -2.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], [], 1.0),
        ([8.0, 2.0], ["z", "a"], 5.0),
        ([3.0, 3.0, 3.0], ["b", "c", "a"], float(rng.randint(1, 9))),
    ]


def oracle(xs: list[float], labels: list[str], query: float) -> object:
    return labels[int(near_to_far(xs, query)[0])] if xs else ""


def mistake_signed_distance(xs: list[float], labels: list[str], query: float) -> str:
    return min(zip(xs, labels), key=lambda p: p[0] - query)[1]
