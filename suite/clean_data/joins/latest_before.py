"""Return the trades with the latest quoted price."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def priced(trades: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    """Return the trades with the latest quoted price."""
    return pd.merge_asof(trades, quotes, on="minute")


def priced_level_2(trades: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    """Return the trades with the latest quoted price."""
    by_minute = trades.sort_values("minute").reset_index(names="place")
    known = quotes.sort_values("minute")
    joined = pd.merge_asof(by_minute, known, on="minute")
    joined = joined.sort_values("place").drop(columns="place")
    return joined.reset_index(drop=True)


def _at(name: str, minutes: list[int], values: list[float] | None = None) -> pd.DataFrame:
    shown = range(1, len(minutes) + 1) if values is None else values
    column = pd.Series(list(shown), dtype="int64" if values is None else "float64")
    return pd.DataFrame({"minute": pd.Series(minutes, dtype="int64"), name: column})


def ordinary(rng: Random, size: int) -> Args:
    minutes = sorted(rng.sample(range(2, 600), size))
    quoted = [1, *sorted(rng.sample(range(2, 600), size))]
    return _at("trade", minutes), _at("price", quoted, numbers(rng, size + 1, 5.0, 50.0))


def edges(rng: Random) -> list[Args]:
    return [
        (_at("trade", []), _at("price", [1], [2.5])),
        (_at("trade", [2, 5, 6]), _at("price", [1, 5, 7], numbers(rng, 3))),
        (_at("trade", [10, 20, 30]), _at("price", [9], numbers(rng, 1))),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_at("trade", [9, 3, 6]), _at("price", [2, 6, 4], numbers(rng, 3))),
        (_at("trade", [1, 8]), _at("price", [5, 9], numbers(rng, 2))),
        (_at("trade", [3, 2, 1]), _at("price", [], [])),
    ]


def oracle(trades: pd.DataFrame, quotes: pd.DataFrame) -> object:
    pairs = sorted(zip(quotes["minute"], quotes["price"], strict=True))
    before = [[p for minute, p in pairs if minute <= now] for now in trades["minute"]]
    return trades.assign(price=pd.Series([b[-1] if b else None for b in before], dtype="float64"))


def mistake_same_minute_only(trades: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:
    return trades.merge(quotes, on="minute", how="left")
