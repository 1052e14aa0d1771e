"""Duplicates: of sales, of codes, of corrections appended later."""

from random import Random

from parelha.tasks.draws import Args


def draw_codes(rng: Random, size: int) -> Args:
    return ([rng.randint(1, max(2, size // 2)) for _ in range(size)],)


def code_edges(rng: Random) -> list[Args]:
    code = rng.randint(1, 99)
    return [([],), ([code],), ([code] * 5,), ([3, 2, 1, code + 3],), ([0, -1, 0, -1, code],)]


def unknown_edges(rng: Random) -> list[Args]:
    return [
        ([None, None],),
        ([5, None, 5, rng.randint(6, 9), None, 5],),
        ([None, 0, -4, 0, -4],),
    ]
