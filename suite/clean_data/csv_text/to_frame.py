"""Return the table as a DataFrame of floats."""

import io
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def read(document: str) -> pd.DataFrame:
    """Return the table as a DataFrame of floats."""
    return pd.read_csv(io.StringIO(document), dtype="float64")


def read_level_2(document: str) -> pd.DataFrame:
    """Return the table as a DataFrame of floats."""
    source, failed = io.StringIO(document), ["-", "?"]
    return pd.read_csv(source, dtype="float64", na_values=failed)


def ordinary(rng: Random, size: int) -> Args:
    rows = [
        f"{rng.uniform(-5.0, 40.0):.1f},{rng.uniform(20.0, 90.0):.1f}"
        for _ in range(max(2, size // 2))
    ]
    return ("temperature,humidity\n" + "\n".join(rows),)


def edges(rng: Random) -> list[Args]:
    return [
        ("x,y",),
        (f"x\n{rng.randint(1, 9)}\n2",),
        (f"y,x\n1,0.5\n-2,{rng.randint(1, 9)}e1",),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (f"x,y\n-,{rng.randint(1, 9)}\n?,-2",),
        (f"x,y\n,{rng.randint(1, 9)}\n1,\n\n\n",),
        (f"a,b,c\n?,-,\n-1,?,{rng.randint(1, 9)}",),
    ]


def oracle(document: str) -> object:
    head, *lines = document.split("\n")
    names = head.split(",")
    columns: dict[str, list[float | None]] = {name: [] for name in names}
    for line in filter(None, lines):
        cells = line.split(",")
        for name, cell in zip(names, cells, strict=True):
            columns[name].append(None if cell.strip() in ("", "-", "?") else float(cell))
    return pd.DataFrame({name: pd.Series(c, dtype="float64") for name, c in columns.items()})
