"""Return the index of the place nearest to a point."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args

from ._shared import draw_query, even_numbers


def find(places: list[tuple[float, float]], here: tuple[float, float]) -> int:
    """Return the index of the place nearest to a point."""
    distances = [(x - here[0]) ** 2 + (y - here[1]) ** 2 for x, y in places]
    return distances.index(min(distances))


def find_level_2(places: list[tuple[float, float]], here: tuple[float, float]) -> int:
    """Return the index of the place nearest to a point."""
    if not places:
        return -1
    distances = [(x - here[0]) ** 2 + (y - here[1]) ** 2 for x, y in places]
    return distances.index(min(distances))


def ordinary(rng: Random, size: int) -> Args:
    xs, ys = even_numbers(rng, size), even_numbers(rng, size)
    return list(zip(xs, ys, strict=True)), (draw_query(rng), draw_query(rng) + 0.1)


def edges(rng: Random) -> list[Args]:
    return [
        ([(0.0, float(rng.randint(1, 9)))], (5.0, 5.0)),
        ([(0.0, 5.0), (3.0, 3.0), (4.0, 4.0)], (0.0, 0.0)),
        ([(-1.0, -1.0), (9.0, 9.0), (-3.0, -2.0)], (-3.0, -2.0)),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], (0.0, float(rng.randint(1, 9)))),
        ([(9.0, 9.0), (0.0, 5.0), (5.0, 0.0)], (0.0, 0.0)),
        ([(2.0, 2.0)] * 3, (float(rng.randint(1, 9)), 1.0)),
    ]


def oracle(places: list[tuple[float, float]], here: tuple[float, float]) -> object:
    if not places:
        return -1
    return int(np.argmin(np.linalg.norm(np.asarray(places) - np.asarray(here), axis=1)))
