"""Return a pair for every tag of every item."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def explode(items: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return a pair for every tag of every item."""
    return [(n, tag) for n, cell in items for tag in cell.split(";")]


def explode_level_2(items: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return a pair for every tag of every item."""
    pairs: dict[tuple[int, str], None] = {}
    for number, cell in items:
        for tag in cell.split(";"):
            if tag.strip():
                pairs[number, tag.strip()] = None
    return list(pairs)


def ordinary(rng: Random, size: int) -> Args:
    tags = ("red", "new", "sale", "eco")
    rows = [(number, rng.sample(tags, rng.randint(1, 3))) for number in range(1, size)]
    return ([(number, ";".join(chosen)) for number, chosen in rows],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([(rng.randint(1, 9), "red")],),
        ([(2, "b;a;c"), (1, "a")],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([(1, " red ; new"), (2, "new ")],),
        ([(1, ""), (2, ";;"), (3, f"a; ;b{rng.randint(1, 9)}")],),
        ([(4, "a;a; a"), (5, "a"), (4, f"b;a;c{rng.randint(1, 9)}")],),
    ]


def oracle(items: list[tuple[int, str]]) -> object:
    frame = pd.DataFrame(items, columns=["item", "tag"])
    exploded = frame.assign(tag=frame["tag"].astype("str").str.split(";")).explode("tag")
    exploded["tag"] = exploded["tag"].astype("str").str.strip()
    kept = exploded[exploded["tag"].ne("")].drop_duplicates()
    return [(int(item), str(tag)) for item, tag in kept.itertuples(index=False)]


def mistake_splits_once(items: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(n, t) for n, c in items for t in set(c.split(";", 1))]
