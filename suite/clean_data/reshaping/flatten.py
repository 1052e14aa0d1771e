"""Return the record with nested fields under dotted names."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def flatten(record: dict[str, object]) -> dict[str, object]:
    """Return the record with nested fields under dotted names."""
    flat: dict[str, object] = {}
    for field, value in record.items():
        if isinstance(value, dict):
            for entry, inner in value.items():
                flat[f"{field}.{entry}"] = inner
        else:
            flat[field] = value
    return flat


def flatten_level_2(record: dict[str, object]) -> dict[str, object]:
    """Return the record with nested fields under dotted names."""
    flat: dict[str, object] = {}
    for field, value in record.items():
        if isinstance(value, dict):
            for entry, inner in flatten_level_2(value).items():
                flat[f"{field}.{entry}"] = inner
        else:
            flat[field] = value
    return flat


def ordinary(rng: Random, size: int) -> Args:
    record: dict[str, object] = {}
    for place in range(max(2, size // 2)):
        inner = {f"k{number}": rng.randint(0, 99) for number in range(rng.randint(1, 3))}
        record[f"f{place}"] = rng.choice([rng.randint(0, 99), "text", inner])
    return (record,)


def edges(rng: Random) -> list[Args]:
    return [
        ({},),
        ({"a": rng.randint(1, 9), "b": None, "c": ""},),
        ({"a": {"a": 1, "b": rng.randint(1, 9)}, "b": {"a": 0}},),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ({"a": {"b": {"c": rng.randint(1, 9)}, "d": 2}},),
        ({"a": {}, "b": {"c": {}}, "d": rng.randint(1, 9)},),
        ({"x": {"y": {"z": {"w": "deep"}}}, "x.y": rng.randint(1, 9)},),
    ]


def oracle(record: dict[str, object]) -> object:
    if not record or "{}" in repr(record):
        return NotImplemented  # pandas keeps empty dictionaries
    flat = pd.json_normalize(record).astype(object).iloc[0]
    return {str(k): v if isinstance(v, str | None) else int(v) for k, v in flat.items()}
