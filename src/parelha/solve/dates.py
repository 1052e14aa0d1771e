"""Dates that stand in a table as text, of whatever kind, become dates where all can be read."""

import re
from typing import Any

import pandas as pd

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?"
_SHORT = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_LONG = "(?:january|february|march|april|june|july|august|september|october|november|december)"
# Kinds of dates, as they are written and as pandas calls them. `D` and `M` are day and month: which
# of them comes first is told by the numbers. A value is taken by the first kind that it is of.
_ZONED = rf"\d{{4}}-\d{{2}}-\d{{2}}{_TIME}(Z|[+-]\d{{2}}:?\d{{2}})"
_KINDS: dict[str, str] = {
    rf"\d{{4}}-\d{{2}}-\d{{2}}{_TIME}": "ISO8601",
    _ZONED: "ISO8601",
    r"\d{4}/\d{1,2}/\d{1,2}": "%Y/%m/%d",
    r"\d{1,2}/\d{1,2}/\d{4}": "D/M/%Y",
    r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}": "D/M/%Y %H:%M",
    r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}": "D/M/%Y %H:%M:%S",
    r"\d{1,2}\.\d{1,2}\.\d{4}": "D.M.%Y",
    r"\d{1,2}-\d{1,2}-\d{4}": "D-M-%Y",
    rf"\d{{1,2}} {_SHORT} \d{{4}}": "%d %b %Y",
    rf"\d{{1,2}}-{_SHORT}-\d{{4}}": "%d-%b-%Y",
    rf"{_SHORT} \d{{1,2}}, \d{{4}}": "%b %d, %Y",
    rf"\d{{1,2}} {_LONG} \d{{4}}": "%d %B %Y",
    rf"{_LONG} \d{{1,2}}, \d{{4}}": "%B %d, %Y",
}
_NUMBERS = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}")
_LOOKED_AT = 200  # values by which columns without dates are left at once


def text_columns(frame: pd.DataFrame) -> list[Any]:
    """Names of the columns that hold text."""
    kinds = frame.dtypes.items()
    return [name for name, kind in kinds if kind == "str" or isinstance(kind, pd.StringDtype)]


def is_date(cell: str) -> bool:
    """Whether a cell is written as a date of any kind."""
    return any(re.fullmatch(kind, cell, re.IGNORECASE) for kind in _KINDS)


def read_dates(name: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The table with its dates as dates, the lines of Python for it, and what was guessed."""
    code: list[str] = []
    said: list[str] = []
    changed: dict[str, Any] = {}
    for column in text_columns(frame):
        formats, utc, notice = _formats(frame[column])
        if notice:
            said.append(f"column {column!r} {notice}")
        if not formats:
            continue
        whole = len(formats) == 1
        arguments: list[dict[str, Any]] = [
            {"format": form, **({"utc": True} if utc else {})}
            | ({} if whole else {"errors": "coerce"})
            for form in formats
        ]
        try:
            moments = pd.to_datetime(frame[column], **arguments[0])
            for more in arguments[1:]:
                moments = moments.fillna(pd.to_datetime(frame[column], **more))
            real = not (moments.isna() & frame[column].notna()).any()
        except ValueError:
            real = False
        if not real:  # 31/02/2024
            said.append(f"column {column!r} looks like dates, but some are none: it is text")
            continue
        changed[column] = moments
        first, *others = (_call(f"{name}[{column!r}]", one) for one in arguments)
        filled = "".join(f".fillna({one})" for one in others)
        code.append(f"{name}[{column!r}] = {first}{filled}")
    return with_columns(frame, changed), code, said


def with_columns(frame: pd.DataFrame, changed: dict[str, Any]) -> pd.DataFrame:
    """The table with other values in some columns, whatever they are called; a copy."""
    frame = frame.copy(deep=False) if changed else frame
    for name, values in changed.items():
        frame[name] = values
    return frame


def _call(column: str, arguments: dict[str, Any]) -> str:
    rest = "".join(f", {key}={value!r}" for key, value in arguments.items())
    return f"pd.to_datetime({column}{rest})"


def _formats(column: pd.Series) -> tuple[list[str], bool, str]:
    """The formats of a column of dates, none of another; whether they become UTC; a notice."""
    values = column.dropna()
    if values.empty or not _kinds_of(values.iloc[:_LOOKED_AT]):
        return [], False, ""
    values = values.drop_duplicates()
    kinds = _kinds_of(values)
    numbers = values.str.extract(_NUMBERS).dropna().astype("int64")
    day_first = bool((numbers[0] > 12).any())
    month_first = bool((numbers[1] > 12).any())
    if day_first and month_first:
        return [], False, "has days before months and months before days: it is text"
    notices = []
    formats = list(dict.fromkeys(_KINDS[kind] for kind in kinds))
    if len(formats) > 1:
        notices.append("has dates of several kinds")
    if len(numbers) and not day_first and not month_first:
        notices.append("is read as day, month, year, and could be month, day, year")
    offsets = _offsets(values) if _ZONED in kinds else set()
    if "" in offsets:
        notices.append("has times without an offset among others: all are read as UTC")
    elif len(offsets) > 1:
        notices.append("has times of several offsets: all are read as UTC")
    order = ("%m", "%d") if month_first else ("%d", "%m")
    # Only these formats have the letters by themselves.
    formats = [re.sub(r"(?<!%)D", order[0], re.sub(r"(?<!%)M", order[1], f)) for f in formats]
    return formats, len(offsets) > 1, "; ".join(notices)


def _offsets(values: pd.Series) -> set[str]:
    """The different offsets from UTC, "" for a date or time without one."""
    found = values.str.extract(rf"(?i)^{_ZONED}$", expand=False).fillna("").str.upper()
    return set(found.str.replace(":", "").replace({"Z": "+0000", "-0000": "+0000"}))


def _kinds_of(values: pd.Series) -> list[str]:
    """The kinds that the values are of; none where one of them is of none."""
    rest, kinds = values, []
    for kind in _KINDS:
        found = rest.str.fullmatch(kind, case=False).astype(bool)
        if found.any():
            kinds.append(kind)
            rest = rest[~found]
    return kinds if rest.empty else []
