"""Return the table of counts by region and answer."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import Args


def contingency(df: pd.DataFrame) -> pd.DataFrame:
    """Return the table of counts by region and answer."""
    return pd.crosstab(df["region"], df["answer"])


def contingency_level_2(df: pd.DataFrame) -> pd.DataFrame:
    """Return the table of counts by region and answer."""
    rows = df.dropna()
    table = pd.crosstab(rows["region"], rows["answer"])
    names = table.columns.union(["no", "yes"]).rename("answer")
    return table.reindex(columns=names, fill_value=0)


def _survey(regions: Sequence[str | None], answers: Sequence[str | None]) -> Args:
    columns: dict[str, Any] = {"region": regions, "answer": answers}
    return (pd.DataFrame({name: pd.Series(own, dtype=object) for name, own in columns.items()}),)


def ordinary(rng: Random, size: int) -> Args:
    regions = [rng.choice(["north", "south", "são"]) for _ in range(size)]
    return _survey(regions, [rng.choice(["yes", "no"]) for _ in range(size)])


def edges(rng: Random) -> list[Args]:
    return [
        _survey(["a", "a", "b"], ["yes", "yes", rng.choice(["no", "x"])]),
        _survey(["b", "a", "c"], [rng.choice(["yes", "no", "x"])] * 3),
        _survey([rng.choice("abc")], ["yes"]),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        _survey(["b", "a", None], ["maybe", rng.choice(["maybe", "zero"]), "yes"]),
        _survey(["a", "b", "c"], [None, "no", rng.choice(["no", "yes"])]),
        _survey([None, "a", "a"], ["no", None, rng.choice(["yes", "later"])]),
        _survey(["d", None, "d", "c"], ["no", "no", None, rng.choice(["no", "maybe"])]),
    ]


def _crosstab_oracle(df: pd.DataFrame) -> object:
    counted = df.dropna().groupby(["region", "answer"]).size().unstack(fill_value=0)
    return counted.astype("int64")


def oracle(df: pd.DataFrame) -> object:
    return _crosstab_oracle(df) if {"yes", "no"} <= set(df.dropna()["answer"]) else NotImplemented


def mistake_transposed(df: pd.DataFrame) -> pd.DataFrame:
    return pd.crosstab(df["answer"], df["region"])
