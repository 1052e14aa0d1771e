"""Return the sold articles with their value."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args, numbers


def with_value(sold: pd.DataFrame, prices: pd.DataFrame) -> pd.DataFrame:
    """Return the sold articles with their value."""
    price = prices.set_index("code")["price"]
    return sold.assign(value=sold["units"] * sold["sku"].map(price))


def with_value_level_2(sold: pd.DataFrame, prices: pd.DataFrame) -> pd.DataFrame:
    """Return the sold articles with their value."""
    price = prices.set_index("code")["price"]
    code = sold["sku"].str.strip(" #").str.zfill(5)
    value = sold["units"] * code.map(price).fillna(0.0)
    return sold.assign(value=value)


def _prices(codes: list[int], prices: list[float]) -> pd.DataFrame:
    code = pd.Series([f"{code:05d}" for code in codes], dtype="str")
    return pd.DataFrame({"code": code, "price": pd.Series(prices, dtype="float64")})


def ordinary(rng: Random, size: int) -> Args:
    codes = rng.sample(range(1, 30), 5)
    sold = pd.DataFrame(
        {
            "sku": pd.Series([f"{rng.choice(codes):05d}" for _ in range(size)], dtype="str"),
            "units": pd.Series([rng.randint(1, 9) for _ in range(size)], dtype="int64"),
        }
    )
    return sold, _prices(codes, numbers(rng, 5, 1.0, 30.0))


def _sold(skus: list[str]) -> pd.DataFrame:
    units = pd.Series(range(1, len(skus) + 1), dtype="int64")
    return pd.DataFrame({"sku": pd.Series(skus, dtype="str"), "units": units})


def edges(rng: Random) -> list[Args]:
    return [
        (_sold(["00012"] * 3), _prices([12, 120], numbers(rng, 2, 1.0))),
        (_sold(["00002", "00001", "00002"]), _prices([1, 2], numbers(rng, 2, 1.0))),
        (_sold(["00007"]), _prices([7], [0.0])),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (_sold(["42", "#42", " 00042 ", "0042"]), _prices([42], numbers(rng, 1, 1.0))),
        (_sold(["1", "2"]), _prices([2], numbers(rng, 1, 1.0))),
        (_sold(["#00003", "3 ", "30"]), _prices([3], numbers(rng, 1, 1.0))),
    ]


def oracle(sold: pd.DataFrame, prices: pd.DataFrame) -> object:
    price = {int(code): float(p) for code, p in zip(prices["code"], prices["price"], strict=True)}
    pairs = zip(sold["sku"], sold["units"], strict=True)
    values = [units * price.get(int(sku.strip(" #")), 0.0) for sku, units in pairs]
    return sold.assign(value=pd.Series(values, dtype="float64"))
