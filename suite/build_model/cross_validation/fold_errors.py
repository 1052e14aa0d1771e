"""Return the mean absolute error of each fold."""

import math
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args, numbers


def fold_errors(df: pd.DataFrame) -> dict[int, float]:
    """Return the mean absolute error of each fold."""
    errors = (df["actual"] - df["predicted"]).abs()
    means = errors.groupby(df["fold"]).mean()
    return dict(zip(means.index.tolist(), means.tolist()))


def fold_errors_level_2(df: pd.DataFrame) -> dict[int, float]:
    """Return the mean absolute error of each fold."""
    known = df.dropna(subset=["predicted"])
    errors = (known["actual"] - known["predicted"]).abs()
    means = errors.groupby(known["fold"]).mean()
    return dict(zip(means.index.tolist(), means.tolist()))


def _scored(fold: list[int], actual: list[float], predicted: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fold": pd.Series(fold, dtype="int64"),
            "actual": pd.Series(actual, dtype="float64"),
            "predicted": pd.Series(predicted, dtype="float64"),
        }
    )


def ordinary(rng: Random, size: int) -> Args:
    actual = numbers(rng, size)
    predicted = [round(value + rng.uniform(-5.0, 5.0), 1) for value in actual]
    return (_scored([rng.randint(0, 2) for _ in range(size)], actual, predicted),)


def edges(rng: Random) -> list[Args]:
    return [
        (_scored([1], numbers(rng, 1), numbers(rng, 1)),),
        (_scored([0, 0, 0], [1.0, 2.0, 3.0], [2.0, 1.0, float(rng.randint(4, 9))]),),
        (_scored([2, 1, 2, 1], [5.0] * 4, [5.0, 4.0, 5.0, 7.0]),),
    ]


NAN = float("nan")


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_scored([], [], []),),
        (_scored([1, 1, 2], numbers(rng, 3), [NAN, float(rng.randint(1, 9)), 3.0]),),
        (_scored([1, 2, 2], numbers(rng, 3), [NAN, 1.0, float(rng.randint(2, 9))]),),
        (_scored([4], [1.0], [NAN]),),
    ]


def oracle(df: pd.DataFrame) -> object:
    errors: dict[int, list[float]] = {}
    for fold, actual, predicted in zip(*(df[name].tolist() for name in df.columns), strict=True):
        if not math.isnan(predicted):
            errors.setdefault(fold, []).append(abs(actual - predicted))
    return {fold: sum(own) / len(own) for fold, own in errors.items()}


def mistake_squares(df: Any) -> Any:
    errors = (df["actual"] - df["predicted"]) ** 2
    return errors.groupby(df["fold"]).mean().to_dict()


def mistake_gaps_are_zero_level_2(df: Any) -> Any:
    errors = (df["actual"] - df["predicted"]).abs().fillna(0.0)
    return errors.groupby(df["fold"]).mean().to_dict()
