"""Reshaping: wide to long, long to wide, transposing, nested to flat, lists inside cells."""

from itertools import zip_longest
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import PRODUCTS, numbers
from parelha.tasks.families.clean_data.reshaping_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Row = dict[str, Any]


def _wide(rng: Random, size: int) -> Args:
    years = ["2021", "2022", "2023"][: rng.randint(1, 3)]
    cities = [f"city{place}" for place in range(max(2, size // 2))]
    return ([{"city": city} | dict(zip(years, numbers(rng, 3), strict=False)) for city in cities],)


def _long_oracle(rows: list[Row]) -> object:
    if not rows:
        return []
    frame = pd.DataFrame(rows, dtype=object).assign(place=range(len(rows)))
    melted = (
        frame.melt(["place", "city"], var_name="year").dropna().sort_values("place", kind="stable")
    )
    return [
        (c, y, float(v)) for c, y, v in melted[["city", "year", "value"]].itertuples(index=False)
    ]


_LONG = levels(
    "wide_to_long",
    doc="Return the table in long form.",
    ask=text(
        en="""Each of the `rows` is a dictionary with the key "city" first and then one key per year
        with a number. Return the table in long form: a list of tuples (city, year, number), row by
        row, with the years in the order of the row.""",
        pt="""Cada elemento de `rows` é um dicionário com a chave "city" primeiro e depois uma chave
        por ano com um número. Retorne a tabela no formato longo: uma lista de tuplas (cidade, ano,
        número), linha por linha, com os anos na ordem da linha.""",
    ),
    signature="def to_long(rows: list[dict[str, object]]) -> list[object]:",
    ordinary=_wide,
    easy=Level(
        contract=text("", ""),
        body="""
        long: list[object] = []
        for row in rows:
            for year, number in row.items():
                if year != "city":
                    long.append((row["city"], year, number))
        return long
        """,
        edges=lambda rng: [
            ([],),
            ([{"city": "Porto"}],),
            ([{"city": "Porto", "2020": 0.0, "2019": numbers(rng, 1)[0]}],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A number may be missing (None): then there is no tuple for it. Zero is not
            missing.""",
            pt="""Um número pode faltar (None): então não há tupla para ele. Zero não é um valor
            ausente.""",
        ),
        body="""
        long: list[object] = []
        for row in rows:
            for year, number in row.items():
                if year != "city" and number is not None:
                    long.append((row["city"], year, number))
        return long
        """,
        edges=lambda rng: [
            ([{"city": "Porto", "2021": None, "2022": numbers(rng, 1)[0]}],),
            ([{"city": "a", "x": 0.0, "y": None}, {"city": "b", "x": None, "y": 0.0}],),
            ([{"city": f"c{rng.randint(1, 9)}", "2021": None}],),
        ],
    ),
    oracle=_long_oracle,
)


def _entries(rng: Random, size: int) -> Args:
    pairs = [(p, m) for p in PRODUCTS[:4] for m in ("jan", "feb", "mar")]
    chosen = rng.sample(pairs, min(size, 10))
    return ([(p, m, v) for (p, m), v in zip(chosen, numbers(rng, 10), strict=False)],)


def _wide_oracle(entries: list[tuple[str, str, float]]) -> object:
    frame = pd.DataFrame(entries, columns=["row", "column", "value"])
    sums = frame.groupby(["row", "column"], as_index=False).agg({"value": "sum"})
    table: dict[str, dict[str, float]] = {}
    for row, column, value in sums.itertuples(index=False):
        table.setdefault(str(row), {})[str(column)] = float(value)
    return table


_PIVOT = levels(
    "long_to_wide",
    doc="Return the entries as a dictionary of rows.",
    ask=text(
        en="""Each of the `entries` is a tuple (product, month, amount). Return a dictionary of
        dictionaries that gives the amount of a product in a month: table[product][month].""",
        pt="""Cada elemento de `entries` é uma tupla (produto, mês, valor). Retorne um dicionário de
        dicionários que dá o valor de um produto em um mês: table[produto][mês].""",
    ),
    signature="def pivot(entries: list[tuple[str, str, float]]) -> dict[str, object]:",
    ordinary=_entries,
    easy=Level(
        contract=text(
            "No product has two entries in a month.", "Nenhum produto tem duas entradas em um mês."
        ),
        body="""
        table: dict[str, object] = {}
        for product in {entry[0] for entry in entries}:
            rows = [entry for entry in entries if entry[0] == product]
            table[product] = {month: amount for _, month, amount in rows}
        return table
        """,
        edges=lambda rng: [
            ([],),
            ([("tea", "jan", numbers(rng, 1)[0])],),
            ([("tea", "jan", 1.5), ("milk", "jan", 0.0), ("tea", "feb", numbers(rng, 1)[0])],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Amounts of the same product and month add up.""",
            pt="""Valores do mesmo produto e do mesmo mês se somam.""",
        ),
        body="""
        table: dict[str, dict[str, float]] = {}
        for product, month, amount in entries:
            row = table.setdefault(product, {})
            row[month] = row.get(month, 0.0) + amount
        return dict(table)
        """,
        edges=lambda rng: [
            ([("tea", "jan", numbers(rng, 1)[0]), ("tea", "jan", 2.0)],),
            ([("tea", "jan", 1.0), ("milk", "jan", 2.0), ("tea", "jan", -1.0)],),
            ([("a", "b", 1.0), ("b", "a", 2.0), ("a", "b", numbers(rng, 1)[0])],),
        ],
    ),
    oracle=_wide_oracle,
)


def _table(rng: Random, size: int) -> Args:
    width = rng.randint(1, 4)
    return ([numbers(rng, width) for _ in range(max(2, size // 3))],)


_TRANSPOSE = levels(
    "transpose",
    doc="Return the columns of a table.",
    ask=text(
        en="""`rows` is a table given as a list of rows, each a list of numbers. Return the table's
        columns as a list of lists, from the first column to the last.""",
        pt="""`rows` é uma tabela dada como lista de linhas, cada uma uma lista de números. Retorne
        as colunas da tabela como uma lista de listas, da primeira coluna à última.""",
    ),
    signature="def columns(rows: list[list[float]]) -> list[list[float]]:",
    ordinary=_table,
    easy=Level(
        contract=text("All rows have the same length.", "Todas as linhas têm o mesmo comprimento."),
        body="return [list(column) for column in zip(*rows)]",
        edges=lambda rng: [
            ([],),
            ([numbers(rng, 3)],),
            ([[value] for value in numbers(rng, 3)],),
        ],
    ),
    hard=Level(
        signature="def columns(rows: list[list[float]]) -> list[list[float | None]]:",
        contract=text(
            en="""Rows may be shorter than others; the cells that they lack at the end are None.""",
            pt="""Algumas linhas podem ser mais curtas que outras; as células que faltam no fim são
            None.""",
        ),
        body="""
        width = max((len(row) for row in rows), default=0)
        return [
            [row[place] if place < len(row) else None for row in rows]
            for place in range(width)
        ]
        """,
        edges=lambda rng: [
            ([numbers(rng, 2), numbers(rng, 1), numbers(rng, 3)],),
            ([[], numbers(rng, 2)],),
            ([[], []],),
        ],
    ),
    oracle=lambda rows: [list(column) for column in zip_longest(*rows)],
)


def _records(rng: Random, size: int) -> Args:
    record: dict[str, object] = {}
    for place in range(max(2, size // 2)):
        inner = {f"k{number}": rng.randint(0, 99) for number in range(rng.randint(1, 3))}
        record[f"f{place}"] = rng.choice([rng.randint(0, 99), "text", inner])
    return (record,)


def _flat_oracle(record: dict[str, object]) -> object:
    if not record or "{}" in repr(record):
        return NotImplemented  # pandas keeps empty dictionaries
    flat = pd.json_normalize(record).astype(object).iloc[0]
    return {str(k): v if isinstance(v, str | None) else int(v) for k, v in flat.items()}


_FLATTEN = levels(
    "flatten",
    heldout=True,
    doc="Return the record with nested fields under dotted names.",
    ask=text(
        en="""A web service replies with a nested `record`. Flatten it: where a field holds a
        dictionary, its entries move up one level under the name "field.entry" with a dot in
        between. Fields with other values keep name and value.""",
        pt="""Um serviço web responde com um registro aninhado, `record`. Deixe-o plano: quando um
        campo contém um dicionário, as entradas dele sobem um nível com o nome "campo.entrada", com
        um ponto no meio. Campos com outros valores mantêm nome e valor.""",
    ),
    signature="def flatten(record: dict[str, object]) -> dict[str, object]:",
    ordinary=_records,
    easy=Level(
        contract=text(
            "Dictionaries inside dictionaries inside the record do not occur.",
            "Não ocorrem dicionários dentro de dicionários do registro.",
        ),
        body="""
        flat: dict[str, object] = {}
        for field, value in record.items():
            if isinstance(value, dict):
                for entry, inner in value.items():
                    flat[f"{field}.{entry}"] = inner
            else:
                flat[field] = value
        return flat
        """,
        edges=lambda rng: [
            ({},),
            ({"a": rng.randint(1, 9), "b": None, "c": ""},),
            ({"a": {"a": 1, "b": rng.randint(1, 9)}, "b": {"a": 0}},),
        ],
    ),
    hard=Level(
        contract=text(
            en="""The nesting may have any depth ("a.b.c"), and an empty dictionary vanishes
            altogether.""",
            pt="""O aninhamento pode ter qualquer profundidade ("a.b.c"), e um dicionário vazio
            desaparece por completo.""",
        ),
        body="""
        flat: dict[str, object] = {}
        for field, value in record.items():
            if isinstance(value, dict):
                for entry, inner in flatten(value).items():
                    flat[f"{field}.{entry}"] = inner
            else:
                flat[field] = value
        return flat
        """,
        edges=lambda rng: [
            ({"a": {"b": {"c": rng.randint(1, 9)}, "d": 2}},),
            ({"a": {}, "b": {"c": {}}, "d": rng.randint(1, 9)},),
            ({"x": {"y": {"z": {"w": "deep"}}}, "x.y": rng.randint(1, 9)},),
        ],
    ),
    oracle=_flat_oracle,
)


def _tagged(rng: Random, size: int) -> Args:
    tags = ("red", "new", "sale", "eco")
    rows = [(number, rng.sample(tags, rng.randint(1, 3))) for number in range(1, size)]
    return ([(number, ";".join(chosen)) for number, chosen in rows],)


def _explode_oracle(items: list[tuple[int, str]]) -> object:
    frame = pd.DataFrame(items, columns=["item", "tag"])
    exploded = frame.assign(tag=frame["tag"].astype("str").str.split(";")).explode("tag")
    exploded["tag"] = exploded["tag"].astype("str").str.strip()
    kept = exploded[exploded["tag"].ne("")].drop_duplicates()
    return [(int(item), str(tag)) for item, tag in kept.itertuples(index=False)]


_EXPLODE = levels(
    "explode",
    heldout=True,
    doc="Return a pair for every tag of every item.",
    ask=text(
        en="""In a catalogue all tags of an item share one cell, separated by semicolons: `items`
        has pairs like (7, "red;new"). Break the cells up, so that every tag forms a pair of its own
        with the number of its item, (7, "red") and then (7, "new").""",
        pt="""Em um catálogo, todas as etiquetas de um item dividem uma só célula, separadas por
        ponto e vírgula: `items` tem pares como (7, "red;new"). Desmembre as células, de modo que
        cada etiqueta forme um par próprio com o número do seu item, (7, "red") e depois
        (7, "new").""",
    ),
    signature="def explode(items: list[tuple[int, str]]) -> list[tuple[int, str]]:",
    ordinary=_tagged,
    easy=Level(
        contract=text("", ""),
        body="""return [(n, tag) for n, cell in items for tag in cell.split(";")]""",
        edges=lambda rng: [
            ([],),
            ([(rng.randint(1, 9), "red")],),
            ([(2, "b;a;c"), (1, "a")],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Blanks around a tag go, tags without any character left are not tags, and a pair
            that was formed before is not formed again.""",
            pt="""Espaços ao redor de uma etiqueta saem, etiquetas que ficam sem nenhum caractere
            não são etiquetas, e um par já formado não se forma de novo.""",
        ),
        body="""
        pairs: dict[tuple[int, str], None] = {}
        for number, cell in items:
            for tag in cell.split(";"):
                if tag.strip():
                    pairs[number, tag.strip()] = None
        return list(pairs)
        """,
        edges=lambda rng: [
            ([(1, " red ; new"), (2, "new ")],),
            ([(1, ""), (2, ";;"), (3, f"a; ;b{rng.randint(1, 9)}")],),
            ([(4, "a;a; a"), (5, "a"), (4, f"b;a;c{rng.randint(1, 9)}")],),
        ],
    ),
    oracle=_explode_oracle,
)

_MISTAKES = (
    Mistake("wide_to_long", 'return [(r["city"], y, r[y]) for y in rows[0] for r in rows]'),
    Mistake("long_to_wide", "return {p: {m: a} for p, m, a in entries}"),
    Mistake("transpose", "return [list(c) for c in zip(*rows)][::-1]"),
    Mistake("transpose", "return [list(c) for c in zip(*rows)]", level=2),
    Mistake("explode", 'return [(n, t) for n, c in items for t in set(c.split(";", 1))]'),
)

FAMILY = Family(
    "clean_data.reshaping",
    CoderAction.CLEAN_DATA,
    (*_LONG, *_PIVOT, *_TRANSPOSE, *_FLATTEN, *_EXPLODE, *ADVANCED),
    mistakes=_MISTAKES,
)
