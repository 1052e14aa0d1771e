"""Return the ids of the rows whose parent does not exist."""

from random import Random

from parelha.tasks.draws import Args


def orphans(rows: list[dict[str, int]], parents: list[int]) -> list[int]:
    """Return the ids of the rows whose parent does not exist."""
    return [row["id"] for row in rows if row["parent"] not in parents]


def orphans_level_2(rows: list[dict[str, int | None]], parents: list[int]) -> object:
    """Return the ids of the rows whose parent does not exist."""
    known = {None, *parents}
    broken = [row for row in rows if row["parent"] not in known]
    return [row["id"] for row in broken if row["parent"] != row["id"]]


def ordinary(rng: Random, size: int) -> Args:
    known = rng.sample(range(1, 30), 6)
    pool = [*known, *rng.sample(range(30, 40), 2)]
    return [{"id": n, "parent": rng.choice(pool)} for n in range(1, size + 1)], known


def edges(rng: Random) -> list[Args]:
    return [
        ([], [1]),
        ([{"id": 1, "parent": 1}, {"id": 2, "parent": rng.randint(2, 9)}], [1]),
        ([{"id": 9, "parent": 0}, {"id": 3, "parent": -1}], []),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([{"id": 1, "parent": None}, {"id": 2, "parent": rng.randint(3, 9)}], [1]),
        ([{"id": 5, "parent": 5}, {"id": 6, "parent": 5}], [rng.randint(1, 4)]),
        ([{"id": 7, "parent": None}, {"id": 0, "parent": 0}], []),
    ]
