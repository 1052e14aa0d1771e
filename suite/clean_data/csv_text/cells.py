"""Return the cells of a comma-separated text."""

import csv
import io
from random import Random

from parelha.tasks.draws import Args

from ._shared import draw_lines


def cells(document: str) -> list[list[str]]:
    """Return the cells of a comma-separated text."""
    return [line.split(",") for line in document.splitlines()]


def cells_level_2(document: str) -> list[list[str]]:
    """Return the cells of a comma-separated text."""
    return list(csv.reader(io.StringIO(document, newline="")))


def ordinary(rng: Random, size: int) -> Args:
    return ("\n".join(draw_lines(rng, size)) + rng.choice(["", "\n"]),)


def edges(rng: Random) -> list[Args]:
    return [("",), (f"a,,{rng.randint(1, 9)}\n,,",), ("one",), ("a b, c\n1,2",)]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (f'"a,b",{rng.randint(1, 9)}\nc,"d"',),
        ('"say ""hi""",x\n"",y',),
        (f'"two\nlines",{rng.randint(1, 9)}\nz,w\n',),
    ]


def oracle(document: str) -> object:
    return list(csv.reader(io.StringIO(document, newline="")))


def mistake_one_line(document: str) -> list[list[str]]:
    return [document.split(",")]


def mistake_no_quotes_level_2(document: str) -> list[list[str]]:
    return [line.split(",") for line in document.splitlines()]
