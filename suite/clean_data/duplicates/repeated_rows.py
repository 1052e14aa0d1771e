"""Return the price list without repeated rows."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def without_repeats(df: pd.DataFrame) -> pd.DataFrame:
    """Return the price list without repeated rows."""
    return df.drop_duplicates()


def without_repeats_level_2(df: pd.DataFrame) -> pd.DataFrame:
    """Return the price list without repeated rows."""
    plain = df.assign(code=df["code"].str.lower())
    return df[~plain.duplicated()]


_CODES = ("a1", "b2", "c3", "d4")


def _priced(codes: list[str], prices: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"code": pd.Series(codes, dtype="str"), "price": pd.Series(prices, dtype="float64")}
    )


def ordinary(rng: Random, size: int) -> Args:
    codes = rng.choices(_CODES, k=size - 1)
    prices = [float(rng.randint(1, 3)) for _ in codes]
    place, later = rng.randrange(len(codes)), rng.randint(1, len(codes))
    codes.insert(max(place + 1, later), codes[place])
    prices.insert(max(place + 1, later), prices[place])
    return (_priced(codes, prices),)


def edges(rng: Random) -> list[Args]:
    return [
        (_priced([], []),),
        (_priced(["a1"] * 4, [float(rng.randint(1, 9))] * 4),),
        (_priced(["b2", "a1", "b2", "a1"], [2.0, 2.0, 3.0, float(rng.randint(4, 9))]),),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_priced(["A1", "a1", "B2"], [float(rng.randint(1, 9)), 11.0, 12.0]),),
        (_priced(["A1", "a1", "b2", "A1"], [2.0, 2.0, float(rng.randint(1, 9)), 2.0]),),
        (_priced(["c3", "C3", "C3"], [5.0, 5.0, float(rng.randint(6, 9))]),),
    ]


def oracle(df: pd.DataFrame) -> object:
    seen: set[tuple[str, float]] = set()
    kept = []
    for code, price in zip(df["code"].tolist(), df["price"].tolist(), strict=True):
        kept.append((code.lower(), price) not in seen)
        seen.add((code.lower(), price))
    return df[pd.Series(kept, index=df.index, dtype=bool)]


def mistake_codes_only(df: pd.DataFrame) -> pd.DataFrame:
    return df.drop_duplicates(subset="code")


def mistake_keeps_the_index_level_2(df: pd.DataFrame) -> pd.DataFrame:
    return df.drop_duplicates()
