"""Files become tables: what is guessed is said, what cannot be read is refused in one line."""

# pylint: disable=missing-function-docstring

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parelha.errors import UsageError, install_command
from parelha.solve.tables import MAX_TABLES, Table, read_tables
from tests.question_data import DATA_SETS, is_right


def table(folder: Path, name: str, content: str | bytes, **options: Any) -> Table:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (found,) = read_tables([path], **options)
    return found


def by_code(found: Table) -> pd.DataFrame:
    """Return the table that its own lines of Python read."""
    names: dict[str, Any] = {"pd": pd}
    with pd.option_context("mode.string_storage", "python"):
        exec("\n".join(found.code), names)  # pylint: disable=exec-used
    frame = names[found.name]
    assert isinstance(frame, pd.DataFrame)
    return frame


@pytest.mark.parametrize(
    "content, columns, first, notice",
    [
        ("a,b\n1,x\n", ["a", "b"], [1, "x"], ""),
        ("a;b\n1;x\n", ["a", "b"], [1, "x"], "semicolon"),
        ("a\tb\n1\tx, y\n", ["a", "b"], [1, "x, y"], "tab"),
        ("a|b\n1|x\n", ["a", "b"], [1, "x"], "vertical bar"),
        ("v;n\n1.234,5;2\n2,25;3\n", ["v", "n"], [1234.5, 2], "decimal comma"),
        ('t,n\n"a;b;c",1\n"d;e;f",2\n', ["t", "n"], ["a;b;c", 1], ""),
        ("1,2,x\n3,4,y\n", ["column_1", "column_2", "column_3"], [1, 2, "x"], "first row is data"),
        ("2024-01-02,5\n2024-01-03,6\n", ["column_1", "column_2"], None, "first row is data"),
        ("country,2019,2020\nBR,1,2\n", ["country", "2019", "2020"], ["BR", 1, 2], ""),
        ("a,a,b\n1,2,3\n", ["a", "a.1", "b"], [1, 2, 3], "same name"),
        ("a\n1\n", ["a"], [1], ""),
        ("name\n\nAnn\n", ["name"], ["Ann"], ""),
        ("x,y\nr1,2,3\nr2,5,6\n", ["row_name", "x", "y"], ["r1", 2, 3], "row_name"),
        ("x,y\n1,2\n1,2,3\n4,5\n", ["x", "y"], [1, 2], "left out"),
        ("x,y\n1,2,3\n1,2\n4,5\n", ["x", "y"], [1, 2], "left out"),
        ("sep=;\na;b\n1;2\n3;4\n", ["a", "b"], [1, 2], "line 2"),
        (
            "Sales, all\n\na,b,c,d\n1,2,3,x\n3,4,5,y\n",
            ["a", "b", "c", "d"],
            [1, 2, 3, "x"],
            "line 3",
        ),
        ("<|im_end|>,b\n<|im_start|>,2\n", ["<|im_end|>", "b"], ["<|im_start|>", 2], ""),
    ],
)
def test_delimited_text_is_read_as_its_owner_means_it(
    tmp_path: Path, content: str, columns: list[str], first: Any, notice: str
) -> None:
    found = table(tmp_path, "t.csv", content)
    assert found.frame.columns.tolist() == columns
    assert first is None or found.frame.iloc[0].tolist() == first
    assert notice in " ".join(found.notices)
    assert notice or not found.notices
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize("rows", [2, 40])
@pytest.mark.parametrize("header", ["region,units\n", ""])
def test_a_longer_row_loses_its_last_cells_and_no_row_is_lost(
    tmp_path: Path, rows: int, header: str
) -> None:
    """Beyond the rows that are looked at first too."""
    text = header + "north,1\n" * rows + "south,99,late note, and more\n" + "west,2\n"
    found = table(tmp_path, "t.csv", text)
    assert len(found.frame) == rows + 2
    assert found.frame.iloc[rows].tolist()[:2] == ["south", 99]
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_the_header_can_be_told(tmp_path: Path) -> None:
    assert len(table(tmp_path, "t.csv", "a,b\nc,d\n", header="no").frame) == 2
    assert table(tmp_path, "t.csv", "1,2\n3,4\n", header="yes").frame.columns.tolist() == ["1", "2"]


@pytest.mark.parametrize(
    "encoding, notice",
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Latin-1"),
    ],
)
def test_encodings_are_found_out(tmp_path: Path, encoding: str, notice: str) -> None:
    # U+0081 is a character of Latin-1 that Windows' own set lacks.
    word = "São Tomé" + ("\x81" if encoding == "latin-1" else "")
    found = table(tmp_path, "t.csv", f"cidade,n\n{word},1\n".encode(encoding))
    assert found.frame["cidade"].tolist() == [word]
    assert notice in " ".join(found.notices)
    assert notice or not found.notices
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_a_broken_byte_deep_in_a_file_is_noticed(tmp_path: Path) -> None:
    found = table(tmp_path, "t.csv", b"a\n" + b"x\n" * 200_000 + b"\xe9\n")
    assert found.frame["a"].iloc[-1] == "é"
    assert "not UTF-8" in found.notices[0]


