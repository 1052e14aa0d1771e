"""Return postal codes as texts of five digits."""

from random import Random

from parelha.tasks.draws import Args


def to_postal(codes: list[int]) -> list[str]:
    """Return postal codes as texts of five digits."""
    return [f"{code:05d}" for code in codes]


def to_postal_level_2(codes: list[int | None]) -> list[str]:
    """Return postal codes as texts of five digits."""
    texts = []
    for code in codes:
        known = code is not None and 0 <= code <= 99999
        texts.append(f"{code:05d}" if known else "")
    return texts


def ordinary(rng: Random, size: int) -> Args:
    return ([rng.randint(0, 10 ** rng.randint(1, 5) - 1) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [([],), ([0],), ([99999, 10000, 9999],), ([7, rng.randint(1, 99)],)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([None, 0, None],),
        ([100000, 99999, rng.randint(200000, 999999)],),
        ([-1, -rng.randint(2, 99), 1, 0],),
    ]


def mistake_pads_at_the_end(codes: list[int]) -> list[str]:
    return [str(code).ljust(5, "0") for code in codes]
