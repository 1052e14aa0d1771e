"""CSV and its kin: encoding, separator, decimal comma, title lines and header are found out."""

import codecs
import csv
import re
import warnings
from collections.abc import Collection, Iterable
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_float_dtype, is_numeric_dtype

from parelha.errors import UsageError

from .dates import is_date, text_columns
from .encoding import Encoding, encoding_of
from .numerals import has_decimal_comma, has_decimal_point, is_numeral, thousands_notice

Header = Literal["auto", "yes", "no"]
_SAMPLE_BYTES = 1 << 18
_SAMPLE_ROWS = 500
_HEADER_ROWS = 50
NO_NAMES = "the first row is data: columns are called column_1, column_2 ..."
_SEPARATORS = (",", ";", "\t", "|")
_NAMED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?')  # that Excel writes, and takes as told
# What pandas reads as missing, but for None, which is an answer among others.
MISSING = ["", "NaN", "nan", "-NaN", "NA", "<NA>", "N/A", "n/a", "NULL", "null", "#N/A", "#NA"]
_ZEROS = r" *0\d+ *"
_LONG = r" *-?\d{16,} *"
LONG_WITH_GAPS = "cells are missing, and its numbers have more digits than a float keeps"
# Why a column of such numbers is kept as text.
_TOLD = {_ZEROS: "its numbers begin with 0", _LONG: LONG_WITH_GAPS}
_PART = 1 << 24  # characters that are looked through at once
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}.*")


def read_delimited(path: Path, header: Header) -> tuple[pd.DataFrame, dict[str, Any], list[str]]:
    """A table, the arguments of `pd.read_csv` that read it, and what was guessed.

    Raises:
        UsageError: it is no text, or holds no table.
    """
    encoding = encoding_of(path)
    notices = list(encoding.notices)
    rows, separator, above = _sample(path, encoding)
    if not rows:
        raise UsageError(f"{path.name!r} is empty")
    arguments: dict[str, Any] = {}
    if separator != ",":
        arguments["sep"] = separator
        notices.append(f"columns are separated by a {_NAMED.get(separator, separator)}")
    if encoding.name != "utf-8":
        arguments["encoding"] = encoding.name
    if encoding.errors != "strict":
        arguments["encoding_errors"] = encoding.errors
    if above:
        arguments["skiprows"] = above
        notices.append(f"the table begins in line {above + 1}")
    cells = [cell for row in rows[1:] or rows for cell in row]
    commas = separator != "," and any(map(has_decimal_comma, cells))
    # Where a point is a decimal one too, each column is read by itself.
    if commas and not any(map(has_decimal_point, cells)):
        arguments["decimal"] = ","
        notices.append("numbers are read with a decimal comma")
    if header == "no" or (header == "auto" and not has_header(rows)):
        arguments["header"] = None
        arguments["names"] = numbered(max(map(len, rows)))
        notices.append(NO_NAMES)
    else:
        if len(set(rows[0])) < len(rows[0]):
            notices.append("some columns have the same name: the later ones got a number")
        longer = [len(row) - len(rows[0]) for row in rows[1:]]
        # As R writes them, whose names of rows have no name; where every last cell is empty, a
        # separator ends each row.
        if longer and set(longer) == {1} and any(row[-1] for row in rows[1:]):
            arguments |= {"header": 0, "names": ["row_name", *rows[0]]}
            notices.append("rows have a cell more than there are names: the first is row_name")
        elif any(extra > 0 for extra in longer):
            arguments["usecols"] = list(range(len(rows[0])))
    frame = _read_as_written(path, rows, arguments, notices)
    if "usecols" in arguments:
        notices.append("cells beyond the last column were left out")
    return frame, arguments, notices


def _read_as_written(
    path: Path, rows: list[list[str]], arguments: dict[str, Any], notices: list[str]
) -> pd.DataFrame:
    """The table, read again where pandas took something for what it is not."""
    columns = len(arguments.get("names", rows[0]))
    frame = _read(path, arguments, columns)
    _say_doubts(rows, frame, arguments, notices)
    if kept := _as_written(path, frame, arguments, notices):
        arguments |= kept
        del frame  # so that memory need not hold both
        frame = _read(path, arguments, columns)
    return frame


def _say_doubts(
    rows: list[list[str]], frame: pd.DataFrame, arguments: dict[str, Any], notices: list[str]
) -> None:
    """Say where a point that is read as a decimal one could be one between thousands."""
    below = rows if arguments.get("header", 0) is None else rows[1:]
    if "sep" not in arguments or "decimal" in arguments:
        return
    for place, name in enumerate(frame.columns):
        cells = [row[place] for row in below if place < len(row)]
        doubt = thousands_notice(name, [c for c in cells if c not in (*MISSING, "None")])
        if doubt and is_numeric_dtype(frame[name]):
            notices.append(doubt)


