"""Sheets of Excel files: cells stored as text, names that are years, sheets without rows."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parelha.errors import UsageError
from parelha.solve.tables import Table, read_tables
from tests.test_solve_tables import by_code


def sheet(folder: Path, rows: list[list[Any]]) -> Table:
    path = folder / "book.xlsx"
    pd.DataFrame(rows, dtype=object).to_excel(path, header=False, index=False)
    (found,) = read_tables([path])
    pd.testing.assert_frame_equal(by_code(found), found.frame)
    return found


@pytest.mark.parametrize(
    ("cells", "texts", "notice"),
    [
        (["01234", "99999"], ["01234", "99999"], "its numbers begin with 0"),
        (["01", "02"], ["01", "02"], "its numbers begin with 0"),
        ([5678, "01234", "NA"], ["5678", "01234"], "its numbers begin with 0"),
        (["+4917012345", None], ["+4917012345"], "as +4917012345 is stored"),
        (["12", "1e5"], ["12", "1e5"], "as 1e5 is stored"),
        (["1234567890123456789", None], ["1234567890123456789"], "as 1234567890123456789 is"),
    ],
)
def test_digits_that_a_sheet_stores_as_text_keep_how_they_are_written(
    tmp_path: Path, cells: list[Any], texts: list[str], notice: str
) -> None:
    found = sheet(tmp_path, [["row", "code"], *([n, cell] for n, cell in enumerate(cells))])
    assert found.frame["code"].dropna().tolist() == texts
    assert found.frame["code"].isna().sum() == len(cells) - len(texts)
    (said,) = found.notices
    assert said.startswith("book.xlsx: column 'code' is text")
    assert notice in said


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [(["12", "13"], [12, 13]), (["1.5", "-3"], [1.5, -3]), ([0.5, "1e5"], [0.5, 1e5])],
)
def test_numbers_that_a_sheet_stores_as_text_are_numbers(
    tmp_path: Path, cells: list[Any], numbers: list[float]
) -> None:
    found = sheet(tmp_path, [["row", "n"], *([f"r{n}", cell] for n, cell in enumerate(cells))])
    assert found.frame["n"].tolist() == numbers
    assert not found.notices


def test_a_point_in_a_text_of_a_sheet_could_be_one_between_thousands(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["row", "w"], ["a", "1.250"], ["b", "12.125"]])
    assert found.frame["w"].tolist() == [1.25, 12.125]
    assert found.notices == ("book.xlsx: column 'w': 1.250 is read as 1.250, and could be 1250",)


@pytest.mark.parametrize("late", [0, 600])
def test_none_among_words_of_a_sheet_is_a_word_and_na_is_said(tmp_path: Path, late: int) -> None:
    rows = [["x"], *[["Some"]] * (late + 1), ["None"], ["NA"]]
    found = sheet(tmp_path, [[*row, "y"] for row in rows])
    assert found.frame["x"].tolist()[late:-1] == ["Some", "None"]
    assert found.frame["x"].isna().tolist()[late:] == [False, False, True]
    assert found.notices == ("book.xlsx: column 'x': NA is read as missing",)


def test_none_among_numbers_and_dates_of_a_sheet_is_missing(tmp_path: Path) -> None:
    day = pd.Timestamp(2024, 1, 2)
    rows: list[list[Any]] = [
        ["x", "n", "on"],
        ["None", "None", day],
        ["Some", 2, "None"],
        ["Some", 3, day],
    ]
    found = sheet(tmp_path, rows)
    assert found.frame["x"].tolist() == ["None", "Some", "Some"]
    assert found.frame["n"].dropna().tolist() == [2, 3]
    assert found.frame["on"].dropna().tolist() == [day, day]
    assert not found.notices


@pytest.mark.parametrize("cells", [[1.5, 2.5, 1.0], [1, 2, 3], [None, 0.5, 7]])
def test_years_above_numbers_of_any_kind_are_names(tmp_path: Path, cells: list[Any]) -> None:
    found = sheet(tmp_path, [["region", 2019, 2020, 2021], ["N", *cells], ["S", *cells]])
    assert found.frame.columns.tolist() == ["region", "2019", "2020", "2021"]
    assert found.frame["region"].tolist() == ["N", "S"]
    assert not found.notices


def test_a_sheet_without_rows_is_left_out_unless_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        pd.DataFrame([["Made by Ann"]]).to_excel(
            book, sheet_name="Notes", header=False, index=False
        )
        pd.DataFrame({"a": [1, 2]}).to_excel(book, sheet_name="Units", index=False)
    (found,) = read_tables([path])
    assert found.name == "units"
    assert found.notices == (
        "book.xlsx, sheet Notes has names of columns and no rows: it is left out",
    )
    with pytest.raises(UsageError, match="sheet Notes has names of columns and no rows"):
        read_tables([path], sheets=("Notes",))


def test_a_book_in_which_no_sheet_has_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for name in ("One", "Two"):
            pd.DataFrame(columns=["a", "b"]).to_excel(book, sheet_name=name, index=False)
    with pytest.raises(UsageError, match="sheet One has names of columns and no rows"):
        read_tables([path])


def test_a_book_with_none_of_the_sheets_that_are_asked_for_is_refused(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    pd.DataFrame({"n": [1]}).to_excel(first, sheet_name="Sales", index=False)
    pd.DataFrame({"n": [1]}).to_excel(second, sheet_name="Costs", index=False)
    assert len(read_tables([first, second], sheets=("Sales", "Costs"))) == 2
    with pytest.raises(
        UsageError, match=r"b\.xlsx has none of these sheets: .* name one of Costs$"
    ):
        read_tables([first, second], sheets=("Sales",))


def test_a_files_name_is_not_that_of_a_sheet(tmp_path: Path) -> None:
    book, text = tmp_path / "book.xlsx", tmp_path / "Costs.csv"
    pd.DataFrame({"n": [1]}).to_excel(book, sheet_name="Sales", index=False)
    text.write_text("n,m\n1,2\n", encoding="utf-8")
    assert len(read_tables([book, text], sheets=("Sales",))) == 2
    with pytest.raises(UsageError, match="no file has a sheet that is called Costs"):
        read_tables([book, text], sheets=("Sales", "Costs"))
