"""CSV and its kin: encoding, separator, decimal comma, title lines and header are found out."""

import codecs
import csv
import re
import warnings
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

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
# By the bytes that a file begins with; as Python calls it, and as people do.
_MARKED = {
    codecs.BOM_UTF8: ("utf-8-sig", "UTF-8"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}


class Encoding(NamedTuple):
    """How the bytes of a text file are read.

    Attributes:
        name: of the encoding, as Python calls it.
        errors: what becomes of bytes that are none of it, as Python calls it.
        notices: what was guessed, a sentence each.
    """

    name: str
    errors: str = "strict"
    notices: tuple[str, ...] = ()


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
        # As R writes them, whose names of rows have no name; where every last cell is empty, a
        # separator ends each row.
        if longer and set(longer) == {1} and any(row[-1] for row in rows[1:]):
            arguments |= {"header": 0, "names": ["row_name", *rows[0]]}
            notices.append("rows have a cell more than there are names: the first is row_name")
        elif any(extra > 0 for extra in longer):
            arguments["usecols"] = list(range(len(rows[0])))
    _keep_as_written(path, rows, arguments, notices)
    frame = _read(path, arguments, len(arguments.get("names", rows[0])))
    if "usecols" in arguments:
        notices.append("cells beyond the last column were left out")
    return frame, arguments, notices


def _keep_as_written(
    path: Path, rows: list[list[str]], arguments: dict[str, Any], notices: list[str]
) -> None:
    """Keep what pandas would take for something else: 01234, and None among answers."""
    # As pandas calls the columns: it names those without a name, and keeps spaces around others.
    names = pd.read_csv(path, nrows=0, **arguments).columns.tolist()
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


def encoding_of(path: Path) -> Encoding:
    """The encoding of a text file: what its mark says, else UTF-8, else a guess.

    Raises:
        UsageError: it is no text.
    """
    with path.open("rb") as file:
        start = file.read(4096)
        for mark, (name, called) in _MARKED.items():
            if start.startswith(mark):
                if _is_all(file, name):
                    return Encoding(name)
                notice = f"it is marked as {called}: bytes that are none are read as \ufffd"
                return Encoding(name, "replace", (notice,))
        if b"\0" in start:
            raise UsageError(f"{path.name!r} is no text file")
        if _is_all(file, "utf-8"):
            return Encoding("utf-8")
        file.seek(0)
        # Windows' own set has no character for these bytes; Latin-1 has one for every byte.
        odd = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
        while part := file.read(1 << 24):
            if odd.search(part):
                return Encoding("latin-1", notices=("it is not UTF-8: read as Latin-1",))
        return Encoding("cp1252", notices=("it is not UTF-8: read as Windows-1252",))


def _is_all(file: IO[bytes], encoding: str) -> bool:
    """Whether every byte of a file is of an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while part := file.read(1 << 24):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


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
