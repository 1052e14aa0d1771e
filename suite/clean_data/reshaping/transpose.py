"""Return the columns of a table."""

from itertools import zip_longest
from random import Random

from parelha.tasks.draws import Args, numbers


def columns(rows: list[list[float]]) -> list[list[float]]:
    """Return the columns of a table."""
    return [list(column) for column in zip(*rows)]


def columns_level_2(rows: list[list[float]]) -> list[list[float | None]]:
    """Return the columns of a table."""
    width = max((len(row) for row in rows), default=0)
    return [
        [row[place] if place < len(row) else None for row in rows]
        for place in range(width)
    ]


def ordinary(rng: Random, size: int) -> Args:
    width = rng.randint(1, 4)
    return ([numbers(rng, width) for _ in range(max(2, size // 3))],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([numbers(rng, 3)],),
        ([[value] for value in numbers(rng, 3)],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([numbers(rng, 2), numbers(rng, 1), numbers(rng, 3)],),
        ([[], numbers(rng, 2)],),
        ([[], []],),
    ]


def oracle(rows: list[list[float]]) -> object:
    return [list(column) for column in zip_longest(*rows)]


def mistake_upside_down(rows: list[list[float]]) -> list[list[float]]:
    return [list(c) for c in zip(*rows)][::-1]


def mistake_cuts_at_the_shortest_level_2(rows: list[list[float]]) -> list[list[float | None]]:
    return [list(c) for c in zip(*rows)]
