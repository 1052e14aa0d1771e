"""Numbers with commas and points, and what looks like a number and is none."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.solve.answers import comparable
from parelha.solve.numerals import read_numerals
from parelha.solve.tables import read_tables
from tests.test_solve_tables import by_code, table

NUMBERS = st.lists(st.integers(-(10**9), 10**9).map(lambda n: n / 100), min_size=1, max_size=8)


def continental(number: float) -> str:
    """Write 1234.5 as 1.234,50."""
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize("write", ["{:,.2f}".format, continental])
@given(numbers=NUMBERS)
def test_numbers_come_back_in_either_way_of_writing(write: Any, numbers: list[float]) -> None:
    frame = pd.DataFrame({"v": pd.Series([*map(write, numbers), None], dtype="str")})
    found, code, _ = read_numerals("t", frame, decimal_comma=False)
    if found["v"].dtype == "str":  # without a group, 12.50 is read before
        assert not code and write is not continental
        return
    assert found["v"].tolist()[:-1] == numbers
    assert np.isnan(found["v"].iloc[-1])


@pytest.mark.parametrize(
    "words",
    [
        ["1,2,3", "4"],
        ["10.0.0.1"],
        ["31.12.2024", "01.02.2025"],
        ["1,234 units"],
        ["1,23,456"],
        ["12.34,5"],
        ["01234", "99999"],
        ["", "-"],
    ],
)
def test_what_is_no_number_stays_text(words: list[str]) -> None:
    frame = pd.DataFrame({"v": pd.Series(words, dtype="str")})
    found, code, said = read_numerals("t", frame, decimal_comma=True)
    pd.testing.assert_frame_equal(found, frame)
    assert not code and not said


@pytest.mark.parametrize(
    ("content", "values", "notice"),
    [
        ("d;v\n31.12.2024;1.234,56\n01.02.2025;12,50\n", [1234.56, 12.5], "decimal comma"),
        ("d;v\na;1.234\nb;1,5\n", [1234, 1.5], "decimal comma"),
        ("d\tv\na\t1,234\nb\t987\n", [1234, 987], "1,234 is read as 1234, and could be 1.234"),
        ("d;v\na;1.234\nb;987\n", [1.234, 987], "1.234 is read as 1.234, and could be 1234"),
        ("d;v\na;0,123\nb;1,234\n", [0.123, 1.234], "decimal comma"),
        ('d,v\na,"1,234.5"\nb,"2,000"\n', [1234.5, 2000], "commas between thousands"),
        ("d;v;w\na;1,5;3.14159\nb;2,5;2.71828\n", [1.5, 2.5], "'v' is read with decimal commas"),
        ("d;w;v\na;1,5;3.14159\nb;2,5;2.71828\n", [3.14159, 2.71828], "'w' is read with"),
        ("d;w;v\na;1,5;0.250\nb;2,5;1.750\n", [0.25, 1.75], "'w' is read with"),
        ("d;w;v\na;1,5;1.250\nb;2.5;1.750\n", [1.25, 1.75], "1.250, and could be 1250"),
        ("d,v\na,01234\nb,99999\n", ["01234", "99999"], "its numbers begin with 0"),
        ("d,v\na,12345678901234567\nb,7\n", [12345678901234567, 7], ""),
        ("d,v\na,1e17\nb,7.0\n", [1e17, 7.0], ""),
        ("d,v\na,None\nb,Some\n", ["None", "Some"], ""),
        ("d,v\na,True\nb,False\n", [True, False], ""),
    ],
)
def test_numbers_are_read_as_their_owner_means_them(
    tmp_path: Path, content: str, values: list[Any], notice: str
) -> None:
    found = table(tmp_path, "t.csv", content)
    assert found.frame["v"].tolist() == values
    assert notice in " ".join(found.notices)
    pd.testing.assert_frame_equal(by_code(found), found.frame)


@pytest.mark.parametrize(
    ("texts", "values", "notice"),
    [
        (["1.250", "2.500", "12.125"], [1.25, 2.5, 12.125], "1.250, and could be 1250"),
        (["987", None, "1.250"], [987, None, 1.25], "1.250, and could be 1250"),
        (["1.250", "12345"], [1.25, 12345], "with decimal points"),
        (["1.250", "1.234.567"], [1250, 1234567], "with decimal commas"),
        (["1.250", "0,5"], [1250, 0.5], "with decimal commas"),
        (["1,250", "1.5"], [1250, 1.5], "with commas between thousands"),
    ],
)
@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_points_between_thousands_are_taken_for_such_where_nothing_else_can_be(
    tmp_path: Path, kind: str, texts: list[str | None], values: list[float | None], notice: str
) -> None:
    path = tmp_path / f"t.{kind}"
    frame = pd.DataFrame({"w": pd.Series(texts, dtype="str")})
    if kind == "json":
        frame.to_json(path, orient="records")
    else:
        frame.to_parquet(path)
    (found,) = read_tables([path])
    assert found.frame["w"].astype(object).where(found.frame["w"].notna(), None).tolist() == values
    (said,) = found.notices
    assert notice in said
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_decimal_points_below_decimal_commas_are_read_however_late_they_come(
    tmp_path: Path,
) -> None:
    found = table(tmp_path, "t.csv", "v;w\n" + "1,5;3\n" * 600 + "2,5;2.71828\n")
    assert found.frame.iloc[-1].tolist() == [2.5, 2.71828]
    assert "t.csv: column 'w' is read with decimal points" in found.notices
    pd.testing.assert_frame_equal(by_code(found), found.frame)


def test_missing_answers_are_told_and_dates_are_kept(tmp_path: Path) -> None:
    found = table(tmp_path, "t.csv", "country,on\nNA,31.12.2024\nDE,01.02.2025\n")
    assert found.frame["country"].isna().tolist() == [True, False]
    assert "column 'country': NA is read as missing" in found.notices
    assert found.frame["on"].tolist() == [pd.Timestamp(2024, 12, 31), pd.Timestamp(2025, 2, 1)]


def test_a_column_is_one_kind_however_late_another_comes(tmp_path: Path) -> None:
    """Numbers beyond the rows that are looked at, and beyond the part that pandas reads at once."""
    content = "v;w\n" + "12,5;7\n" * 270_000 + "1.234,5;late\n"
    found = table(tmp_path, "t.csv", content)
    assert found.frame["v"].dtype == "float64"
    assert found.frame["v"].iloc[-1] == 1234.5
    assert found.frame["w"].iloc[[0, -1]].tolist() == ["7", "late"]


def test_answers_are_one_by_all_of_their_values() -> None:
    months = pd.Series(np.arange(12.0), name="units")
    other = months.where(months.index != 5, 9.0)
    assert comparable(months) != comparable(other)
    assert (
        comparable(months) == comparable(months.rename("value")) == comparable(months * (1 + 1e-13))
    )
    assert comparable(months) == comparable(months.astype(int).to_frame())
    assert comparable(5) == comparable(5.0) == comparable(np.float64(5))
    assert comparable(1234567.0) != comparable(1234571.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (12345678901, 12345678901.0),
        ([10**12, 1], [1e12, 1.0]),
        (pd.Series([20_000_000_000]), pd.Series([2e10])),
        ({2024: 10**11}, {2024.0: 1e11}),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
        (0.0, -0.0),
    ],
)
def test_a_number_is_one_answer_however_it_is_held(one: object, other: object) -> None:
    assert comparable(one) == comparable(other)


def test_numbers_beyond_all_floats_and_truth_are_told_apart() -> None:
    assert comparable(10**5000) == comparable(10**5000) != comparable(10**5000 + 1)
    assert comparable(True) != comparable(1)
    assert comparable({2024: 1}) != comparable({2025: 1})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "d,v\na,12345678901234567\nb,\nc,7\n"),
        ("t.csv", "d;v\na;12345678901234567\nb;NA\nc;7\n"),
        ("t.json", '[{"v": 12345678901234567}, {"v": null}, {"v": 7}]'),
        ("t.jsonl", '{"v": 12345678901234567}\n{"d": 1.5}\n{"v": 7}\n'),
        ("t.json", '{"v": [12345678901234567, null, 7]}'),
    ],
)
def test_a_gap_takes_no_digit_from_long_numbers(tmp_path: Path, name: str, content: str) -> None:
    found = table(tmp_path, name, content)
    values = found.frame["v"]
    assert values.dropna().tolist() == ["12345678901234567", "7"] and values.isna()[1]
    assert any("more digits than a float keeps" in said for said in found.notices)
    pd.testing.assert_frame_equal(by_code(found), found.frame)
