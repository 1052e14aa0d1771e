"""Answers as people read them and as JSON; they came out of a program, and are shown as such."""

import datetime as dt
import json
import math
from typing import Any

import numpy as np
import pandas as pd

from parelha.report.text import printable
from parelha.tasks.writing import holds_containers, written_out

_ROWS, _COLUMNS, _CELL = 60, 12, 60
_BRIEF_ROWS = 8
_CHARACTERS = 20_000
_ITEM = 500  # characters of a key or an item of a dictionary
_CUT = "[cut: --json has all of it]"


def answer_text(value: object) -> str:
    """An answer for the terminal."""
    text = _text(value, _ROWS, _CHARACTERS + 1, _CUT)
    if len(text) > _CHARACTERS:
        text = f"{text[:_CHARACTERS]}\n{_CUT}"
    return printable(text)


def brief_text(value: object, characters: int) -> str:
    """The beginning of an answer, at most `characters` long."""
    return _text(value, _BRIEF_ROWS, characters, "[cut]")[:characters]


def _text(value: Any, rows: int, characters: int, mark: str) -> str:
    """An answer as text; what is left out of a dictionary's item leaves the mark."""
    try:
        if isinstance(value, pd.DataFrame | pd.Series) and not holds_containers(value):
            return _table(value, rows, characters)
        if isinstance(value, dict) and value and len(value) <= rows:
            lines = (f"{_name(key, mark)}: {_item(item, mark)}" for key, item in value.items())
            return "\n".join(lines)[:characters]
        return _one(value, characters)
    # Values of a program: pandas may fail to write what the reader could build.
    except Exception as error:  # pylint: disable=broad-exception-caught
        return f"a {type(value).__name__} that cannot be shown ({type(error).__name__})"


def _table(value: "pd.DataFrame | pd.Series[Any]", rows: int, characters: int) -> str:
    """The first and last rows, and the size where that is not all."""
    if isinstance(value, pd.Series):
        return value.to_string(max_rows=rows, dtype=False, name=True)[:characters]
    text = value.to_string(
        max_rows=rows, max_cols=_COLUMNS, max_colwidth=_CELL, show_dimensions=False
    )
    left = len(value) > rows or value.shape[1] > _COLUMNS
    size = f"\n[{len(value)} rows x {value.shape[1]} columns]" if left else ""
    return text[:characters] + size


def _name(key: Any, mark: str) -> str:
    """A key as a line begins with it: of one with parts, such as two columns, the parts."""
    if isinstance(key, tuple) and key:
        return ", ".join(_name(part, mark) for part in key)
    return _item(key, mark)


def _item(value: Any, mark: str) -> str:
    text = _one(value, _ITEM + 1)
    return text if len(text) <= _ITEM else f"{text[:_ITEM]}... {mark}"


def _one(value: Any, characters: int) -> str:
    """A value that is no table: text as it is, anything else as Python writes it."""
    value = _unwrapped(value)
    return value[:characters] if isinstance(value, str) else written_out(value, characters)


def _unwrapped(value: Any) -> Any:
    """What a scalar of numpy, or an array without dimensions, holds; times as those of pandas."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, np.datetime64 | np.timedelta64):
        try:
            return pd.Timestamp(value) if isinstance(value, np.datetime64) else pd.Timedelta(value)
        except ValueError:  # months and years, which are no length of time
            return str(value)
    return value.item() if isinstance(value, np.generic) else value


def comparable(value: object) -> str:
    """Equal for answers that are equal up to rounding and, of tables, the names of columns."""
    plain = answer_json(value)
    if isinstance(plain, dict) and isinstance(value, pd.DataFrame | pd.Series):
        plain = [plain["index"], plain["rows"]]
    elif isinstance(value, dict):  # whose keys JSON makes text: 2024 and 2024.0
        pairs = ([answer_json(key), answer_json(item)] for key, item in value.items())
        return json.dumps(sorted(json.dumps(_rounded(pair), sort_keys=True) for pair in pairs))
    return json.dumps(_rounded(plain), sort_keys=True)


def _rounded(plain: Any) -> Any:
    """JSON whose numbers are text of ten digits: 5 and 5.0 are one answer."""
    if isinstance(plain, dict):
        return {key: _rounded(item) for key, item in plain.items()}
    if isinstance(plain, list):
        return [_rounded(item) for item in plain]
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        try:
            return f"{plain + 0.0:.10g}"  # -0.0 is 0
        except OverflowError:  # beyond all floats, and maybe beyond the digits that `str` writes
            return f"{plain:x}"
    return str(plain)


def answer_json(value: Any) -> Any:
    """An answer as JSON: a table is an object of `columns`, `index` and `rows`; NaN is null."""
    value = _unwrapped(value)
    if isinstance(value, pd.DataFrame):
        cells = [value.iloc[:, place].astype(object).tolist() for place in range(value.shape[1])]
        return {
            "columns": [answer_json(name) for name in value.columns.tolist()],
            "index": [answer_json(label) for label in value.index.tolist()],
            "rows": [[answer_json(cell) for cell in row] for row in zip(*cells, strict=True)],
        }
    if isinstance(value, pd.Series):
        name = "value" if value.name is None else value.name
        return answer_json(pd.DataFrame({"": value}).set_axis([str(name)], axis=1))
    if isinstance(value, pd.Index):
        value = value.tolist()
    if isinstance(value, dict):
        names = [_key(key) for key in value]
        if len(set(names)) < len(names):  # 1 and "1": as Python writes them
            names = [repr(answer_json(key)) for key in value]
        return dict(zip(names, map(answer_json, value.values()), strict=True))
    # An array gives its items one by one: `tolist` makes plain numbers of its times.
    if isinstance(value, list | tuple | np.ndarray):
        return [answer_json(item) for item in value]
    if isinstance(value, set | frozenset):  # in one order, whatever their hashes
        items = [answer_json(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(_rounded(item)))
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value) if not isinstance(value, bytes) else value.decode("latin-1")


def _key(key: object) -> str:
    if isinstance(key, tuple):
        return ", ".join(map(_key, key))
    plain = answer_json(key)
    return plain if isinstance(plain, str) else str(plain)
