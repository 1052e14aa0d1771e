"""Columns of Parquet files that only pyarrow can hold, or whose cells are Decimals, by plain types.

What programs run with may lack pyarrow; and a column of objects has no sums, months or numbers.
"""

from decimal import Decimal
from typing import Any

import pandas as pd

_DECIMALS = "decimals are read as floating-point numbers"


def plain_types(frame: pd.DataFrame) -> tuple[dict[str, str], list[str]]:
    """The type that each of such columns becomes, by name, and what is said of some."""
    types: dict[str, str] = {}
    said: list[str] = []
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.ArrowDtype):
            types[name] = _plain(column.dtype, gaps=bool(column.isna().any()))
            is_decimal = types[name] == "float64" and column.dtype.kind == "O"
        else:
            cells = column.dropna() if column.dtype == object else column[:0]
            is_decimal = len(cells) > 0 and all(isinstance(cell, Decimal) for cell in cells)
            if is_decimal:
                types[name] = "float64"
        if is_decimal:
            said.append(f"column {name!r}: {_DECIMALS}")
    return types, said


def _plain(dtype: pd.ArrowDtype, *, gaps: bool) -> str:
    """The type of pandas' own that holds the same."""
    # Other kinds of files need none.
    import pyarrow as pa  # pylint: disable=import-outside-toplevel

    kind: Any = dtype.pyarrow_dtype
    name = "object"
    if pa.types.is_decimal(kind):
        name = "float64"
    elif pa.types.is_timestamp(kind):
        name = f"datetime64[{kind.unit}{f', {kind.tz}' if kind.tz else ''}]"
    elif pa.types.is_duration(kind):
        name = f"timedelta64[{kind.unit}]"
    elif pa.types.is_floating(kind):
        name = f"float{kind.bit_width}"
    elif pa.types.is_integer(kind):
        nullable = f"{'U' * pa.types.is_unsigned_integer(kind)}Int{kind.bit_width}"
        name = nullable if gaps else nullable.lower()
    elif pa.types.is_boolean(kind):
        name = "boolean" if gaps else "bool"
    return name
