"""Return the rows as comma-separated text."""

import csv
import io
from random import Random

from parelha.tasks.draws import Args


def written(rows: list[list[str]]) -> str:
    """Return the rows as comma-separated text."""
    return "".join(",".join(row) + "\n" for row in rows)


def written_level_2(rows: list[list[str]]) -> str:
    """Return the rows as comma-separated text."""
    lines = []
    for row in rows:
        line = []
        for cell in row:
            if any(sign in cell for sign in ',"\n'):
                cell = '"' + cell.replace('"', '""') + '"'
            line.append(cell)
        lines.append(",".join(line) + "\n")
    return "".join(lines)


def ordinary(rng: Random, size: int) -> Args:
    words = ("milk", "tea", "rice", "pão", "")
    width = rng.randint(2, 3)
    return ([[rng.choice(words) for _ in range(width)] for _ in range(max(2, size // 2))],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([["a", str(rng.randint(1, 9))]],),
        ([["", ""], ["x y", " z "]],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([["a,b", str(rng.randint(1, 9))], ["c", "d,"]],),
        ([['say "hi"', "x"], ['"', f"{rng.randint(1, 9)}"]],),
        ([["two\nlines", " y "], ["'", f'a,"{rng.randint(1, 9)}"\n']],),
    ]


def oracle(rows: list[list[str]]) -> object:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(rows)
    return out.getvalue()


def mistake_no_quoting(rows: list[list[str]]) -> str:
    return "\n".join(",".join(row) for row in rows)
