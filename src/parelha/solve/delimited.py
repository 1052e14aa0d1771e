"""CSV and its kin: encoding, separator, decimal comma, title lines and header are found out."""

import codecs
import csv
import re
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pandas.api.types import infer_dtype

from parelha.errors import UsageError

from .numerals import could_be_thousands, has_decimal_comma, is_numeral

Header = Literal["auto", "yes", "no"]
_SAMPLE_BYTES = 1 << 18
_SAMPLE_ROWS = 500
_HEADER_ROWS = 50
NO_NAMES = "the first row is data: columns are called column_1, column_2 ..."
_SEPARATORS = (",", ";", "\t", "|")
_NAMED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?')  # that Excel writes, and takes as told
# What pandas reads as missing, but for None, which is an answer among others.
_MISSING = ["", "NaN", "nan", "-NaN", "NA", "<NA>", "N/A", "n/a", "NULL", "null", "#N/A", "#NA"]
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}.*")


def read_delimited(path: Path, header: Header) -> tuple[pd.DataFrame, dict[str, Any], list[str]]:
    """A table, the arguments of `pd.read_csv` that read it, and what was guessed.

    Raises:
        UsageError: it is no text, or holds no table.
    """
    encoding, notices = encoding_of(path)
    rows, separator, above = _sample(path, encoding)
    if not rows:
        raise UsageError(f"{path.name!r} is empty")
    arguments: dict[str, Any] = {}
    if separator != ",":
        arguments["sep"] = separator
        notices.append(f"columns are separated by a {_NAMED.get(separator, separator)}")
    if encoding != "utf-8":
        arguments["encoding"] = encoding
    if above:
        arguments["skiprows"] = above
        notices.append(f"the table begins in line {above + 1}")
    cells = [cell for row in rows[1:] or rows for cell in row]
    commas = separator != "," and any(map(has_decimal_comma, cells))
    if commas and not any(re.fullmatch(r"-?\d+\.\d{1,2}", c) for c in cells):
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
        if longer and set(longer) == {1}:  # as R writes them: names of rows have none themselves
            arguments |= {"header": 0, "names": ["row_name", *rows[0]]}
            notices.append("rows have a cell more than there are names: the first is row_name")
        elif any(extra > 0 for extra in longer):
            arguments["usecols"] = list(range(len(rows[0])))
    _keep_as_written(rows, arguments, notices)
    frame = _read(path, arguments, len(arguments.get("names", rows[0])))
    if "usecols" in arguments:
        notices.append("cells beyond the last column were left out")
    return frame, arguments, notices


def _keep_as_written(rows: list[list[str]], arguments: dict[str, Any], notices: list[str]) -> None:
    """Keep what pandas would take for something else: 01234, and None among answers."""
    names = arguments.get("names", rows[0])
    below = rows if arguments.get("header", 0) is None else rows[1:]
    in_doubt = "sep" in arguments and "decimal" not in arguments
    texts: dict[str, str] = {}
    for place, name in enumerate(names):
        cells = [row[place] for row in below if place < len(row) and row[place]]
        words = [cell for cell in cells if cell not in (*_MISSING, "None")]
        if any(re.fullmatch(r"0\d{2,}", cell) for cell in words) and all(map(str.isdigit, words)):
            texts[name] = "str"
            notices.append(f"column {name!r} is text: its numbers begin with 0")
        elif in_doubt and (first := could_be_thousands(words)):
            other = first.replace(".", "")
            notices.append(f"column {name!r}: {first} is read as {first}, and could be {other}")
        if words and not any(map(is_numeral, words)):
            if "None" in cells:
                arguments |= {"keep_default_na": False, "na_values": _MISSING}
            if "NA" in cells:
                notices.append(f"column {name!r}: NA is read as missing")
    if texts:
        arguments["dtype"] = texts


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


def encoding_of(path: Path) -> tuple[str, list[str]]:
    """The encoding of a text file, and a notice where it is a guess.

    Raises:
        UsageError: it is no text.
    """
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig", []
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", []
        if b"\0" in start:
            raise UsageError(f"{path.name!r} is no text file")
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            file.seek(0)
            while part := file.read(1 << 24):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            # Windows' own set has no character for these bytes; Latin-1 has one for every byte.
            odd = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
            while part := file.read(1 << 24):
                if odd.search(part):
                    return "latin-1", ["it is not UTF-8: read as Latin-1"]
            return "cp1252", ["it is not UTF-8: read as Windows-1252"]
    return "utf-8", []


def _sample(path: Path, encoding: str) -> tuple[list[list[str]], str, int]:
    """The first rows, cut by the separator that cuts most of them into the same number of cells.

    Returns: the rows, the separator, and how many lines stand above the first row.
    """
    with path.open("rb") as file:
        data = file.read(_SAMPLE_BYTES)
    text = codecs.getincrementaldecoder(encoding)().decode(data)
    whole = len(data) < _SAMPLE_BYTES or "\n" not in text.strip()
    lines = (text if whole else text.rpartition("\n")[0]).splitlines()
    told = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
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
            best = (merit, rows[above:], separator, begins[above] if above or told else 0)
    merit, rows, separator, above = best
    return rows, separator if merit or told else ",", above


def _rows(lines: list[str], separator: str, first: int) -> tuple[list[list[str]], list[int]]:
    """The rows from line `first` on, and how many lines stand above each."""
    rows: list[list[str]] = []
    begins: list[int] = []
    reader = csv.reader(lines[first:], delimiter=separator)
    above = first
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                begins.append(above)
            above = first + reader.line_num
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:  # a cell of more than 128 KiB, or a bare carriage return
        pass
    return rows, begins


def titles(rows: list[list[str]]) -> int:
    """How many rows at the beginning are lines above a table: at most half of its cells."""
    filled = [sum(map(bool, row)) for row in rows]
    usual = max(set(filled), key=filled.count) if filled else 0
    if usual < 3:
        return 0
    return next((place for place, count in enumerate(filled) if 2 * count > usual), 0)


def numbered(columns: int) -> list[str]:
    """Names of columns that have none."""
    return [f"column_{n + 1}" for n in range(columns)]


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: it is unlike those below it."""
    first, others = rows[0], rows[1:_HEADER_ROWS]
    if not others:
        return not any(map(_is_value, first))
    seen = alike = 0
    for place, cell in enumerate(first):
        below = [row[place] for row in others if place < len(row) and row[place]]
        if below and all(map(_is_value, below)):
            seen += 1
            alike += _is_value(cell)
    # Years are names of columns in wide tables: 2019, 2020, 2021.
    years = [int(cell) for cell in first if re.fullmatch(r"(?:19|20)\d\d", cell)]
    named = len(years) >= 2 and all(b - a == years[1] - years[0] for a, b in pairwise(years))
    return not seen or alike < seen or (named and not _is_value(first[0]))


def _is_value(cell: str) -> bool:
    return is_numeral(cell) or bool(_DATE.fullmatch(cell))
