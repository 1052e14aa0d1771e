"""Outliers judged within the group of their row, in pandas data frames."""

import math
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, Ordinary, off_border, redraw, with_outliers

# Numbers are whole, or quarters: medians and fences are exact in any program.
Row = tuple[Any, ...]


def frame_of_rows(rows: list[Row], texts: tuple[str, ...], value: str) -> pd.DataFrame:
    """Return a frame of text columns and one float column, which comes last."""
    columns: dict[str, Any] = {
        name: pd.Series([row[place] for row in rows], dtype="str")
        for place, name in enumerate(texts)
    }
    columns[value] = pd.Series([row[-1] for row in rows], dtype="float64")
    return pd.DataFrame(columns)


def draw_number(rng: Random, centre: float, far: float = 0.05) -> float:
    """Return a whole number near a centre; now and then it is far, now and then missing."""
    if rng.random() < far:
        return math.nan
    jump = rng.choice((-1, 1)) * rng.randint(15, 60) if rng.random() < far else 0
    return float(round(rng.gauss(centre, 3.0)) + jump)


# Values are whole numbers: medians, quartiles and zero spreads are exact in any program.
NAN = math.nan


def frame_of(names: list[str], values: list[float], key: str, value: str) -> pd.DataFrame:
    """Return a frame with a text column `key` and a float column `value`."""
    return pd.DataFrame(
        {key: pd.Series(names, dtype="str"), value: pd.Series(values, dtype="float64")}
    )


def grouped_rows(rng: Random, size: int) -> tuple[list[str], list[float]]:
    """Two or three groups in mixed order, each with five rows or more and one outlier."""
    rows: list[tuple[str, float]] = []
    names = rng.sample(["a", "b", "c", "d"], 2 + (size > 8))
    for name in names:
        values = redraw(
            lambda: [float(round(v)) for v in with_outliers(rng, max(5, size // len(names)))],
            lambda drawn: off_border(drawn, 1.4, sample=True),
        )
        rows += [(name, value) for value in values]
    rng.shuffle(rows)
    return [name for name, _ in rows], [value for _, value in rows]


def drawn(key: str, value: str, limits: tuple[float, ...] = ()) -> Ordinary:
    """Return a draw of a frame and, if there are limits, of one of them."""

    def ordinary(rng: Random, size: int) -> Args:
        frame = frame_of(*grouped_rows(rng, size), key, value)
        return (frame, rng.choice(limits)) if limits else (frame,)

    return ordinary


def easy_frames(rng: Random, key: str, value: str) -> list[pd.DataFrame]:
    """Return frames without gaps: one group, two groups in turn, groups of unlike size."""
    base = float(rng.randint(1, 9))
    skew = [base, base + 1, base + 2, base + 30, base + 3]
    return [
        frame_of(["x"] * 5, skew, key, value),
        # The first value is 12.6 from the mean, between 1.4 * 9.15 and 1.4 + 9.15.
        frame_of(["x"] * 5, [base + step for step in (0, 10, 10, 20, 23)], key, value),
        frame_of(
            ["b", "a"] * 5,
            [v for pair in zip(skew, skew[::-1], strict=True) for v in pair],
            key,
            value,
        ),
        frame_of(
            ["a"] * 4 + ["b"] * 6,
            [base, 5.0, 6.0, 90.0, -90.0, 3.0, 3.0, 4.0, 3.0, base],
            key,
            value,
        ),
    ]


def hard_frames(rng: Random, key: str, value: str) -> list[pd.DataFrame]:
    """No rows; gaps, a group of gaps, lone rows and constant groups; odd and repeated labels."""
    base = float(rng.randint(1, 9))
    gaps = frame_of(
        ["u", "v", "u", "w", "u", "u", "x", "u", "x", "x", "x", "x"],
        [base, 7.0, NAN, NAN, base + 1, base + 60, 4.0, base + 2, 4.0, 4.0, 4.0, 4.0],
        key,
        value,
    )
    labelled = frame_of(*grouped_rows(rng, 9), key, value)
    labelled.index = pd.Index([(7 * place) % 31 + 5 for place in range(len(labelled))])
    # One value on a limit: 6 from the median of its group, and on the upper fence.
    on_limit = frame_of(["m"] * 5, [base, base, base + 4, base, base + 10], key, value)
    ties = frame_of(["t", "t", "t", "s", "s"], [base, base + 6, base - 6, 1.0, 9.0], key, value)
    lone = frame_of(["p", "q"], [NAN, base], key, value)
    return [frame_of([], [], key, value), gaps, labelled, on_limit, ties, lone]


def known_by_group(frame: pd.DataFrame, key: str, value: str) -> dict[str, list[float]]:
    """Return the known numbers of each group, gaps left out."""
    groups: dict[str, list[float]] = {}
    for name, number in zip(frame[key].tolist(), frame[value].tolist(), strict=True):
        groups.setdefault(name, [])
        if not math.isnan(number):
            groups[name].append(number)
    return groups


def rows_with_groups(frame: pd.DataFrame, key: str, value: str) -> list[tuple[float, list[float]]]:
    """Return the number of each row with all known numbers of its group."""
    groups = known_by_group(frame, key, value)
    numbers = frame[value].tolist()
    return [(number, groups[name]) for number, name in zip(numbers, frame[key], strict=True)]