def _as_written(
    path: Path, frame: pd.DataFrame, arguments: dict[str, Any], notices: list[str]
) -> dict[str, Any]:
    """Arguments that keep what pandas took for something else: 01234, and None among words."""
    present = _present(path, arguments)
    if not present:
        return {}
    gaps = frame.columns[frame.isna().any()].tolist()
    words = [
        name for name in text_columns(frame) if name in gaps and are_words(frame[name].dropna())
    ]
    columns = {
        _ZEROS: [name for name in frame.columns if _is_whole(frame[name])],
        _LONG: [name for name in gaps if loses_digits(frame[name])],
        "None": gaps if words else [],
        "NA": words,
    }
    found = _columns_with(path, frame, arguments, {cell: columns[cell] for cell in present})
    text: dict[str, str] = {}
    for form, why in _TOLD.items():
        notices += [f"column {n!r} is text: {why}" for n in found[form] if n not in text]
        text |= dict.fromkeys(found[form], "str")
    notices += [f"column {name!r}: NA is read as missing" for name in found["NA"]]
    kept = missing_values(gaps, words, found["None"])
    if text:
        kept["dtype"] = arguments.get("dtype", {}) | text
    return kept


def _present(path: Path, arguments: dict[str, Any]) -> list[str]:
    """Which of the cells that pandas takes for something else a file has, in one pass over it."""
    edges = rf'[{re.escape(arguments.get("sep", ","))}"\r\n]'
    wanted = {
        **{form: re.compile(edges + form + edges) for form in _TOLD},
        # Letters first: so they are looked for as fast as memory is read.
        **{cell: re.compile(f"{cell}(?<={edges}{cell}){edges}") for cell in ("None", "NA")},
    }
    present: list[str] = []
    encoding, errors = arguments.get("encoding"), arguments.get("encoding_errors")
    with path.open(encoding=encoding or "utf-8", errors=errors, newline="") as file:
        while len(present) < len(wanted) and (part := file.read(_PART)):
            part = f"\n{part}{file.readline()}\n"
            present += [c for c, form in wanted.items() if c not in present and form.search(part)]
    return present


