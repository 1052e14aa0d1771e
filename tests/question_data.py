"""Five small data sets as people have them, each with three questions and their right answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Right = float | str | dict[str, float]

REGIONS = ("North", "South", "East", "West")
PRODUCTS = ("apple", "pear", "plum")
CITIES = ("Lisbon", "Porto", "Braga")


@dataclass(frozen=True)
class Question:
    """A question, and how pandas answers it; `right` is the answer."""

    text: str
    right: Right


@dataclass(frozen=True)
class DataSet:
    """A file, and what is asked about it."""

    path: Path
    questions: tuple[Question, ...]


def sales(folder: Path) -> DataSet:
    """Sixty sales in a plain CSV file."""
    rows = [
        {
            "date": (date(2024, 1, 1) + timedelta(days=5 * n)).isoformat(),
            "region": REGIONS[n * n % 7 % 4],
            "product": PRODUCTS[n % 3],
            "units": 3 + n * 7 % 11,
            "price": [1.5, 2.0, 3.25][n % 3],
        }
        for n in range(60)
    ]
    frame = pd.DataFrame(rows)
    path = folder / "sales.csv"
    frame.to_csv(path, index=False)
    units = frame.groupby("region")["units"].sum()
    return DataSet(
        path,
        (
            Question("Which region sold the most units in total?", str(units.idxmax())),
            Question(
                "What is the total revenue, that is units times price, of all sales?",
                float((frame["units"] * frame["price"]).sum()),
            ),
            Question(
                "How many units were sold of each product in total?",
                _table(frame.groupby("product")["units"].sum()),
            ),
        ),
    )


def weather(folder: Path) -> DataSet:
    """A year of weather, as a European spreadsheet writes it: semicolons, commas, day first."""
    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(365)]
    frame = pd.DataFrame(
        {
            "date": days,
            "temperature": [
                round(14 - 11 * np.cos(2 * np.pi * (n - 20) / 365) + n * 5 % 7 / 2, 1)
                for n in range(365)
            ],
            "rain_mm": [float(n * 13 % 29 - 10) if n * 13 % 29 > 10 else 0.0 for n in range(365)],
        }
    )
    path = folder / "weather.csv"
    text = frame.assign(date=[f"{d.day:02}/{d.month:02}/{d.year}" for d in days])
    text.to_csv(path, sep=";", decimal=",", index=False)
    months = frame.groupby(pd.to_datetime(frame["date"]).dt.month)["temperature"].mean()
    return DataSet(
        path,
        (
            Question("What was the highest temperature?", float(frame["temperature"].max())),
            Question(
                "How many days had more than 10 mm of rain?", float((frame["rain_mm"] > 10).sum())
            ),
            Question(
                "Which month of the year, as a number from 1 to 12, was the warmest on average?",
                float(str(months.idxmax())),
            ),
        ),
    )


def survey(folder: Path) -> DataSet:
    """Eighty people, some of whom left questions out."""
    count = 80
    frame = pd.DataFrame(
        {
            "person": range(1, count + 1),
            "age": [None if n % 9 == 4 else 18 + n * 17 % 50 for n in range(count)],
            "city": [CITIES[n * n % 5 % 3] for n in range(count)],
            "income": [None if n % 6 == 1 else 900 + 25 * (n * 11 % 60) for n in range(count)],
            "satisfaction": [None if n % 13 == 7 else 1 + n * 3 % 5 for n in range(count)],
        }
    )
    path = folder / "survey.csv"
    frame.to_csv(path, index=False)
    happy = frame[frame["satisfaction"] == 5]
    return DataSet(
        path,
        (
            Question(
                "How many people did not give their income?", float(frame["income"].isna().sum())
            ),
            Question(
                "What is the mean age of the people whose satisfaction is 5?",
                float(happy["age"].mean()),
            ),
            Question(
                "What is the median income in each city?",
                _table(frame.groupby("city")["income"].median()),
            ),
        ),
    )


def series(folder: Path) -> DataSet:
    """Two years of daily visits, in Parquet."""
    days = pd.date_range("2023-01-01", "2024-12-31", freq="D")
    visits = [
        200 + n // 10 + n * 37 % 53 + (60 if day.weekday() > 4 else 0) for n, day in enumerate(days)
    ]
    visits[500] = 999
    frame = pd.DataFrame({"day": days, "visits": visits})
    path = folder / "visits.parquet"
    frame.to_parquet(path, index=False)
    march = frame[(frame["day"] >= "2024-03-01") & (frame["day"] < "2024-04-01")]
    years = frame.groupby(frame["day"].dt.year)["visits"].sum()
    best = frame["day"].iloc[int(frame["visits"].to_numpy().argmax())]
    return DataSet(
        path,
        (
            Question(
                "What was the mean number of visits a day in March 2024?",
                float(march["visits"].mean()),
            ),
            Question("On which day were there the most visits?", str(best)[:10]),
            Question(
                "How many visits were there in each year?",
                {str(year): float(total) for year, total in years.items()},
            ),
        ),
    )


def wide(folder: Path) -> DataSet:
    """Ten shops and a column for each of sixty months, in an Excel sheet."""
    months = [f"{year}-{month:02}" for year in range(2019, 2024) for month in range(1, 13)]
    shops = [f"shop {letter}" for letter in "ABCDEFGHIJ"]
    table: dict[str, Any] = {"shop": shops}
    for place, month in enumerate(months):
        table[month] = [100 + (n * 31 + place * 17) % 97 for n in range(len(shops))]
    frame = pd.DataFrame(table)
    path = folder / "shops.xlsx"
    frame.to_excel(path, index=False)
    best = frame["shop"].iloc[int(frame["2023-07"].to_numpy().argmax())]
    row = frame[frame["shop"] == "shop D"]
    return DataSet(
        path,
        (
            Question("Which shop sold the most in 2023-07?", str(best)),
            Question("What is the mean of the column 2021-03?", float(frame["2021-03"].mean())),
            Question(
                "How much did shop D sell over all months together?",
                float(row[months].sum(axis=1).iloc[0]),
            ),
        ),
    )


DATA_SETS: tuple[Callable[[Path], DataSet], ...] = (sales, weather, survey, series, wide)


def _table(values: Any) -> dict[str, float]:
    return {str(label): float(value) for label, value in values.items()}


# --- whether an answer is right ------------------------------------------------------------------


def is_right(value: object, right: Right) -> bool:
    """Whether a value says the right answer and nothing that contradicts it.

    A number may be rounded to three digits; a label or a number may stand in a sentence or in the
    only row of a table; a table may have any order and further columns of text, and may be text in
    which each label is followed by its number.
    """
    if isinstance(right, dict):
        found = _named(value, right) if isinstance(value, str) else _pairs(value)
        return found is not None and _equal_tables(found, right)
    if isinstance(value, pd.DataFrame | pd.Series):
        if len(value) != 1:
            return False
        cells = [*np.ravel(value.reset_index().to_numpy(dtype=object)).tolist()]
        # The row number that pandas gives is no answer.
        cells = cells[1:] if isinstance(value.index, pd.RangeIndex) else cells
        return any(_says(cell, right) for cell in cells)
    if isinstance(value, dict):
        value = [cell for pair in value.items() for cell in pair]
    if isinstance(value, list | tuple | np.ndarray):
        return 0 < len(value) <= 2 and any(_says(item, right) for item in value)
    return _says(value, right)


def _says(value: object, right: float | str) -> bool:
    if isinstance(value, pd.Timestamp):
        value = str(value)[:10]
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(right, str):
        return isinstance(value, str) and right.casefold() in value.casefold()
    try:
        return _close(float(str(value).strip().rstrip("%.")), right)
    except ValueError:
        words = str(value).replace(",", "").split() if isinstance(value, str) else []
        numbers = [w.rstrip(".%") for w in words if w[:1].isdigit() or w[:1] == "-"]
        return len(numbers) == 1 and _says(numbers[0], right) and numbers[0] != str(value)


def _close(found: float, right: float) -> bool:
    return abs(found - right) <= max(0.0051, 5e-4 * abs(right))


def _pairs(value: object) -> dict[str, float] | None:
    """Label to number, where the value is a table of both."""
    if isinstance(value, pd.DataFrame):
        frame = value if isinstance(value.index, pd.RangeIndex) else value.reset_index()
        numbers = [n for n in frame.columns[1:] if pd.api.types.is_numeric_dtype(frame[n])]
        if len(numbers) != 1:
            return None
        value = frame.set_index(frame.columns[0])[numbers[0]]
    if isinstance(value, pd.Series):
        value = value.to_dict()
    if not isinstance(value, dict):
        return None
    try:
        return {str(label)[:10].removesuffix("-12-31"): float(n) for label, n in value.items()}
    except (TypeError, ValueError):
        return None


def _named(text: str, right: dict[str, float]) -> dict[str, float]:
    """The number that follows each label in a text."""
    found = ((label, re.search(rf"\b{label}\b[^\d\n-]*(-?\d+(?:\.\d+)?)", text)) for label in right)
    return {label: float(number[1]) for label, number in found if number}


def _equal_tables(found: dict[str, float], right: dict[str, float]) -> bool:
    return found.keys() == right.keys() and all(_close(found[key], right[key]) for key in right)
