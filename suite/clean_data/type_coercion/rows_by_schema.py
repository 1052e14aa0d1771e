"""Return the rows with the columns of the schema, in their types."""

from random import Random

from parelha.tasks.draws import Args


def typed(rows: list[dict[str, str]], schema: dict[str, str]) -> list[object]:
    """Return the rows with the columns of the schema, in their types."""
    truth = {"yes": True, "true": True, "no": False, "false": False}

    def convert(entry: str, kind: str) -> object:
        if kind == "bool":
            return truth.get(entry.lower())
        try:
            if kind == "int":
                return int(entry)
            return float(entry) if kind == "float" else entry or None
        except ValueError:
            return None

    return [
        {c: convert(row.get(c, "").strip(), schema[c]) for c in schema}
        for row in rows
    ]


_ENTRIES = (
    "12",
    "-7",
    " 30 ",
    "4.5",
    "-0.25",
    "1e3",
    "yes",
    "No",
    "TRUE",
    "false",
    "",
    " ",
    "n/a",
    "x9",
)


def ordinary(rng: Random, size: int) -> Args:
    schema = {"id": "int", "price": "float", "paid": "bool"}
    rows = []
    for number in range(size):
        row = {name: rng.choice(_ENTRIES) for name in schema}
        row["id"] = rng.choice([str(number), row["id"]])
        if rng.random() < 0.2:
            del row[rng.choice(list(row))]
        if rng.random() < 0.2:
            row["extra"] = rng.choice(_ENTRIES)
        rows.append(row)
    return rows, schema


def edges(rng: Random) -> list[Args]:
    pick = rng.choice(_ENTRIES)
    return [
        ([], {"a": "int"}),
        ([{"a": entry} for entry in _ENTRIES], {"a": "int"}),
        ([{"a": entry} for entry in _ENTRIES], {"a": "float"}),
        ([{"a": entry} for entry in (*_ENTRIES, "1", "0", " YES ")], {"a": "bool"}),
        ([{"a": entry} for entry in _ENTRIES], {"a": "text"}),
        ([{"b": pick}, {}, {"a": pick}], {"a": "int", "b": "text", "c": "float"}),
    ]