def _columns_with(
    path: Path, frame: pd.DataFrame, arguments: dict[str, Any], wanted: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Those of the columns in which a cell is written in such a way."""
    found: dict[str, list[str]] = {**{form: [] for form in _TOLD}, "None": [], "NA": []}
    names = {name for columns in wanted.values() for name in columns}
    if not names:
        return found
    places = [place for place, name in enumerate(frame.columns) if name in names]
    how = arguments | {"usecols": places, "dtype": "str", "na_filter": False}
    with pd.read_csv(path, chunksize=_PART // 16 // len(names) + 1, **how) as parts:
        for part in parts:
            for form, columns in wanted.items():
                rest = [name for name in columns if name not in found[form]]
                found[form] += [name for name in rest if part[name].str.fullmatch(form).any()]
            if all(len(found[form]) == len(columns) for form, columns in wanted.items()):
                break
    return found


def _is_whole(column: "pd.Series[Any]") -> bool:
    """Whether a column that was read as numbers could be of digits alone."""
    if column.dtype == "object":  # too long for 64 bits
        return infer_dtype(column) == "integer"
    if not is_numeric_dtype(column) or is_bool_dtype(column):
        return False
    numbers = column.dropna()
    return bool(((numbers >= 0) & (numbers % 1 == 0)).all()) and not numbers.empty


def loses_digits(column: "pd.Series[Any]") -> bool:
    """Whether whole numbers became floats, for a gap, of which some have more digits than those."""
    if not is_float_dtype(column):
        return False
    numbers = column.dropna()
    return bool((numbers % 1 == 0).all() and (numbers.abs() >= 1e15).any())


def are_words(cells: Iterable[str]) -> bool:
    """Whether a column's first cells, the missing ones left out, are neither numbers nor dates."""
    first = [cell.strip() for cell in islice(cells, _SAMPLE_ROWS)]
    return bool(first) and not any(_is_value(cell) or is_date(cell) for cell in first)


def missing_values(
    gaps: list[str], words: Collection[str], with_none: Collection[str]
) -> dict[str, Any]:
    """Arguments of pandas by which None is a word in columns of words, and missing in others.

    Args:
        gaps: columns in which something is missing, None included.
        words: columns of words.
        with_none: columns in which None stands.
    """
    if not any(name in words for name in with_none):
        return {}
    if all(name in words for name in with_none):
        return {"keep_default_na": False, "na_values": MISSING}
    each = {name: MISSING if name in words else [*MISSING, "None"] for name in gaps}
    return {"keep_default_na": False, "na_values": each}


def _read(path: Path, arguments: dict[str, Any], columns: int) -> pd.DataFrame:
    """The table; where a row has more cells than there are columns, `arguments` name those."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(path, **arguments)
        # pandas reads part by part, and a late word leaves numbers before it and text after.
        mixed = {
            name: "str"
            for name, kind in frame.dtypes.items()
            if kind == "object" and infer_dtype(frame[name]).startswith("mixed")
        }
        if not mixed or mixed.keys() <= arguments.get("dtype", {}).keys():
            return frame
        arguments["dtype"] = arguments.get("dtype", {}) | mixed
        return _read(path, arguments, columns)
    except pd.errors.EmptyDataError:
        raise UsageError(f"{path.name!r} is empty") from None
    except pd.errors.ParserError:
        if "usecols" in arguments:
            raise
    arguments["usecols"] = list(range(columns))  # pandas then passes over what is beyond them
    return _read(path, arguments, columns)


def _sample(path: Path, encoding: Encoding) -> tuple[list[list[str]], str, int]:
    """The first rows, cut by the separator that cuts most of them into the same number of cells.

    Returns: the rows, the separator, and how many rows stand above the first one.
    """
    with path.open("rb") as file:
        data = file.read(_SAMPLE_BYTES)
    text = codecs.getincrementaldecoder(encoding.name)(encoding.errors).decode(data)
    whole = len(data) < _SAMPLE_BYTES or "\n" not in text.strip()
    # Not `splitlines`, to which U+2028 inside a cell ends a line too.
    lines = re.split(r"\r\n|\r|\n", text if whole else text.rpartition("\n")[0])
    told = _SEPARATOR_LINE.fullmatch(lines[0])
    best: tuple[float, list[list[str]], str, int] = (0.0, [], ",", 0)
    for separator in (told[1],) if told else _SEPARATORS:
        rows, begins = _rows(lines, separator, int(bool(told)))
        if not rows:
            continue
        sizes = [len(row) for row in rows]
        usual = max(set(sizes), key=sizes.count)
        agreement = sizes.count(usual) / len(sizes) if usual > 1 else 0.0
        # Of two that both cut evenly the one with more columns; a comma in prose cuts unevenly,
        # and a bar stands in texts more often than between columns.
        merit = agreement * (2 - 1 / usual) * (0.7 if separator == "|" else 1.0)
        merit = merit if agreement >= 0.5 else 0.0
        if merit > best[0] or not best[1]:
            above = titles(rows)
            best = (merit, rows[above:], separator, begins[above])
    merit, rows, separator, above = best
    return rows, separator if merit or told else ",", above


def _rows(lines: list[str], separator: str, first: int) -> tuple[list[list[str]], list[int]]:
    """The rows from line `first` on, and how many stand above each, as pandas counts them.

    An empty line is one of them, and a cell that goes over several lines does not make it more.
    """
    rows: list[list[str]] = []
    begins: list[int] = []
    try:
        for above, row in enumerate(csv.reader(lines[first:], delimiter=separator), first):
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                begins.append(above)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:  # a cell of more than 128 KiB, or a bare carriage return
        pass
    return rows, begins


def titles(rows: list[list[str]]) -> int:
    """How many rows at the beginning are lines above a table: at most half of its cells.

    In a table of two columns such a line could be R's header, which has no name for the names of
    rows: it is passed over where the row after it is seen to be the header.
    """
    filled = [sum(map(bool, row)) for row in rows]
    usual = max(set(filled), key=filled.count) if filled else 0
    begins = next((place for place, count in enumerate(filled) if count), 0)
    first = next((place for place, count in enumerate(filled) if 2 * count > usual), begins)
    if usual != 2:
        return first
    names, (numbers, _) = rows[first], _columns_of_values(rows[first:])
    return first if numbers and not any(map(_is_value, names)) else begins


def numbered(columns: int) -> list[str]:
    """Names of columns that have none."""
    return [f"column_{n + 1}" for n in range(columns)]


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: it is unlike those below it."""
    first, others = rows[0], rows[1:_HEADER_ROWS]
    if not others:
        return not any(map(_is_value, first))
    seen, alike = _columns_of_values(rows)
    # Years are names of columns in wide tables: 2019, 2020, 2021.
    years = [int(cell) for cell in first if re.fullmatch(r"(?:19|20)\d\d", cell)]
    named = len(years) >= 2 and all(b - a == years[1] - years[0] for a, b in pairwise(years))
    return not seen or alike < seen or (named and not _is_value(first[0]))


def _columns_of_values(rows: list[list[str]]) -> tuple[int, int]:
    """In how many columns all is a value below the first row, and in how many of them it is too."""
    seen = alike = 0
    for place, cell in enumerate(rows[0]):
        below = [row[place] for row in rows[1:_HEADER_ROWS] if place < len(row) and row[place]]
        if below and all(map(_is_value, below)):
            seen += 1
            alike += _is_value(cell)
    return seen, alike


def _is_value(cell: str) -> bool:
    return is_numeral(cell) or bool(_DATE.fullmatch(cell))
