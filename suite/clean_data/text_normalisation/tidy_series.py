"""Return the names in lower case, without surrounding blanks."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def tidy(names: pd.Series) -> pd.Series:
    """Return the names in lower case, without surrounding blanks."""
    return names.str.strip().str.lower()


def tidy_level_2(names: pd.Series) -> pd.Series:
    """Return the names in lower case, without surrounding blanks."""
    known = names.fillna("").str.lower()
    return known.str.split().str.join(" ")


_NAMES = ("ana", "bia costa", "zoë", "joão lima", "li", "caio")


def _series(names: list[str | None]) -> "pd.Series[str]":
    return pd.Series(names, dtype="str")


def ordinary(rng: Random, size: int) -> Args:
    names: list[str | None] = []
    for _ in range(size):
        name = rng.choice(_NAMES)
        spelled = rng.choice((name, name.title(), name.upper()))
        names.append(" " * rng.randint(0, 2) + spelled + " " * rng.randint(0, 1))
    return (_series(names),)


def edges(rng: Random) -> list[Args]:
    return [
        (_series([]),),
        (_series(["  "]),),
        (_series([" ÉVA ", "ÇA VA", rng.choice(_NAMES).upper()]),),
        (pd.Series([" Ana", "BIA "], index=[7, rng.randint(8, 99)], dtype="str"),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_series([None, "Ana", None]),),
        (_series(["Ana  Lima", "JOÃO \t COSTA ", f"r{rng.randint(1, 9)}   x"]),),
        (_series([None]),),
    ]


def oracle(names: "pd.Series[str]") -> object:
    tidy = ["" if pd.isna(name) else " ".join(str(name).lower().split()) for name in names]
    return pd.Series(tidy, index=names.index, dtype="str")


def mistake_no_blanks_left(names: pd.Series) -> pd.Series:
    return names.str.replace(" ", "").str.lower()


def mistake_keeps_blanks_inside_level_2(names: pd.Series) -> pd.Series:
    return names.str.strip().str.lower()