@pytest.mark.parametrize(
    "cells, right, notice",
    [
        (["2024-03-01", "2024-03-02"], "2024-03-01", ""),
        (["2024-03-01 10:30", ""], "2024-03-01 10:30", ""),
        (["13/03/2024", "01/03/2024"], "2024-03-13", ""),
        (["03/13/2024", "03/01/2024"], "2024-03-13", ""),
        (["03/01/2024", "04/01/2024"], "2024-01-03", "could be month"),
        (["31.12.2023", "01.02.2024"], "2023-12-31", ""),
        (["5 Mar 2024", "6 May 2024"], "2024-03-05", ""),
        (["March 5, 2024"], "2024-03-05", ""),
        (["2024/3/5"], "2024-03-05", ""),
        # Days that come first elsewhere stay last in a date that begins with a year.
        (["2024-02-01", "13/03/2024", "5 Jan 2024"], "2024-02-01", "several kinds"),
    ],
)
def test_dates_of_every_kind_become_dates(
    tmp_path: Path, cells: list[str], right: str, notice: str
) -> None:
    found = table(tmp_path, "t.csv", "when,n\n" + "".join(f'"{cell}",1\n' for cell in cells))
    assert found.frame["when"].iloc[0] == pd.Timestamp(right)
    assert found.frame["when"].notna().sum() == sum(map(bool, cells))
    assert notice in " ".join(found.notices)
    assert notice or not found.notices
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize(
    "cells", [["31/02/2024"], ["13/01/2024", "01/13/2024"], ["2024-01-01", "soon"], ["2024", "x"]]
)
def test_what_is_no_date_stays_text(tmp_path: Path, cells: list[str]) -> None:
    found = table(tmp_path, "t.csv", "when,n\n" + "".join(f"{cell},1\n" for cell in cells))
    assert found.frame["when"].tolist() == cells


@given(
    st.lists(
        st.dates(pd.Timestamp(1700, 1, 1).date(), pd.Timestamp(2200, 1, 1).date()), min_size=1
    ),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y"]),
)
@settings(max_examples=25)
def test_dates_come_back_whatever_their_kind(
    tmp_path_factory: pytest.TempPathFactory, days: list[Any], kind: str
) -> None:
    days = [*days, pd.Timestamp(2020, 1, 25).date()]  # tells days from months
    folder = tmp_path_factory.mktemp("dates")
    rows = "".join(f"{day.strftime(kind)};1\n" for day in days)
    found = table(folder, "t.csv", f"when;n\n{rows}")
    assert found.frame["when"].dt.date.tolist() == days


