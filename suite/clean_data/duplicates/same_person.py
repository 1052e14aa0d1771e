"""Return the number of the person behind each record."""

from random import Random

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parelha.tasks.draws import Args


def persons(records: list[tuple[str, str]]) -> list[int]:
    """Return the number of the person behind each record."""
    links: dict[tuple[int, str], list[int]] = {}
    for place, record in enumerate(records):
        for trait in enumerate(record):
            if trait[1]:
                links.setdefault(trait, []).append(place)
    numbers = [-1] * len(records)
    count = 0
    for start in range(len(records)):
        if numbers[start] >= 0:
            continue
        waiting = [start]
        while waiting:
            place = waiting.pop()
            numbers[place] = count
            for trait in enumerate(records[place]):
                waiting += links.pop(trait, [])
        count += 1
    return numbers


def ordinary(rng: Random, size: int) -> Args:
    pool = max(3, size)
    records: list[tuple[str, str]] = []
    for _ in range(size):
        mail, phone = f"m{rng.randrange(pool)}", f"{rng.randrange(pool)}"
        records.append((rng.choice([mail, ""]), rng.choice([phone, phone, ""])))
    if size > 400:  # a long chain, on which naive merging takes quadratic time
        chain = [(f"c{number // 2}", f"c{(number + 1) // 2}") for number in range(size // 3)]
        rng.shuffle(chain)
        records[: len(chain)] = chain
    return (records,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("", ""), ("", ""), ("a", "")],),
        ([("a", "1"), ("b", "2"), ("a", "3"), ("c", "3"), ("c", f"{rng.randint(4, 9)}")],),
        ([("1", "2"), ("2", "1"), ("", "1"), ("2", "")],),
        ([("a", ""), ("b", "7"), ("", "7"), ("a", "7"), ("z", f"{rng.randint(8, 9)}")],),
        ([("b", "1"), ("a", "2"), ("a", "1"), ("A", ""), ("", f"{rng.randint(1, 3)}")],),
    ]


def oracle(records: list[tuple[str, str]]) -> object:
    if not records:
        return []
    starts, ends = [], []
    for column in (0, 1):
        seen: dict[str, int] = {}
        for place, record in enumerate(records):
            if record[column]:
                starts.append(seen.setdefault(record[column], place))
                ends.append(place)
    shape = (len(records), len(records))
    graph = coo_array(
        (np.ones(len(starts)), (np.array(starts, dtype=int), np.array(ends, dtype=int))),
        shape=shape,
    )
    return [int(group) for group in pd.factorize(connected_components(graph)[1])[0]]
