"""Return the sum of a named column of a table."""

import io
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import headed


def column_sum(table: str, column: str) -> float:
    """Return the sum of a named column of a table."""
    head, *rows = [line.split(",") for line in table.splitlines()]
    place = head.index(column)
    return sum((float(row[place]) for row in rows), 0.0)


def column_sum_level_2(table: str, column: str) -> float:
    """Return the sum of a named column of a table."""
    lines = table.splitlines()
    separator = ";" if ";" in lines[0] else ","
    head, *rows = [line.split(separator) for line in lines]
    total = 0.0
    for row in rows:
        try:
            total += float(row[head.index(column)])
        except ValueError:
            continue
    return total


def ordinary(rng: Random, size: int) -> Args:
    return (*headed(rng, size), rng.choice(["units", "price"]))


def edges(rng: Random) -> list[Args]:
    return [
        ("a,b", "b"),
        (f"a,b\n1,{rng.randint(2, 99)}\n3,-4.5", "b"),
        (f"unit,units\n{rng.randint(1, 9)},20", "units"),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (f"a;b\nx,y;{rng.randint(1, 9)}\nz;2.5", "b"),
        (f"a,b\n1,\n2,n/a\n3,{rng.randint(1, 9)}", "b"),
        (f"b;a\n;x\n{rng.randint(1, 9)};n/a\n1 kg;2", "b"),
    ]


def oracle(table: str, column: str) -> object:
    separator = ";" if ";" in table.partition("\n")[0] else ","
    frame = pd.read_csv(io.StringIO(table), sep=separator)
    return float(pd.to_numeric(frame[column], errors="coerce").astype(float).sum())


def mistake_no_gaps(table: str, column: str) -> float:
    return sum(float(line.split(",")[-1]) for line in table.splitlines()[1:])
