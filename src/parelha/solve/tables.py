"""Somebody's files as tables: CSV, Excel, JSON and Parquet, with what was guessed about them said.

The files are their owner's: they are read in this process, as pandas would for them. Each table
keeps the lines of Python that read it in the same way, so that a kept program runs by itself.
"""

import builtins
import json
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import psutil
from pandas.api.types import infer_dtype

from parelha.errors import UsageError, install_command
from parelha.report.text import printable

from .arrow import plain_types
from .dates import read_dates
from .delimited import (
    LONG_WITH_GAPS,
    MISSING,
    NO_NAMES,
    Header,
    are_words,
    has_header,
    loses_digits,
    missing_values,
    numbered,
    read_delimited,
    titles,
)
from .encoding import encoding_of
from .numerals import code_among, read_numerals, thousands_notice

MAX_TABLES = 8
_WHOLE_OR_TEXT = "lambda digits: int(digits) if len(digits) < 16 else digits"
_SHEET_ROWS = 50  # of a sheet, by which its names are found
# Memory that a table needs while it is read, over the size of its file (docs/solve.md).
_GROWTH = {"text": 8, "json": 16, "excel": 40, "parquet": 16}
_RESERVED = {"pd", "np", "plt", "answer", "result", "df", *keyword.kwlist, *dir(builtins)}
Kind = Literal["text", "json", "excel", "parquet"]
_KINDS: dict[str, Kind] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "text"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), "json"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        name: by which programs know it, a Python name.
        source: its file, and its sheet where there are several, as people are shown them.
        frame: what it holds; its columns have different names, all of them text.
        code: lines of Python that read it again, `pd` being pandas.
        notices: what was guessed or left out, a sentence each.
    """

    name: str
    source: str
    frame: pd.DataFrame
    code: tuple[str, ...]
    notices: tuple[str, ...] = ()


@dataclass
class _Found:
    """A table on its way: the call that read it, what is said of it, and the sheet that it is."""

    hint: str
    source: str
    frame: pd.DataFrame
    call: str
    notices: list[str]
    sheet: str | None = None


def read_tables(
    paths: Sequence[Path], *, sheets: Sequence[str] = (), header: Header = "auto"
) -> tuple[Table, ...]:
    """All tables of the files, in order.

    Args:
        paths: the files; an Excel file is a table for each sheet that has rows.
        sheets: only these sheets of Excel files; empty means all.
        header: whether the first row of a CSV or Excel file names the columns.

    Raises:
        UsageError: a file that cannot be read, is empty, or is too large for this machine's memory;
            no such sheet, or none of them in an Excel file; too many tables.
    """
    found: list[_Found] = []
    # What programs run with may lack pyarrow, and a text column must not need it.
    with pd.option_context("mode.string_storage", "python"):
        for path in paths:
            found += _read(path, sheets, header)
        missing = [sheet for sheet in sheets if not any(one.sheet == sheet for one in found)]
        if missing:
            raise UsageError(
                f"no file has a sheet that is called {shown(missing[0])}, or it is empty"
            )
        if len(found) > MAX_TABLES:
            raise UsageError(
                f"{len(found)} tables are more than {MAX_TABLES}: name fewer files, or the sheets "
                "with --sheet"
            )
        names = _names([one.hint for one in found])
        return tuple(map(_finish, names, found))


def shown(text: object) -> str:
    """A name as it can stand in a line on the terminal."""
    line = printable(" ".join(str(text).split()))
    return line if len(line) <= 80 else line[:77] + "..."


def _read(path: Path, sheets: Sequence[str], header: Header) -> list[_Found]:
    kind = _KINDS.get(path.suffix.lower())
    try:
        is_folder, size = path.is_dir(), path.stat().st_size
    except OSError as error:
        raise UsageError(f"cannot read {shown(path)}: {error.strerror}") from None
    except ValueError:  # a NUL in the name
        raise UsageError(f"cannot read {shown(path)}: no such file") from None
    if is_folder:
        raise UsageError(f"{shown(path)} is a folder: name the files")
    if kind is None:
        raise UsageError(f"{shown(path.name)} is of no known kind: {', '.join(_KINDS)} can be read")
    if not size:
        raise UsageError(f"{shown(path.name)} is empty")
    need, free = size * _GROWTH[kind], psutil.virtual_memory().available
    if need > free:
        raise UsageError(
            f"{shown(path.name)} has {size / 2**30:.2f} GiB and needs up to {need / 2**30:.1f} GiB "
            f"of memory, of which {free / 2**30:.1f} are free: take a part of it"
        )
    read: Callable[[], list[_Found]] = {
        "text": lambda: [_read_text(path, header)],
        "json": lambda: [_read_json(path)],
        "excel": lambda: _read_excel(path, sheets, header),
        "parquet": lambda: [_read_parquet(path)],
    }[kind]
    try:
        return read()
    except UsageError:
        raise
    except ImportError as error:
        raise UsageError(
            f"{path.suffix} files need {error.name or 'a library'} that is not installed: "
            f"{install_command('solve')}"
        ) from None
    except MemoryError:
        raise UsageError(f"{shown(path.name)} is too large for the memory here") from None
    # Libraries that read files raise whatever they like (calamine: its own, pyarrow: OSError).
    except Exception as error:  # pylint: disable=broad-exception-caught
        why = shown(error) or type(error).__name__
        raise UsageError(f"cannot read {shown(path.name)}: {why}") from None


def _read_text(path: Path, header: Header) -> _Found:
    frame, arguments, notices = read_delimited(path, header)
    return _Found(path.stem, shown(path.name), frame, _call("read_csv", path, arguments), notices)


def _read_parquet(path: Path) -> _Found:
    frame = pd.read_parquet(path, engine="pyarrow")
    call = _call("read_parquet", path, {})
    if not isinstance(frame.index, pd.RangeIndex):
        frame, call = frame.reset_index(), call + ".reset_index()"
    types, said = plain_types(frame)
    if types:
        frame, call = frame.astype(types), f"{call}.astype({types!r})"
    notices = [f"{shown(path.name)}: {text}" for text in said]
    return _Found(path.stem, shown(path.name), frame, call, notices)


def _read_excel(path: Path, sheets: Sequence[str], header: Header) -> list[_Found]:
    found: list[_Found] = []
    with pd.ExcelFile(path, engine="calamine") as book:
        names = [str(name) for name in book.sheet_names]
        if sheets and not set(sheets).intersection(names):
            there = shown(", ".join(names))
            raise UsageError(
                f"{shown(path.name)} has none of these sheets: leave it out, or name one of {there}"
            )
        for name in names:
            if sheets and name not in sheets:
                continue
            arguments, notices = _sheet_arguments(book, name, header)
            frame = pd.read_excel(book, sheet_name=name, **arguments)
            if not frame.shape[1]:
                continue
            call = _call("read_excel", path, {"engine": "calamine", "sheet_name": name} | arguments)
            source, hint = f"{shown(path.name)}, sheet {shown(name)}", name
            if len(names) == 1 and not sheets:
                source, hint = shown(path.name), path.stem
            notices = [f"{source}: {notice}" for notice in notices]
            found.append(_Found(hint, source, frame, call, notices, name))
    if not found and not sheets:
        raise UsageError(f"{shown(path.name)} has no sheet with anything in it")
    with_rows = [one for one in found if one.frame.shape[0]]
    if sheets or not with_rows:
        return found
    with_rows[0].notices += [
        f"{one.source} has names of columns and no rows: it is left out"
        for one in found
        if not one.frame.shape[0]
    ]
    return with_rows


def _sheet_arguments(
    book: pd.ExcelFile, sheet: str, header: Header
) -> tuple[dict[str, Any], list[str]]:
    """What `pd.read_excel` needs to read a sheet as it is meant, and what was guessed."""
    # As they are stored: pandas makes 1234 of the text 01234, and 2019.0 of 2019 above 1.5.
    cells = pd.read_excel(book, sheet_name=sheet, header=None, dtype=object, na_filter=False)
    top = cells.head(_SHEET_ROWS).to_numpy()
    rows = [["" if cell in MISSING else str(cell).strip() for cell in row] for row in top]
    above = titles(rows)
    arguments: dict[str, Any] = {"header": 0}
    notices: list[str] = []
    if above:
        arguments["skiprows"] = above
        notices.append(f"the table begins in row {above + 1}")
    if rows and (header == "no" or (header == "auto" and not has_header(rows[above:]))):
        arguments |= {"header": None, "names": numbered(cells.shape[1])}
        notices.append(NO_NAMES)
    names = pd.read_excel(book, sheet_name=sheet, nrows=0, **arguments).columns.tolist()
    if any(not isinstance(name, str) for name in names):  # years, and dates
        arguments["names"] = names = _distinct(names)
    below = cells.iloc[above if arguments["header"] is None else above + 1 :]
    arguments |= _as_stored(below.set_axis(names, axis=1), notices)
    return arguments, notices


def _as_stored(cells: pd.DataFrame, notices: list[str]) -> dict[str, Any]:
    """Arguments that keep what pandas takes for something else: texts of digits, None as a word."""
    codes: list[str] = []
    words: list[str] = []
    missing: dict[str, set[str]] = {}
    for name in cells.columns:
        missing[name] = {*MISSING, "None"}.intersection(cells[name])
        values = [cell for cell in cells[name] if cell not in missing[name]]
        texts = [cell.strip() for cell in values if isinstance(cell, str)]
        if all(type(cell) in (str, int) for cell in values) and (code := code_among(texts)):
            codes.append(name)
            why = ": its numbers begin with 0" if code[0] == "0" else f", as {code} is stored"
            notices.append(f"column {name!r} is text{why}")
        if len(texts) < len(values):
            continue
        if doubt := thousands_notice(name, texts):
            notices.append(doubt)
        if are_words(texts):
            words.append(name)
            if "NA" in missing[name]:
                notices.append(f"column {name!r}: NA is read as missing")
    gaps = [name for name, cells_missing in missing.items() if cells_missing]
    kept = missing_values(gaps, words, [name for name in gaps if "None" in missing[name]])
    return kept | ({"dtype": dict.fromkeys(codes, "str")} if codes else {})


def _read_json(path: Path) -> _Found:
    """A list of records, a record of lists, or one record a line."""
    encoding = encoding_of(path)
    text = path.read_text(encoding.name, encoding.errors)
    errors = f", errors={encoding.errors!r}" if encoding.errors != "strict" else ""
    said = f"Path({str(path)!r}).read_text(encoding={encoding.name!r}{errors})"
    notices = list(encoding.notices)
    frame, call = _json_table(path, text, said)
    if any(loses_digits(frame[name]) for name in frame.columns):
        kept, call = _json_table(path, text, said, long_as_text=True)
        numbers = {"integer", "floating", "mixed-integer-float"}
        long = [
            name
            for name in frame.columns
            if infer_dtype(frame[name]) in numbers and infer_dtype(kept[name]) not in numbers
        ]
        frame = kept.astype(dict.fromkeys(long, "str"))
        call += f".astype({dict.fromkeys(long, 'str')!r})"
        notices += [f"column {name!r} is text: {LONG_WITH_GAPS}" for name in long]
    return _Found(path.stem, shown(path.name), frame, call, notices)


def _json_table(
    path: Path, text: str, said: str, *, long_as_text: bool = False
) -> tuple[pd.DataFrame, str]:
    """What a JSON text holds, and the Python that makes it of the text that `said` reads."""
    parse_int = _whole_or_text if long_as_text else int
    how = f", parse_int={_WHOLE_OR_TEXT}" if long_as_text else ""
    load = f"json.loads({said}{how})"
    try:
        content = json.loads(text, parse_int=parse_int)
    except ValueError as error:
        try:
            # Not `splitlines`, to which U+2028 inside a string ends a line too.
            lines = [line for line in text.split("\n") if line.strip()]
            content = [json.loads(line, parse_int=parse_int) for line in lines]
        except ValueError:
            raise UsageError(f"{shown(path.name)} is not valid JSON: {error}") from None
        load = f"[json.loads(line{how}) for line in {said}.split('\\n') if line.strip()]"
    if isinstance(content, dict):
        inner = [key for key, value in content.items() if _records(value)]
        if len(inner) == 1 and not all(isinstance(v, list) for v in content.values()):
            content, load = content[inner[0]], f"{load}[{inner[0]!r}]"
    if _records(content):
        return pd.json_normalize(content), f"pd.json_normalize({load})"
    if isinstance(content, dict) and all(isinstance(v, list | dict) for v in content.values()):
        return pd.DataFrame(content), f"pd.DataFrame({load})"
    raise UsageError(f"{shown(path.name)} holds no table: a list of records is one")


def _whole_or_text(digits: str) -> int | str:
    """As `_WHOLE_OR_TEXT` says it in a kept program: a float keeps no more than 15 digits."""
    return int(digits) if len(digits) < 16 else digits


def _records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _call(function: str, path: Path, arguments: dict[str, Any]) -> str:
    rest = "".join(f", {name}={value!r}" for name, value in arguments.items())
    return f"pd.{function}({str(path)!r}{rest})"


def _finish(name: str, found: _Found) -> Table:
    """Column names that a program can use, dates as dates, and no need of pyarrow."""
    frame, notices, code = found.frame, list(found.notices), [f"{name} = {found.call}"]
    if "json.loads(" in found.call:
        code = ["import json", "from pathlib import Path", *code]
    if frame.shape[0] == 0:
        raise UsageError(f"{found.source} has names of columns and no rows")
    columns = _distinct(frame.columns)
    if columns != list(frame.columns):
        frame = frame.set_axis(columns, axis=1)
        code.append(f"{name}.columns = {columns!r}")
        notices.append(f"columns of {found.source} were renamed, so that all names differ")
    frame, code_of_dates, said = read_dates(name, frame)
    commas = "decimal=','" in found.call
    frame, code_of_numbers, more = read_numerals(name, frame, decimal_comma=commas)
    said = [f"{found.source}: {text}" for text in (*said, *more)]
    frame = frame.set_axis(pd.Index(frame.columns.tolist()), axis=1)
    return Table(
        name,
        found.source,
        _portable(frame),
        (*code, *code_of_dates, *code_of_numbers),
        tuple(dict.fromkeys(notices + said)),
    )


def _distinct(columns: Iterable[object]) -> list[str]:
    """The names as text; one that stands there already gets a number."""
    names: dict[str, None] = {}
    for column in columns:
        # Of tables whose columns have several levels, such as pivoted ones.
        text = "_".join(map(str, column)) if isinstance(column, tuple) else str(column)
        name, number = text, 1
        while name in names:
            name, number = f"{text}.{number}", number + 1
        names[name] = None
    return list(names)


def _portable(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without texts that only pyarrow can hold."""
    plain: dict[str, Any] = {}
    for name, dtype in frame.dtypes.items():
        if isinstance(dtype, pd.StringDtype) and dtype.storage != "python":
            plain[str(name)] = pd.StringDtype("python", na_value=dtype.na_value)
    return frame.astype(plain) if plain else frame


def _names(hints: Sequence[str]) -> list[str]:
    """A Python name for each table."""
    names: list[str] = []
    for hint in hints:
        ascii_only = unicodedata.normalize("NFKD", hint).encode("ascii", "ignore").decode()
        name = re.sub(r"\W+", "_", ascii_only).strip("_").lower()[:40].rstrip("_")
        if not name or name[0].isdigit() or name in _RESERVED:
            name = f"table_{name}".rstrip("_")
        number, free = 2, name
        while free in names:
            free, number = f"{name}_{number}", number + 1
        names.append(free)
    return names
