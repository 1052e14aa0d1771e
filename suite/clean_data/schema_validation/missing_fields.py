"""Return the required fields that a form lacks."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def lacking(form: dict[str, str], required: list[str]) -> list[str]:
    """Return the required fields that a form lacks."""
    return sorted(name for name in required if name not in form)


def lacking_level_2(form: dict[str, str | None], required: list[str]) -> list[str]:
    """Return the required fields that a form lacks."""
    given = {name for name, value in form.items() if (value or "").strip()}
    return sorted(set(required) - given)


_FIELDS = ("name", "age", "mail", "city", "phone")


def ordinary(rng: Random, size: int) -> Args:
    filled = rng.sample(_FIELDS, rng.randint(2, 5))
    form = {field: rng.choice(["x", "y", "12", "Porto"]) for field in filled}
    return form, rng.sample(_FIELDS, min(5, max(2, size // 2)))


def edges(rng: Random) -> list[Args]:
    return [
        ({}, ["b", "a"]),
        ({"a": "1", "b": str(rng.randint(1, 9))}, ["a", "b"]),
        ({"Name": "x"}, ["name", "age"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({"a": None, "b": "", "c": " \t"}, ["c", "b", "a"]),
        ({"a": "0", "b": str(rng.randint(1, 9))}, ["b", "a", "d", "d"]),
        ({"x": None}, []),
    ]


def oracle(form: dict[str, str | None], required: list[str]) -> object:
    values = pd.Series(form, dtype=object).dropna().astype("str").str.strip()
    return sorted(set(required).difference(values[values.ne("")].index))


def mistake_empty_is_missing(form: dict[str, str], required: list[str]) -> list[str]:
    return [name for name in required if not form.get(name)]
