"""Return mean and variance of every class."""

import math
from random import Random
from typing import Any

import pandas as pd
from sklearn.naive_bayes import GaussianNB

from parelha.tasks.draws import Args, numbers


def train(df: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return mean and variance of every class."""
    result = {}
    for label, x in df.groupby("label")["x"]:
        result[str(label)] = (float(x.mean()), float(x.var(ddof=0)))
    return result


def train_level_2(df: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return mean and variance of every class."""
    result = {}
    for label, x in df.dropna(subset=["x"]).groupby("label")["x"]:
        result[str(label)] = (float(x.mean()), float(x.var(ddof=0)))
    return result


def ordinary(rng: Random, size: int) -> Args:
    rows = [(rng.choice(["iris", "lily", "rose"]), number) for number in numbers(rng, size)]
    return (pd.DataFrame(rows, columns=["label", "x"]),)


def _frame(labels: list[str | None], xs: list[float]) -> Args:
    column = pd.Series(labels, dtype=object)
    return (pd.DataFrame({"label": column, "x": pd.Series(xs, dtype="float64")}),)


def edges(rng: Random) -> list[Args]:
    return [
        _frame([], []),
        _frame(["iris"], numbers(rng, 1)),
        _frame(["a", "b", "a", "b"], [1.0, 5.0, 1.0, float(rng.randint(6, 9))]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _frame(["iris", None, "iris", None], numbers(rng, 4)),
        _frame(["iris", "rose", "rose"], [math.nan, *numbers(rng, 2)]),
        _frame(["iris", None], [math.nan, 1.0]),
    ]


def oracle(df: pd.DataFrame) -> object:
    known = df.dropna()
    if known.empty:
        return {}
    model = GaussianNB(var_smoothing=0.0)
    if known.groupby("label")["x"].nunique().min() == 1:
        return NotImplemented  # scikit-learn divides by such a variance
    model.fit(known[["x"]].to_numpy(), known["label"].to_numpy(dtype=str))
    return {
        str(label): (float(mean), float(variance))
        for label, mean, variance in zip(
            model.classes_, model.theta_[:, 0], model.var_[:, 0], strict=True
        )
    }


def mistake_sample_variance(df: Any) -> Any:
    groups = df.groupby("label")["x"]
    return {label: (x.mean(), x.var()) for label, x in groups}
