"""Numbers that stand in a table as text, for their commas and points, become numbers."""

import re
from typing import Any, Literal

import pandas as pd

from .dates import text_columns, with_columns

_PLAIN = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_INTEGER = r"[-+]?[0-9]+"
_DECIMAL_COMMA = r"[-+]?[0-9]+,[0-9]+"
_GROUPED_BY_COMMAS = r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?"
_GROUPED_BY_POINTS = r"[-+]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?"
# Texts of digits that are written otherwise than their number, or that a float would not keep.
_CODE = r"0[0-9]+|\+[0-9]+|[0-9]+[eE][0-9]+|[0-9]{16,}"
_LOOKED_AT = 200  # values by which columns of words are left at once
Style = Literal["decimal commas", "commas between thousands", "decimal points"]


def has_decimal_comma(cell: str) -> bool:
    """Whether a cell is a number whose comma can be nothing else."""
    decimal = re.fullmatch(f"{_DECIMAL_COMMA}|{_GROUPED_BY_POINTS}", cell) and "," in cell
    return bool(decimal) and not re.fullmatch(_GROUPED_BY_COMMAS, cell)


def has_decimal_point(cell: str) -> bool:
    """Whether a cell is a number whose point can be nothing else."""
    return bool(re.fullmatch(rf"(?!{_GROUPED_BY_POINTS}$)[-+]?[0-9]*\.[0-9]+", cell))


def is_numeral(cell: str) -> bool:
    """Whether a cell is a number, written in whatever way."""
    forms = (rf"{_PLAIN}(?:[eE][-+]?[0-9]+)?%?", _DECIMAL_COMMA, _GROUPED_BY_COMMAS)
    return any(re.fullmatch(form, cell) for form in (*forms, _GROUPED_BY_POINTS))


def could_be_thousands(cells: list[str]) -> str:
    """The first of a column's numbers with a point, where each could be one between thousands."""
    pointed = [cell for cell in cells if "." in cell]
    grouped = all(re.fullmatch(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}", cell) for cell in pointed)
    others = all(re.fullmatch(r"[-+]?[0-9]{1,3}", cell) for cell in cells if "." not in cell)
    return pointed[0] if pointed and grouped and others else ""


def thousands_notice(column: object, cells: list[str]) -> str:
    """What is said of a column whose points are read as decimal ones in doubt; "" without it."""
    first = could_be_thousands(cells)
    other = first.replace(".", "")
    return f"column {column!r}: {first} is read as {first}, and could be {other}" if first else ""


def code_among(cells: list[str]) -> str:
    """The first text that is more than its number, such as 01234, where all are whole numbers."""
    if not all(re.fullmatch(rf"{_INTEGER}(?:[eE][0-9]+)?", cell) for cell in cells):
        return ""
    return next((cell for cell in cells if re.fullmatch(_CODE, cell)), "")


def read_numerals(
    name: str, frame: pd.DataFrame, *, decimal_comma: bool
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The table with its numbers as numbers, the lines of Python for it, and what was guessed."""
    code: list[str] = []
    said: list[str] = []
    changed: dict[str, Any] = {}
    for column in text_columns(frame):
        style, doubtful = _style(frame[column], decimal_comma)
        if not style:
            continue
        numbers, how = _numbers(frame[column], style)
        changed[column] = numbers
        code.append(f"{name}[{column!r}] = pd.to_numeric({name}[{column!r}]{how})")
        if doubtful:
            read, other = doubtful.replace(",", ""), doubtful.replace(",", ".")
            if style == "decimal points":
                read, other = doubtful, doubtful.replace(".", "")
            said.append(f"column {column!r}: {doubtful} is read as {read}, and could be {other}")
        else:
            said.append(f"column {column!r} is read with {style}")
    return with_columns(frame, changed), code, said


def _numbers(column: "pd.Series[Any]", style: Style) -> tuple["pd.Series[Any]", str]:
    """The numbers, and the Python between the column and `pd.to_numeric`."""
    if style == "commas between thousands":
        return pd.to_numeric(column.str.replace(",", "")), ".str.replace(',', '')"
    if style == "decimal points":
        return pd.to_numeric(column), ""
    plain = column.str.replace(".", "").str.replace(",", ".")
    return pd.to_numeric(plain), ".str.replace('.', '').str.replace(',', '.')"


def _style(column: "pd.Series[Any]", decimal_comma: bool) -> tuple[Style | None, str]:
    """How the numbers of a column are written, None where it has words; one that is in doubt."""
    values = column.dropna()
    if values.empty or not values.iloc[:_LOOKED_AT].map(is_numeral).all():
        return None, ""
    values = values.drop_duplicates()
    by_commas, plain = _matches(values, _GROUPED_BY_COMMAS), _matches(values, _PLAIN)
    by_points, decimals = _matches(values, _GROUPED_BY_POINTS), _matches(values, _DECIMAL_COMMA)
    english = bool(by_commas.any() and (by_commas | plain).all())
    whole = by_points | decimals | _matches(values, _INTEGER)
    continental = bool((by_points | decimals).any() and whole.all())
    if english and continental:
        style: Style = "decimal commas" if decimal_comma else "commas between thousands"
        return style, "" if decimal_comma else str(values[by_commas].iloc[0])
    # Points by themselves are between thousands only in a file that has decimal commas.
    if plain.all() and decimal_comma != continental and values.str.contains(".", regex=False).any():
        return "decimal points", could_be_thousands(values.tolist())
    if continental:
        return "decimal commas", ""
    return ("commas between thousands", "") if english else (None, "")


def _matches(values: "pd.Series[Any]", form: str) -> "pd.Series[bool]":
    return values.str.fullmatch(form).astype(bool)
