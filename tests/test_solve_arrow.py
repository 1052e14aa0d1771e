"""Parquet files whose columns pandas would hold as pyarrow does, or as Decimals."""

# pylint: disable=missing-function-docstring

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from parelha.solve.tables import Table, read_tables
from tests.test_solve_tables import by_code

MOMENT = pd.Timestamp("2024-02-03 04:05")
COLUMNS: dict[str, tuple[list[Any], Any, str]] = {
    "whole": ([1, 2, 3], pa.int64(), "int64"),
    "gaps": ([1, None, 3], pa.uint8(), "UInt8"),
    "share": ([0.5, None, 1.5], pa.float32(), "float32"),
    "yes": ([True, False, True], pa.bool_(), "bool"),
    "maybe": ([True, None, False], pa.bool_(), "boolean"),
    "when": ([MOMENT, None, MOMENT], pa.timestamp("us"), "datetime64[us]"),
    "there": ([MOMENT, None, MOMENT], pa.timestamp("ms", "UTC"), "datetime64[ms, UTC]"),
    "price": ([Decimal("1.25"), None, Decimal("2.50")], pa.decimal128(10, 2), "float64"),
    "day": ([date(2024, 1, 2), None, date(2024, 1, 3)], pa.date32(), "object"),
}


def table_of(folder: Path, *, arrow_types: bool) -> Table:
    fields = {name: pa.array(cells, kind) for name, (cells, kind, _) in COLUMNS.items()}
    plain = pa.table(fields)
    if arrow_types:  # as after `convert_dtypes(dtype_backend="pyarrow")`
        plain.to_pandas(types_mapper=pd.ArrowDtype).to_parquet(folder / "t.parquet")
    else:
        parquet.write_table(plain, folder / "t.parquet")
    (found,) = read_tables([folder / "t.parquet"])
    return found


def test_columns_that_only_pyarrow_holds_become_pandas_own(tmp_path: Path) -> None:
    found = table_of(tmp_path, arrow_types=True)
    assert {name: str(dtype) for name, dtype in found.frame.dtypes.items()} == {
        name: right for name, (_, _, right) in COLUMNS.items()
    }
    assert found.frame["when"].dt.month.max() == 2
    assert found.frame["whole"].nlargest(1).tolist() == [3]
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize("arrow_types", [True, False])
def test_decimals_have_sums_and_that_is_said(tmp_path: Path, arrow_types: bool) -> None:
    found = table_of(tmp_path, arrow_types=arrow_types)
    assert found.frame["price"].sum() == 3.75
    assert found.notices == (
        "t.parquet: column 'price': decimals are read as floating-point numbers",
    )
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize("cell", ["１,５", "٢,٥"])
def test_digits_of_other_scripts_stay_text(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"name;amount\na;{cell}\nb;2,5\n", encoding="utf-8")
    (found,) = read_tables([path])
    assert found.frame["amount"].tolist() == [cell, "2,5"]


def test_a_column_may_be_called_self(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("self;frame\n2024-01-01;1,5\n2024-01-02;2,5\n", encoding="utf-8")
    (found,) = read_tables([path])
    assert found.frame["self"].dt.day.tolist() == [1, 2]
    assert found.frame["frame"].tolist() == [1.5, 2.5]
    pd.testing.assert_frame_equal(by_code(found), found.frame)
