"""Return the repaired lines of an export as dictionaries."""

from random import Random

from parelha.tasks.draws import Args


def repaired(export: str) -> list[dict[str, str]]:
    """Return the repaired lines of an export as dictionaries."""
    plain_text = export.removeprefix("\ufeff").replace("\r\n", "\n")
    first, *lines = plain_text.split("\n")
    mark = max(",;\t|", key=first.count)
    counts: dict[str, int] = {}
    names = []
    for name in first.split(mark):
        plain = name.strip().lower()
        counts[plain] = counts.get(plain, 0) + 1
        repeat = counts[plain]
        names.append(plain if repeat == 1 else f"{plain}_{repeat}")
    rows = []
    for line in lines:
        cells = [cell.strip() for cell in line.split(mark)]
        if any(cells):
            cells += [""] * len(names)
            rows.append(dict(zip(names, cells)))
    return rows


_SEPARATORS = (",", ";", "\t", "|")


def ordinary(rng: Random, size: int) -> Args:
    mark = rng.choice(_SEPARATORS)
    lines = [mark.join(["Name", " Town ", "name", "Note"])]
    for number in range(size):
        cells = [f"n{number}", rng.choice(["Porto", "", " Faro "]), f"x{rng.randint(1, 9)}", "ok"]
        cells = cells[: rng.choice([4, 4, 4, 3, 2])] + ["spare"] * rng.choice([0, 0, 1])
        lines.append(mark.join(cells) if rng.random() < 0.9 else rng.choice(["", mark * 3, "  "]))
    return (rng.choice(["", "\ufeff"]) + rng.choice(["\n", "\r\n"]).join(lines),)


def edges(rng: Random) -> list[Args]:
    return [
        ("a,b",),
        (f"\ufeffA;a;A\r\n1;2;{rng.randint(3, 9)}\r\n",),
        (f"x\ty\n1\n\n \t \n2\t3\t{rng.randint(4, 9)}",),
        (f"name|age\nAna, Bia|{rng.randint(1, 99)}\n|\n|7",),
        (f" Total , total,TOTAL ,n\n,,,\n , ,{rng.randint(1, 9)}",),
        (f"only\n{rng.randint(1, 9)}\n\n x ",),
    ]
