"""Return the columns of a table in the narrowest type that fits."""

from random import Random

from parelha.tasks.draws import Args


def infer(table: dict[str, list[str]]) -> dict[str, list[object]]:
    """Return the columns of a table in the narrowest type that fits."""
    def converted(cells: list[str]) -> list[object]:
        for kind in (int, float):
            try:
                return [kind(cell) if cell.strip() else None for cell in cells]
            except ValueError:
                continue
        return [cell if cell.strip() else None for cell in cells]

    return {name: converted(cells) for name, cells in table.items()}


_WHOLE = ("4", "-12", "+7", " 0 ", "305")
_DECIMAL = ("0.5", "-3.25", "1e2", " 7.0 ")
_WORDS = ("red", "n/a", "x1")


def ordinary(rng: Random, size: int) -> Args:
    pools = (_WHOLE, _WHOLE + _DECIMAL, _WHOLE + _DECIMAL + _WORDS, ("",))
    table = {}
    for place, pool in enumerate(rng.sample(pools, 4)):
        table[f"c{place}"] = [rng.choice((*pool, "", " ")) for _ in range(size)]
    return (table,)


def edges(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"a": []},),
        ({"a": ["", " ", "\t"]},),
        ({"a": [" x ", "", str(rng.randint(1, 9))], "b": ["1", "", " 2 "]},),
        ({"a": ["1", "2", f"{rng.randint(1, 9)}.0"]},),
        ({"a": ["1", "2.5", "3", " three"]},),
    ]
