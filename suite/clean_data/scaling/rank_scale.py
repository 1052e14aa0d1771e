"""Return the values on the scale of their ranks from 0 to 1."""

from random import Random

from scipy.stats import rankdata

from parelha.tasks.draws import Args, sprinkle


def rank_scale(values: list[float | None]) -> list[float | None]:
    """Return the values on the scale of their ranks from 0 to 1."""
    known = sorted(value for value in values if value is not None)
    if len(known) == 1:
        return [None if value is None else 0.5 for value in values]
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, value in enumerate(known):
        first.setdefault(value, place)
        last[value] = place
    top = 2 * (len(known) - 1)
    return [
        None if value is None else (first[value] + last[value]) / top
        for value in values
    ]


def ordinary(rng: Random, size: int) -> Args:
    scores = [float(rng.randint(0, max(2, size // 2))) for _ in range(size)]
    return (sprinkle(rng, scores, None, 3),)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None, None],),
        ([None, float(rng.randint(1, 9))],),
        ([3.0, 3.0, 3.0, None],),
        ([float(rng.randint(2, 9)), 1.0],),
        ([2.0, 1.0, 2.0, -1.0, None, float(rng.randint(2, 9))],),
    ]


def oracle(values: list[float | None]) -> object:
    known = [value for value in values if value is not None]
    ranks = iter((rankdata(known) - 1.0) / max(len(known) - 1, 1))
    single = len(known) == 1
    return [None if v is None else (0.5 if single else float(next(ranks))) for v in values]
