"""Validation of records against a schema; the whole family is kept for evaluation."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.families.clean_data.schema_validation_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

_FIELDS = ("name", "age", "mail", "city", "phone")


def _form(rng: Random, size: int) -> Args:
    filled = rng.sample(_FIELDS, rng.randint(2, 5))
    form = {field: rng.choice(["x", "y", "12", "Porto"]) for field in filled}
    return form, rng.sample(_FIELDS, min(5, max(2, size // 2)))


def _missing_oracle(form: dict[str, str | None], required: list[str]) -> object:
    values = pd.Series(form, dtype=object).dropna().astype("str").str.strip()
    return sorted(set(required).difference(values[values.ne("")].index))


_MISSING = levels(
    "missing_fields",
    doc="Return the required fields that a form lacks.",
    ask=text(
        en="""A `form` arrives as a dictionary from field name to text. Report which of the
        `required` field names it lacks, in alphabetical order.""",
        pt="""Um formulário, `form`, chega como dicionário do nome do campo para um texto. Informe
        quais dos nomes de campos exigidos em `required` faltam nele, em ordem alfabética.""",
    ),
    signature="def lacking(form: dict[str, str], required: list[str]) -> list[str]:",
    ordinary=_form,
    easy=Level(
        contract=text("", ""),
        body="return sorted(name for name in required if name not in form)",
        edges=lambda rng: [
            ({}, ["b", "a"]),
            ({"a": "1", "b": str(rng.randint(1, 9))}, ["a", "b"]),
            ({"Name": "x"}, ["name", "age"]),
        ],
    ),
    hard=Level(
        signature="def lacking(form: dict[str, str | None], required: list[str]) -> list[str]:",
        contract=text(
            en="""A field that was sent as None or as nothing but white space is lacking as well,
            and a name required twice is reported once.""",
            pt="""Um campo enviado como None ou só com espaços em branco também falta, e um nome
            exigido duas vezes é informado uma vez.""",
        ),
        body="""
        given = {name for name, value in form.items() if (value or "").strip()}
        return sorted(set(required) - given)
        """,
        edges=lambda rng: [
            ({"a": None, "b": "", "c": " \t"}, ["c", "b", "a"]),
            ({"a": "0", "b": str(rng.randint(1, 9))}, ["b", "a", "d", "d"]),
            ({"x": None}, []),
        ],
    ),
    oracle=_missing_oracle,
)


def _measured(rng: Random, size: int) -> Args:
    low = float(rng.randint(0, 10))
    return numbers(rng, size), low + 0.05, low + 50.05


def _range_oracle(values: list[float | None], low: float, high: float) -> object:
    column = np.array([math.nan if value is None else value for value in values], dtype=float)
    return [int(i) for i in np.flatnonzero(~((column >= low) & (column <= high)))]


_RANGE = levels(
    "out_of_range",
    doc="Return the positions of the values that break a range rule.",
    ask=text(
        en="""A rule says that every element of `values` lies from `low` to `high`, both allowed.
        Which positions (the first is 0) break the rule?""",
        pt="""Uma regra diz que todo elemento de `values` fica entre `low` e `high`, ambos
        permitidos. Quais posições (a primeira é 0) quebram a regra?""",
    ),
    signature="def violations(values: list[float], low: float, high: float) -> list[int]:",
    ordinary=_measured,
    easy=Level(
        contract=text("", ""),
        body="return [i for i, x in enumerate(values) if not low <= x <= high]",
        edges=lambda rng: [
            ([], 0.0, 1.0),
            ([1.0, 2.0, 3.0, float(rng.randint(4, 9))], 2.0, 3.0),
            ([5.0, -5.0], -5.0, 5.0),
        ],
    ),
    hard=Level(
        signature="def violations(values: list[object], low: float, high: float) -> list[int]:",
        contract=text(
            en="""None, NaN and texts break it, too.""",
            pt="""None, NaN e textos também a quebram.""",
        ),
        body="""
        places = []
        for place, value in enumerate(values):
            number = isinstance(value, (int, float))
            if not number or not low <= float(str(value)) <= high:
                places.append(place)
        return places
        """,
        edges=lambda rng: [
            ([None, math.nan, 1.0], 0.0, 2.0),
            (["1", "", 1, float(rng.randint(2, 9))], 0.0, 5.5),
            ([math.inf, -math.inf, 0.5, "x"], 0.0, 1.0),
        ],
    ),
    oracle=lambda values, low, high: (
        NotImplemented
        if any(isinstance(value, str) for value in values)
        else _range_oracle(values, low, high)
    ),
)

_VALUES: tuple[Any, ...] = (1, 2.5, "a", -3, 0.0, "7")


def _typed(rng: Random, size: int) -> Args:
    return rng.choices(_VALUES, k=size), rng.choice(["int", "float", "str"])


_TYPE = levels(
    "wrong_type",
    doc="Return the entries of a column that have another type.",
    ask=text(
        en="""The schema wants a column of one `kind`, which is "int", "float" or "str". Collect the
        entries of `column` that are of a different Python type, in the order met.""",
        pt="""O schema quer uma coluna de um só tipo, `kind`, que é "int", "float" ou "str". Reúna
        as entradas de `column` que são de outro tipo Python, na ordem em que aparecem.""",
    ),
    signature="def offenders(column: list[object], kind: str) -> list[object]:",
    ordinary=_typed,
    easy=Level(
        contract=text(
            "The column holds ints, floats and strings.",
            "A coluna contém ints, floats e strings.",
        ),
        body="return [entry for entry in column if type(entry).__name__ != kind]",
        edges=lambda rng: [
            ([], "int"),
            (["1", 1, 1.0, rng.choice(_VALUES)], "str"),
            ([0, 0.0, ""], "float"),
        ],
    ),
    hard=Level(
        contract=text(
            en="""None is fine in any column. True and False are never fine.""",
            pt="""None é aceito em qualquer coluna. True e False nunca são aceitos.""",
        ),
        body="""
        accepted = (kind, "NoneType")
        return [e for e in column if type(e).__name__ not in accepted]
        """,
        edges=lambda rng: [
            ([True, 1, None, False, rng.randint(2, 9)], "int"),
            ([None, 0.5, True], "float"),
            ([None, "None", "True", False], "str"),
        ],
    ),
)


def _references(rng: Random, size: int) -> Args:
    known = rng.sample(range(1, 30), 6)
    pool = [*known, *rng.sample(range(30, 40), 2)]
    return [{"id": n, "parent": rng.choice(pool)} for n in range(1, size + 1)], known


_REFERENCE = levels(
    "broken_references",
    doc="Return the ids of the rows whose parent does not exist.",
    ask=text(
        en="""Every row in `rows` has an "id" and names a "parent", which must be one of the ids in
        `parents`. Tell the ids of the rows that name a parent who is not there, keeping the order
        of the rows.""",
        pt="""Toda linha de `rows` tem um "id" e aponta um "parent", que deve ser um dos ids em
        `parents`. Diga os ids das linhas que apontam um pai que não existe, mantendo a ordem das
        linhas.""",
    ),
    signature="def orphans(rows: list[dict[str, int]], parents: list[int]) -> list[int]:",
    ordinary=_references,
    easy=Level(
        contract=text("", ""),
        body="""return [row["id"] for row in rows if row["parent"] not in parents]""",
        edges=lambda rng: [
            ([], [1]),
            ([{"id": 1, "parent": 1}, {"id": 2, "parent": rng.randint(2, 9)}], [1]),
            ([{"id": 9, "parent": 0}, {"id": 3, "parent": -1}], []),
        ],
    ),
    hard=Level(
        signature="def orphans(rows: list[dict[str, int | None]], parents: list[int]) -> object:",
        contract=text(
            en="""Rows with None for a parent are roots, and roots are in order, as is a row that
            names its own id.""",
            pt="""Linhas com None no lugar do pai são raízes, e raízes estão em ordem, assim como
            uma linha que aponta o seu próprio id.""",
        ),
        body="""
        known = {None, *parents}
        broken = [row for row in rows if row["parent"] not in known]
        return [row["id"] for row in broken if row["parent"] != row["id"]]
        """,
        edges=lambda rng: [
            ([{"id": 1, "parent": None}, {"id": 2, "parent": rng.randint(3, 9)}], [1]),
            ([{"id": 5, "parent": 5}, {"id": 6, "parent": 5}], [rng.randint(1, 4)]),
            ([{"id": 7, "parent": None}, {"id": 0, "parent": 0}], []),
        ],
    ),
)


def _keyed(rng: Random, size: int) -> Args:
    days = [rng.randint(1, max(2, size // 2)) for _ in range(size)]
    return [{"shop": rng.choice("AB"), "day": day} for day in days], ["shop", "day"]


def _unique_oracle(rows: list[dict[str, object]], key: list[str]) -> object:
    if not rows or any(None in row.values() or len(row) < 2 for row in rows):
        return NotImplemented
    frame = pd.DataFrame(rows, dtype=object)
    return [int(place) for place in np.flatnonzero(frame.duplicated(key, keep=False))]


_UNIQUE = levels(
    "key_conflicts",
    doc="Return the positions of rows that share their key.",
    ask=text(
        en="""The columns in `key` together must identify a row of `rows`. Point out every position
        (from 0) whose combination of these columns' contents also occurs in a further row.""",
        pt="""As colunas em `key`, juntas, devem identificar uma linha de `rows`. Aponte toda
        posição (a partir de 0) cuja combinação de conteúdos dessas colunas também ocorre em outra
        linha.""",
    ),
    signature="def conflicts(rows: list[dict[str, object]], key: list[str]) -> list[int]:",
    ordinary=_keyed,
    easy=Level(
        contract=text("", ""),
        body="""
        keys = [[row[column] for column in key] for row in rows]
        return [i for i, k in enumerate(keys) if keys.count(k) > 1]
        """,
        edges=lambda rng: [
            ([], ["shop"]),
            ([{"shop": "A", "day": 1}, {"shop": "A", "day": rng.randint(2, 9)}], ["shop"]),
            ([{"shop": "A", "day": 1}, {"shop": "A", "day": 2}], ["shop", "day"]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A row in which one of these columns is None, or absent, conflicts with nothing.
            Texts are the same if they differ in letter case only.""",
            pt="""Uma linha em que uma dessas colunas é None, ou não existe, não conflita com nada.
            Textos são os mesmos se só diferem em maiúsculas e minúsculas.""",
        ),
        body="""
        keys = []
        for row in rows:
            parts = [row.get(column) for column in key]
            keys.append([p.lower() if isinstance(p, str) else p for p in parts])
        return [
            place
            for place, parts in enumerate(keys)
            if None not in parts and keys.count(parts) > 1
        ]
        """,
        edges=lambda rng: [
            ([{"a": None, "b": 1}, {"b": 1}, {"a": "x", "b": rng.randint(2, 9)}], ["a", "b"]),
            ([{"a": "X", "b": 1}, {"a": "x", "b": 1}, {"a": "y", "b": None}], ["a", "b"]),
            ([{"a": "1", "b": 2}, {"a": 1, "b": 2}, {"a": "É"}, {"a": "é"}], ["a"]),
        ],
    ),
    oracle=lambda rows, key: (
        NotImplemented if any("a" in row for row in rows) else _unique_oracle(rows, key)
    ),
)

_MISTAKES = (
    Mistake("missing_fields", "return [name for name in required if not form.get(name)]"),
    Mistake("out_of_range", "return [i for i, x in enumerate(values) if not low < x < high]"),
    Mistake(
        "out_of_range",
        "return [i for i, x in enumerate(values) if x is None or x < low or x > high]",
        level=2,
    ),
    Mistake(
        "key_conflicts",
        """
        keys = [tuple(row[column] for column in key) for row in rows]
        return [i for i, k in enumerate(keys) if k in keys[:i]]
        """,
    ),
)

FAMILY = Family(
    "clean_data.schema_validation",
    CoderAction.CLEAN_DATA,
    (*_MISSING, *_RANGE, *_TYPE, *_REFERENCE, *_UNIQUE, *ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
