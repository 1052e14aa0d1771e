"""Tables as programs write them that are no model of a table: separators, titles, marks, names."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.test_solve_tables import by_code, table


@pytest.mark.parametrize("extra", [",", ",,"])
def test_separators_at_the_end_of_rows_shift_no_column(tmp_path: Path, extra: str) -> None:
    found = table(tmp_path, "t.csv", f"a,b\n1,2{extra}\n3,4{extra}\n")
    assert found.frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_names_of_rows_are_told_from_separators_by_one_filled_cell(tmp_path: Path) -> None:
    found = table(tmp_path, "t.csv", "x,y\nr1,2,\nr2,3,4\n")
    assert found.frame.columns.tolist() == ["row_name", "x", "y"]


@pytest.mark.parametrize(
    ("content", "columns", "first"),
    [
        ("Sales 2024\nregion,units\nN,3\nS,4\n", ["region", "units"], ["N", 3]),
        ("Sales\nby region\n\nregion;units\nN;3\nS;4\n", ["region", "units"], ["N", 3]),
        ('"Sales\nby region"\nregion,units\nN,3\nS,4\n', ["region", "units"], ["N", 3]),
        (",\nregion,units\nN,3\n", ["region", "units"], ["N", 3]),
        (",,\n\na,b,c\n1,2,x\n", ["a", "b", "c"], [1, 2, "x"]),
        # As R writes them, whose names of rows have no name.
        ("x\nr1,2\nr2,3\n", ["row_name", "x"], ["r1", 2]),
        ("x\nr1,a\nr2,b\n", ["row_name", "x"], ["r1", "a"]),
        (",x\nr1,2\nr2,3\n", ["Unnamed: 0", "x"], ["r1", 2]),
    ],
)
def test_lines_above_a_table_are_passed_over_however_narrow_it_is(
    tmp_path: Path, content: str, columns: list[str], first: list[Any]
) -> None:
    found = table(tmp_path, "t.csv", content)
    assert found.frame.columns.tolist() == columns
    assert found.frame.iloc[0].tolist() == first
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize(
    ("rows", "columns", "first"),
    [
        ([["Sales", None], ["region", "units"], ["N", 3], ["S", 4]], ["region", "units"], ["N", 3]),
        ([[None, None], ["region", "units"], ["N", 3]], ["region", "units"], ["N", 3]),
        ([[None], ["units"], [3]], ["units"], [3]),
        ([[None, "units"], ["N", 3], ["S", 4]], ["Unnamed: 0", "units"], ["N", 3]),
    ],
)
def test_rows_above_a_narrow_sheet_are_passed_over(
    tmp_path: Path, rows: list[list[Any]], columns: list[str], first: list[Any]
) -> None:
    pd.DataFrame(rows).to_excel(tmp_path / "made.xlsx", header=False, index=False)
    found = table(tmp_path, "t.xlsx", (tmp_path / "made.xlsx").read_bytes())
    assert found.frame.columns.tolist() == columns
    assert found.frame.iloc[0].tolist() == first
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize(
    ("content", "column", "cells"),
    [
        ("id,state\n1,01\n2,36\n", "state", ["01", "36"]),
        ("id, zip\n1, 01234\n2, 99999\n", " zip", [" 01234", " 99999"]),
        (",x\n001,5\n002,6\n", "Unnamed: 0", ["001", "002"]),
        ("a,a\nx,002\ny,004\n", "a.1", ["002", "004"]),
        ("id,zip\n1,01234,\n2,99999,\n", "zip", ["01234", "99999"]),
    ],
)
def test_numbers_keep_their_zeros_whatever_pandas_calls_the_column(
    tmp_path: Path, content: str, column: str, cells: list[str]
) -> None:
    found = table(tmp_path, "t.csv", content)
    assert found.frame[column].tolist() == cells
    assert f"column {column!r} is text: its numbers begin with 0" in found.notices
    pd.testing.assert_frame_equal(by_code(found), found.frame)


LATE = "".join(f"w{n},{90000 + n}\n" for n in range(600))


@pytest.mark.parametrize("how", [("utf-8", 1 << 24), ("utf-8", 7), ("utf-16", 1 << 24)])
@pytest.mark.parametrize(
    ("last", "words", "numbers", "notice"),
    [
        ('x,"01234"\r\n', ["w599", "x"], ["90599", "01234"], "'n' is text: its numbers begin"),
        ("x,01234", ["w599", "x"], ["90599", "01234"], "'n' is text: its numbers begin"),
        ("x,\ny,01234\n", ["x", "y"], [None, "01234"], "'n' is text: its numbers begin"),
        ("None,5\n", ["w599", "None"], [90599, 5], ""),
        ("None,5\nx,None\n", ["None", "x"], [5, None], ""),
        ("NA,5\n", ["w599", None], [90599, 5], "'word': NA is read as missing"),
        ("None,5\nNA,0\n", ["None", None], [5, 0], "'word': NA is read as missing"),
        ("x,5\ny,00\n", ["x", "y"], ["5", "00"], "'n' is text: its numbers begin"),
        ("CHINA,5\n007,6\n", ["CHINA", "007"], [5, 6], ""),
    ],
)
def test_what_pandas_would_change_is_found_however_late_it_comes(
    tmp_path: Path, how: tuple[str, int], last: str, words: Any, numbers: Any, notice: str
) -> None:
    """Beyond the rows that are looked at first, and wherever the parts of the file are cut."""
    encoding, part = how
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parelha.solve.delimited._PART", part)
        found = table(tmp_path, "t.csv", f"word,n\n{LATE}{last}".encode(encoding))
    end = found.frame.astype(object).where(found.frame.notna(), None).iloc[-2:]
    assert end.to_dict("list") == {"word": words, "n": numbers}
    assert len(found.notices) == bool(notice)
    assert notice in " ".join(found.notices)
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_none_is_a_word_in_columns_of_words_alone(tmp_path: Path) -> None:
    rows = 'w,on,v,n\nNone,5 Mar 2024,"1,234",1\nSome,None,None,None\nSome,6 Mar 2024,"2,345.5",3\n'
    found = table(tmp_path, "t.csv", rows)
    assert found.frame["w"].tolist() == ["None", "Some", "Some"]
    assert found.frame["on"].dropna().tolist() == [pd.Timestamp(2024, 3, day) for day in (5, 6)]
    assert found.frame["v"].dropna().tolist() == [1234, 2345.5]
    assert found.frame["n"].dropna().tolist() == [1, 3]
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize(
    ("cells", "first", "zone", "notice"),
    [
        (["2024-06-01T00:30:00+02:00", ""], "2024-06-01 00:30", "UTC+02:00", ""),
        (["2024-06-01 00:30+0530", "2024-06-02 00:30+05:30"], "2024-06-01 00:30", "UTC+05:30", ""),
        (["2024-06-01T00:30Z", "2024-06-02T00:30+00:00"], "2024-06-01 00:30", "UTC", ""),
        (
            ["2024-06-01T00:30+02:00", "2024-12-01T00:30+01:00"],
            "2024-05-31 22:30",
            "UTC",
            "has times of several offsets: all are read as UTC",
        ),
        (
            ["2024-06-01T00:30+02:00", "2024-06-02T00:30"],
            "2024-05-31 22:30",
            "UTC",
            "has times without an offset among others: all are read as UTC",
        ),
        (
            ["2024-06-01T00:30+02:00", "13-05-2024"],
            "2024-05-31 22:30",
            "UTC",
            "has times without an offset among others: all are read as UTC",
        ),
    ],
)
def test_times_keep_the_offset_that_all_of_them_have(
    tmp_path: Path, cells: list[str], first: str, zone: str, notice: str
) -> None:
    found = table(tmp_path, "t.csv", "when,n\n" + "".join(f"{cell},1\n" for cell in cells))
    when = found.frame["when"]
    assert when.iloc[0].tz_localize(None) == pd.Timestamp(first)
    assert str(when.dt.tz) == zone
    assert notice in " ".join(found.notices)
    assert notice or not found.notices
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize(
    ("name", "content", "called"),
    [
        ("t.csv", b"\xef\xbb\xbfname,n\nJo\xc3\xa3o,1\nJos\xe9,2\n", "UTF-8"),
        ("t.csv", "name,n\nJoão,1\nJos".encode("utf-16") + b"\x00\xd8,\x002\x00", "UTF-16"),
        ("t.json", b'\xef\xbb\xbf[{"name": "Jo\xc3\xa3o"}, {"name": "Jos\xe9"}]', "UTF-8"),
    ],
)
def test_a_broken_byte_in_a_marked_file_is_one_character_and_is_said(
    tmp_path: Path, name: str, content: bytes, called: str
) -> None:
    found = table(tmp_path, name, content)
    assert found.frame["name"].tolist() == ["João", "Jos\ufffd"]
    assert f"marked as {called}" in found.notices[0]
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0c"])
def test_a_separator_of_lines_inside_a_text_ends_no_row(tmp_path: Path, mark: str) -> None:
    if mark != "\x0c":  # which JSON has escaped
        lines = f'{{"a": "x{mark}y", "n": 1}}\r\n{{"a": "z", "n": 2}}\n'
        found = table(tmp_path, "t.jsonl", lines)
        assert found.frame["a"].tolist() == [f"x{mark}y", "z"]
        pd.testing.assert_frame_equal(by_code(found), found.frame)
    read = table(tmp_path, "t.csv", f"Sales, all{mark}\n\na,b,c,d\nx,2,3,4\nz,2,3,4\n")
    assert read.frame.columns.tolist() == ["a", "b", "c", "d"]


def test_fractions_of_a_second_are_neither_days_nor_months(tmp_path: Path) -> None:
    moments = ["2024-01-05 10:00:13.13-0300", "2024-01-06 10:00:14.05-0300"]
    found = table(tmp_path, "t.csv", "when,n\n" + "".join(f"{one},1\n" for one in moments))
    assert found.frame["when"].tolist() == [pd.Timestamp(one) for one in moments]
    assert not found.notices