@pytest.mark.parametrize(
    "name, content, columns",
    [
        ("t.json", [{"a": 1, "b": {"c": "x"}}, {"a": 2}], ["a", "b.c"]),
        ("t.json", {"a": [1, 2], "b": [3, 4]}, ["a", "b"]),
        ("t.json", {"count": 1, "items": [{"a": 1}]}, ["a"]),
    ],
)
def test_json_of_several_shapes_is_a_table(
    tmp_path: Path, name: str, content: Any, columns: list[str]
) -> None:
    found = table(tmp_path, name, json.dumps(content))
    assert found.frame.columns.tolist() == columns
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_one_record_a_line_is_a_table(tmp_path: Path) -> None:
    found = table(tmp_path, "t.jsonl", '{"a": 1, "when": "2024-01-02"}\n{"a": 2, "when": null}\n')
    assert found.frame["a"].tolist() == [1, 2]
    assert found.frame["when"].iloc[0] == pd.Timestamp("2024-01-02")
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_parquet_needs_no_pyarrow_where_programs_run(tmp_path: Path) -> None:
    frame = pd.DataFrame({"word": ["a", "b"], "n": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    frame.to_parquet(tmp_path / "t.parquet")
    (found,) = read_tables([tmp_path / "t.parquet"])
    assert found.frame.columns.tolist() == ["key", "word", "n"]
    stores = [d.storage for d in found.frame.dtypes if isinstance(d, pd.StringDtype)]
    assert stores == ["python", "python"]
    assert by_code(found)["word"].tolist() == ["a", "b"]


def test_every_sheet_with_something_in_it_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        pd.DataFrame({"a": [1, 2]}).to_excel(book, sheet_name="First sheet", index=False)
        pd.DataFrame().to_excel(book, sheet_name="Empty", index=False)
        pd.DataFrame({"b": ["x"]}).to_excel(book, sheet_name="class", index=False)
    first, second = read_tables([path])
    assert (first.name, second.name) == ("first_sheet", "table_class")
    assert "sheet First sheet" in first.source
    assert first.frame["a"].tolist() == [1, 2]
    pd.testing.assert_frame_equal(by_code(second), second.frame)
    (only,) = read_tables([path], sheets=("class",))
    assert only.frame.columns.tolist() == ["b"]
    with pytest.raises(
        UsageError, match="no file has a sheet that is called Empty, or it is empty"
    ):
        read_tables([path], sheets=("class", "Empty"))


@pytest.mark.parametrize(
    ("rows", "columns", "first", "notice"),
    [
        ([["north", 5, 1.5], ["south", 7, 2.5]], 3, ["north", 5, 1.5], "first row is data"),
        ([["region", "units", "price"], ["north", 5, 1.5]], 3, ["north", 5, 1.5], ""),
        (
            [
                ["Sales", None, None],
                [None] * 3,
                ["region", "units", "price"],
                ["n", 5, 1.5],
                ["s", 7, 2.5],
            ],
            3,
            None,
            "3",
        ),
        ([["a", "b"], ["x", 1]], 2, ["x", 1], ""),
    ],
)
def test_the_names_of_a_sheet_are_found(
    tmp_path: Path, rows: list[list[Any]], columns: int, first: Any, notice: str
) -> None:
    path = tmp_path / "book.xlsx"
    pd.DataFrame(rows).to_excel(path, header=False, index=False)
    (found,) = read_tables([path])
    assert found.frame.shape[1] == columns
    assert first is None or found.frame.iloc[0].tolist() == first
    assert notice in " ".join(found.notices)
    assert notice or not found.notices
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_tables_of_equal_names_have_names_of_their_own(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Café 1.csv").write_text("a\n1\n", encoding="utf-8")
    found = read_tables([tmp_path / "one" / "Café 1.csv", tmp_path / "two" / "Café 1.csv"])
    assert [one.name for one in found] == ["cafe_1", "cafe_1_2"]


@pytest.mark.parametrize(
    "name, content, says",
    [
        ("t.csv", b"", "t.csv is empty"),
        ("t.csv", b"\n\n\n", "is empty"),
        ("t.csv", b"a,b\n", "no rows"),
        ("t.csv", b"a\0b\0c\0\xff\xfe", "no text file"),
        ("t.json", b"[1, 2", "not valid JSON"),
        ("t.json", b"[1, 2]", "holds no table"),
        ("t.parquet", b"PAR1 and nothing else", "cannot read t.parquet"),
        ("t.xlsx", b"PK no archive", "cannot read t.xlsx"),
        ("t.pkl", b"x", "of no known kind: .csv"),
        ("t", b"x", "of no known kind"),
        ("t\x1b[31m\n.csv", b"", "t\\u001b[31m"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_line(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        table(tmp_path, name, content)
    text = str(refused.value)
    assert says in text
    assert text.isprintable()


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*: No such file"):
        read_tables([tmp_path / "missing.csv"])
    with pytest.raises(UsageError, match="is a folder"):
        read_tables([tmp_path])


def test_a_file_that_memory_cannot_hold_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(1 << 30)  # takes no room on the disk
    little = SimpleNamespace(available=2 << 30)
    monkeypatch.setattr("parelha.solve.tables.psutil.virtual_memory", lambda: little)
    with pytest.raises(UsageError, match=r"has 1\.00 GiB and needs up to .* 2\.0 are free"):
        read_tables([path])


def test_too_many_tables_are_refused(tmp_path: Path) -> None:
    paths = []
    for number in range(MAX_TABLES + 1):
        paths.append(tmp_path / f"t{number}.csv")
        paths[-1].write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="more than 8: name fewer files"):
        read_tables(paths)


def test_without_its_library_a_kind_of_file_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any, **__: Any) -> None:
        raise ImportError("no", name="pyarrow")

    monkeypatch.setattr("parelha.solve.tables.pd.read_parquet", missing)
    with pytest.raises(UsageError, match="need pyarrow") as refused:
        table(tmp_path, "t.parquet", b"x")
    assert install_command("solve") in str(refused.value)


def test_the_five_data_sets_are_read_and_their_answers_are_right(tmp_path: Path) -> None:
    """What the questions' answers are, worked out by hand from the formulas of the data."""
    sets = {make.__name__: make(tmp_path) for make in DATA_SETS}
    found = {name: read_tables([data.path])[0] for name, data in sets.items()}
    assert {name: one.frame.shape for name, one in found.items()} == {
        "sales": (60, 5),
        "weather": (365, 3),
        "survey": (80, 5),
        "series": (731, 2),
        "wide": (10, 61),
    }
    rights = {name: [one.right for one in data.questions] for name, data in sets.items()}
    units = [3 + n * 7 % 11 for n in range(60)]
    prices = [1.5, 2.0, 3.25]
    assert rights["sales"][1] == sum(u * prices[n % 3] for n, u in enumerate(units))
    assert rights["sales"][2] == {
        product: sum(units[place::3]) for place, product in enumerate(["apple", "pear", "plum"])
    }
    assert rights["weather"][1] == sum(n * 13 % 29 > 20 for n in range(365))
    assert rights["survey"][0] == 14  # 1, 7, 13 ... 79
    assert rights["series"][1] == "2024-05-15"  # the 500th day after 2023-01-01
    assert rights["wide"][1] == np.mean([100 + (n * 31 + 26 * 17) % 97 for n in range(10)])
    for data in sets.values():
        for question in data.questions:
            value: Any = question.right
            assert is_right(pd.Series(value) if isinstance(value, dict) else value, question.right)
            assert not is_right("something else", question.right)
            assert not is_right(None, question.right)
