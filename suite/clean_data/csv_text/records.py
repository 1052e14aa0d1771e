"""Return the lines of a table as dictionaries."""

import io
from random import Random

import pandas as pd

from parelha.tasks.draws import Args

from ._shared import headed


def records(table: str) -> list[dict[str, str]]:
    """Return the lines of a table as dictionaries."""
    head, *lines = [line.split(",") for line in table.splitlines()]
    return [dict(zip(head, line)) for line in lines]


def records_level_2(table: str) -> list[dict[str, str]]:
    """Return the lines of a table as dictionaries."""
    useful = [line for line in table.splitlines() if line.strip()]
    rows = [line.split(",") for line in useful if line[0] != "#"]
    head, *lines = [[cell.strip() for cell in row] for row in rows]
    return [dict(zip(head, line)) for line in lines]


ordinary = headed


def edges(rng: Random) -> list[Args]:
    return [
        ("a,b",),
        (f"a\n{rng.randint(1, 9)}\nx",),
        (f"n,m\n,\n1,{rng.randint(1, 9)}",),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (f"# from the till\na, b\n1 , {rng.randint(1, 9)}",),
        (f"\n  \na,b\n\n x y ,2\n# end, 7\n3,{rng.randint(1, 9)}\n",),
        (f"a,#b\n1,#{rng.randint(1, 9)}",),
    ]


def oracle(table: str) -> object:
    lines = [line for line in table.split("\n") if line.strip() and not line.startswith("#")]
    frame = pd.read_csv(io.StringIO("\n".join(lines)), dtype="str", keep_default_na=False)
    return [
        {str(name).strip(): str(cell).strip() for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def mistake_fixed_header(table: str) -> list[dict[str, str]]:
    return [dict(zip("abc", r.split(","))) for r in table.split("\n")[1:]]
