"""CSV and its kin: the encoding, the separator, the decimal comma and the header are found out."""

import codecs
import csv
import re
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from parelha.errors import UsageError

Header = Literal["auto", "yes", "no"]
_SAMPLE_BYTES = 1 << 18
_SAMPLE_ROWS = 50
_SEPARATORS = (",", ";", "\t", "|")
_NAMED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?")
_COMMA_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+")
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}.*")


def read_delimited(path: Path, header: Header) -> tuple[pd.DataFrame, dict[str, Any], list[str]]:
    """A table, the arguments of `pd.read_csv` that read it, and what was guessed.

    Raises:
        UsageError: it is no text, or holds no table.
    """
    encoding, notices = encoding_of(path)
    rows, separator = _sample(path, encoding)
    if not rows:
        raise UsageError(f"{path.name!r} is empty")
    arguments: dict[str, Any] = {}
    if separator != ",":
        arguments["sep"] = separator
        notices.append(f"columns are separated by a {_NAMED[separator]}")
    if encoding != "utf-8":
        arguments["encoding"] = encoding
    cells = [cell for row in rows[1:] or rows for cell in row]
    commas = [cell for cell in cells if _COMMA_NUMBER.fullmatch(cell)]
    if separator != "," and commas and not any(re.fullmatch(r"-?\d+\.\d{1,2}", c) for c in cells):
        arguments["decimal"] = ","
        if any(map(_GROUPED.fullmatch, cells)):
            arguments["thousands"] = "."
        notices.append("numbers are read with a decimal comma")
    if header == "no" or (header == "auto" and not _has_header(rows)):
        arguments["header"] = None
        arguments["names"] = [f"column_{n + 1}" for n in range(max(map(len, rows)))]
        notices.append("the first row is data: columns are called column_1, column_2 ...")
    else:
        if len(set(rows[0])) < len(rows[0]):
            notices.append("some columns have the same name: the later ones got a number")
        longer = [len(row) - len(rows[0]) for row in rows[1:]]
        if longer and set(longer) == {1}:  # as R writes them: names of rows have none themselves
            arguments |= {"header": 0, "names": ["row_name", *rows[0]]}
            notices.append("rows have a cell more than there are names: the first is row_name")
        elif any(extra > 0 for extra in longer):
            arguments["usecols"] = list(range(len(rows[0])))
    frame = _read(path, arguments, len(arguments.get("names", rows[0])))
    if "usecols" in arguments:
        notices.append("cells beyond the last column were left out")
    return frame, arguments, notices


def _read(path: Path, arguments: dict[str, Any], columns: int) -> pd.DataFrame:
    """The table; where a row has more cells than there are columns, `arguments` name those."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(path, **arguments)
            return frame
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


def _sample(path: Path, encoding: str) -> tuple[list[list[str]], str]:
    """The first rows, cut by the separator that cuts most rows into the same number of cells."""
    with path.open("rb") as file:
        data = file.read(_SAMPLE_BYTES)
    text = codecs.getincrementaldecoder(encoding)().decode(data)
    whole = len(data) < _SAMPLE_BYTES or "\n" not in text.strip()
    lines = (text if whole else text.rpartition("\n")[0]).splitlines()
    best: tuple[float, list[list[str]], str] = (0.0, [], ",")
    for separator in _SEPARATORS:
        rows = _rows(lines, separator)
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
            best = (merit, rows, separator)
    _, rows, separator = best
    return rows, separator if best[0] else ","


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=separator):
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:  # a cell of more than 128 KiB, or a bare carriage return
        pass
    return rows


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: it is unlike those below it."""
    first, others = rows[0], rows[1:]
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
    return any(kind.fullmatch(cell) for kind in (_NUMBER, _COMMA_NUMBER, _DATE))
