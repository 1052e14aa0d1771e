"""Joins of DataFrames whose keys do not match by themselves: by customer, by code, by time."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.compare import Comparator
from parelha.tasks.draws import numbers
from parelha.tasks.families.clean_data.joins_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

_ROWS = Comparator(check_index=False)
_NAMES = ("ana", "bia", "caio", "davi", "eva", "zoë")
_CITIES = ("Porto", "Lisboa", "Recife", "Santos")


def _orders(customers: Sequence[Any]) -> pd.DataFrame:
    orders = pd.Series(range(1, len(customers) + 1), dtype="int64")
    return pd.DataFrame({"order": orders, "customer": pd.Series(customers, dtype="str")})


def _customers(names: Sequence[Any], cities: list[str]) -> pd.DataFrame:
    columns = {"customer": pd.Series(names, dtype="str"), "city": pd.Series(cities, dtype="str")}
    return pd.DataFrame(columns)


def _shop(rng: Random, size: int) -> Args:
    known = rng.sample(_NAMES, rng.randint(3, 5))
    cities = rng.choices(_CITIES, k=len(known))
    return _orders(rng.choices(_NAMES, k=size)), _customers(known, cities)


def _no_shop(rng: Random) -> list[Args]:
    names = rng.sample(_NAMES, 3)
    return [
        (_orders([]), _customers(names, ["Porto"] * 3)),
        (_orders([*names, names[0]]), _customers([], [])),
        (_orders([*names]), _customers(names[::-1], ["Porto", "Recife", "Santos"])),
    ]


def _cities_by_name(orders: pd.DataFrame, customers: pd.DataFrame) -> "list[Any]":
    """Return the city of each order by plain dictionaries, None where there is none."""
    city = dict(zip(customers["customer"][::-1], customers["city"][::-1], strict=True))
    return [city.get(name) for name in orders["customer"]]


def _inner_oracle(orders: pd.DataFrame, customers: pd.DataFrame) -> object:
    if customers["customer"].duplicated().any():
        return NotImplemented
    folded = orders.assign(customer=[str(name).strip().lower() for name in orders["customer"]])
    plain = customers.assign(customer=[str(n).strip().lower() for n in customers["customer"]])
    cities = pd.Series(_cities_by_name(folded, plain), dtype="str")
    rows = folded.assign(customer=folded["customer"].astype("str"), city=cities)
    return rows[rows["city"].notna()]


_INNER = levels(
    "matching_rows",
    doc="Return the orders of known customers with their cities.",
    ask=text(
        en="""The DataFrame `orders` has the columns "order" and "customer", the DataFrame
        `customers` the columns "customer" and "city". Return the orders whose customer is in
        `customers`, in their order, with the columns "order", "customer" and "city". The index does
        not matter.""",
        pt="""O DataFrame `orders` tem as colunas "order" e "customer", e o DataFrame `customers`,
        as colunas "customer" e "city". Retorne os pedidos cujo cliente está em `customers`, na
        ordem em que estão, com as colunas "order", "customer" e "city". O índice não importa.""",
    ),
    signature="def match(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_shop,
    compare=_ROWS,
    easy=Level(
        contract=text(
            "No customer is listed twice in `customers`.",
            "Nenhum cliente aparece duas vezes em `customers`.",
        ),
        imports="import pandas as pd",
        body="""return orders.merge(customers, on="customer", how="inner")""",
        edges=_no_shop,
    ),
    hard=Level(
        contract=text(
            en="""Names that differ only in case or in surrounding blanks mean the same customer; in
            the result they are in lower case, without those blanks.""",
            pt="""Nomes que só diferem em maiúsculas e minúsculas ou em espaços ao redor indicam o
            mesmo cliente; no resultado ficam em minúsculas, sem esses espaços.""",
        ),
        imports="import pandas as pd",
        body="""
        frames = []
        for frame in (orders, customers):
            key = frame["customer"].str.strip().str.lower()
            frames.append(frame.assign(customer=key))
        return frames[0].merge(frames[1], on="customer", how="inner")
        """,
        edges=lambda rng: [
            (_orders(["Ana", " ana", "BIA "]), _customers(["ana", "Bia"], ["Porto", "Recife"])),
            (_orders(["ana", "bia"]), _customers([" ANA", "Caio "], ["Porto", "Santos"])),
            (_orders([rng.choice(_NAMES).upper()]), _customers(list(_NAMES), ["Porto"] * 6)),
        ],
    ),
    oracle=_inner_oracle,
)


def _left_oracle(orders: pd.DataFrame, customers: pd.DataFrame) -> object:
    cities = [city or "unknown" for city in _cities_by_name(orders, customers)]
    return orders.assign(city=pd.Series(cities, dtype="str"))


_LEFT = levels(
    "all_orders",
    doc="Return all orders with the city of their customer.",
    ask=text(
        en="""Add to the DataFrame `orders` (columns "order", "customer") the column "city" from the
        DataFrame `customers` (columns "customer", "city"). Keep all orders in their order; where
        the customer is not in `customers`, the city is "unknown". The index does not matter.""",
        pt="""Acrescente ao DataFrame `orders` (colunas "order", "customer") a coluna "city" do
        DataFrame `customers` (colunas "customer", "city"). Mantenha todos os pedidos na sua ordem;
        se o cliente não está em `customers`, a cidade é "unknown". O índice não importa.""",
    ),
    signature="def add_city(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_shop,
    compare=_ROWS,
    easy=Level(
        contract=text("Each customer has one city.", "Cada cliente tem uma só cidade."),
        imports="import pandas as pd",
        body="""
        merged = orders.merge(customers, on="customer", how="left")
        merged["city"] = merged["city"].fillna("unknown")
        return merged
        """,
        edges=_no_shop,
    ),
    hard=Level(
        contract=text(
            en="""If a customer is listed more than once, the first row counts, so that no order is
            doubled.""",
            pt="""Se um cliente aparece mais de uma vez, vale a primeira linha, de modo que nenhum
            pedido fica dobrado.""",
        ),
        imports="import pandas as pd",
        body="""
        first = customers.drop_duplicates("customer")
        merged = orders.merge(first, on="customer", how="left")
        merged["city"] = merged["city"].fillna("unknown")
        return merged
        """,
        edges=lambda rng: [
            (_orders(["ana", "bia"]), _customers(["ana", "ana"], ["Porto", "Recife"])),
            (_orders(["bia", "bia"]), _customers(["bia"] * 3, rng.sample(_CITIES, 3))),
            (_orders(["eva"]), _customers(["ana", "eva", "eva"], rng.sample(_CITIES, 3))),
        ],
    ),
    oracle=_left_oracle,
)


def _anti_oracle(orders: pd.DataFrame, customers: pd.DataFrame) -> object:
    known = {name for name in customers["customer"] if isinstance(name, str)}
    unknown = [name not in known for name in orders["customer"]]
    return orders[pd.Series(unknown, dtype=bool)]


_ANTI = levels(
    "unmatched_rows",
    doc="Return the orders of customers who are not listed.",
    ask=text(
        en="""Find the orders without a customer on record: return the rows of the DataFrame
        `orders` (columns "order", "customer") whose customer does not occur in the column
        "customer" of the DataFrame `customers`. Order and columns stay, and the index does not
        matter.""",
        pt="""Encontre os pedidos sem cliente cadastrado: retorne as linhas do DataFrame `orders`
        (colunas "order", "customer") cujo cliente não ocorre na coluna "customer" do DataFrame
        `customers`. A ordem e as colunas ficam, e o índice não importa.""",
    ),
    signature="def unmatched(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_shop,
    compare=_ROWS,
    easy=Level(
        contract=text("", ""),
        imports="import pandas as pd",
        body="""
        found = orders["customer"].isin(customers["customer"])
        return orders[~found]
        """,
        edges=_no_shop,
    ),
    hard=Level(
        contract=text(
            en="""A missing customer matches nobody, not even another missing one.""",
            pt="""Um cliente ausente não corresponde a ninguém, nem a outro cliente ausente.""",
        ),
        imports="import pandas as pd",
        body="""
        known = customers["customer"].dropna()
        return orders[~orders["customer"].isin(known)]
        """,
        edges=lambda rng: [
            (_orders(["ana", None, "bia"]), _customers(["ana", None], ["Porto"] * 2)),
            (_orders([None, None]), _customers([None], ["Recife"])),
            (_orders([None, rng.choice(_NAMES)]), _customers(["ana"], ["Porto"])),
        ],
    ),
    oracle=_anti_oracle,
)


def _stock(rng: Random, size: int) -> Args:
    codes = rng.sample(range(1, 30), 5)
    sold = pd.DataFrame(
        {
            "sku": pd.Series([f"{rng.choice(codes):05d}" for _ in range(size)], dtype="str"),
            "units": pd.Series([rng.randint(1, 9) for _ in range(size)], dtype="int64"),
        }
    )
    return sold, _prices(codes, numbers(rng, 5, 1.0, 30.0))


def _prices(codes: list[int], prices: list[float]) -> pd.DataFrame:
    code = pd.Series([f"{code:05d}" for code in codes], dtype="str")
    return pd.DataFrame({"code": code, "price": pd.Series(prices, dtype="float64")})


def _sold(skus: list[str]) -> pd.DataFrame:
    units = pd.Series(range(1, len(skus) + 1), dtype="int64")
    return pd.DataFrame({"sku": pd.Series(skus, dtype="str"), "units": units})


def _value_oracle(sold: pd.DataFrame, prices: pd.DataFrame) -> object:
    price = {int(code): float(p) for code, p in zip(prices["code"], prices["price"], strict=True)}
    pairs = zip(sold["sku"], sold["units"], strict=True)
    values = [units * price.get(int(sku.strip(" #")), 0.0) for sku, units in pairs]
    return sold.assign(value=pd.Series(values, dtype="float64"))


_VALUE = levels(
    "different_names",
    heldout=True,
    doc="Return the sold articles with their value.",
    ask=text(
        en="""Sales and price list name the article number differently: `sold` has the columns "sku"
        and "units", while `prices` has "code" (unique) and "price"; both are DataFrames. Extend
        `sold` by a column "value", units times price, and nothing else; rows keep their places and
        any index will do.""",
        pt="""Vendas e lista de preços chamam o número do artigo de formas diferentes: `sold` tem as
        colunas "sku" e "units", e `prices` tem "code" (único) e "price"; ambos são DataFrames.
        Estenda `sold` com uma coluna "value", unidades vezes preço, e nada mais; as linhas mantêm
        seus lugares, e qualquer índice serve.""",
    ),
    signature="def with_value(sold: pd.DataFrame, prices: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_stock,
    compare=_ROWS,
    easy=Level(
        contract=text("All articles sold have a price.", "Todo artigo vendido tem um preço."),
        imports="import pandas as pd",
        body="""
        price = prices.set_index("code")["price"]
        return sold.assign(value=sold["units"] * sold["sku"].map(price))
        """,
        edges=lambda rng: [
            (_sold(["00012"] * 3), _prices([12, 120], numbers(rng, 2, 1.0))),
            (_sold(["00002", "00001", "00002"]), _prices([1, 2], numbers(rng, 2, 1.0))),
            (_sold(["00007"]), _prices([7], [0.0])),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Someone typed part of the numbers in "sku" without the zeros in front ("00042" as
            "42"), with a "#" before them or blanks around them. Articles without a price have the
            value 0.0.""",
            pt="""Alguém digitou parte dos números em "sku" sem os zeros da frente ("00042" como
            "42"), com um "#" antes ou espaços ao redor. Artigos sem preço têm o valor 0.0.""",
        ),
        imports="import pandas as pd",
        body="""
        price = prices.set_index("code")["price"]
        code = sold["sku"].str.strip(" #").str.zfill(5)
        value = sold["units"] * code.map(price).fillna(0.0)
        return sold.assign(value=value)
        """,
        edges=lambda rng: [
            (_sold(["42", "#42", " 00042 ", "0042"]), _prices([42], numbers(rng, 1, 1.0))),
            (_sold(["1", "2"]), _prices([2], numbers(rng, 1, 1.0))),
            (_sold(["#00003", "3 ", "30"]), _prices([3], numbers(rng, 1, 1.0))),
        ],
    ),
    oracle=_value_oracle,
)


def _market(rng: Random, size: int) -> Args:
    minutes = sorted(rng.sample(range(2, 600), size))
    quoted = [1, *sorted(rng.sample(range(2, 600), size))]
    return _at("trade", minutes), _at("price", quoted, numbers(rng, size + 1, 5.0, 50.0))


def _at(name: str, minutes: list[int], values: list[float] | None = None) -> pd.DataFrame:
    shown = range(1, len(minutes) + 1) if values is None else values
    column = pd.Series(list(shown), dtype="int64" if values is None else "float64")
    return pd.DataFrame({"minute": pd.Series(minutes, dtype="int64"), name: column})


def _as_of_oracle(trades: pd.DataFrame, quotes: pd.DataFrame) -> object:
    pairs = sorted(zip(quotes["minute"], quotes["price"], strict=True))
    before = [[p for minute, p in pairs if minute <= now] for now in trades["minute"]]
    return trades.assign(price=pd.Series([b[-1] if b else None for b in before], dtype="float64"))


_AS_OF = levels(
    "latest_before",
    heldout=True,
    doc="Return the trades with the latest quoted price.",
    ask=text(
        en="""Which price was in force at each trade? The DataFrame `trades` has the columns
        "minute" and "trade", the DataFrame `quotes` has "minute" and "price", with all minutes of a
        frame different. Append to `trades` a column "price" that holds the last price quoted at or
        before the trade's minute; rows remain in sequence under an index of your choice.""",
        pt="""Que preço valia em cada negócio? O DataFrame `trades` tem as colunas "minute" e
        "trade", e o DataFrame `quotes` tem "minute" e "price"; dentro de cada um, todos os minutos
        são diferentes. Acrescente a `trades` uma coluna "price" com o último preço cotado até o
        minuto do negócio, inclusive; as linhas permanecem em sequência, com um índice à sua
        escolha.""",
    ),
    signature="def priced(trades: pd.DataFrame, quotes: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_market,
    compare=_ROWS,
    easy=Level(
        contract=text(
            "Both frames are sorted by minute, and the first quote precedes the first trade.",
            "Ambos estão ordenados por minuto, e a primeira cotação vem antes do primeiro negócio.",
        ),
        imports="import pandas as pd",
        body="""return pd.merge_asof(trades, quotes, on="minute")""",
        edges=lambda rng: [
            (_at("trade", []), _at("price", [1], [2.5])),
            (_at("trade", [2, 5, 6]), _at("price", [1, 5, 7], numbers(rng, 3))),
            (_at("trade", [10, 20, 30]), _at("price", [9], numbers(rng, 1))),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Neither frame needs to be sorted. The price is NaN if nothing was quoted by
            then.""",
            pt="""Nenhum dos dois precisa estar ordenado. O preço é NaN se nada tinha sido cotado
            até então.""",
        ),
        imports="import pandas as pd",
        body="""
        by_minute = trades.sort_values("minute").reset_index(names="place")
        known = quotes.sort_values("minute")
        joined = pd.merge_asof(by_minute, known, on="minute")
        joined = joined.sort_values("place").drop(columns="place")
        return joined.reset_index(drop=True)
        """,
        edges=lambda rng: [
            (_at("trade", [9, 3, 6]), _at("price", [2, 6, 4], numbers(rng, 3))),
            (_at("trade", [1, 8]), _at("price", [5, 9], numbers(rng, 2))),
            (_at("trade", [3, 2, 1]), _at("price", [], [])),
        ],
    ),
    oracle=_as_of_oracle,
)

_PANDAS = "import pandas as pd"
_MISTAKES = (
    Mistake("matching_rows", 'return orders.merge(customers, how="outer")', imports=_PANDAS),
    Mistake(
        "all_orders",
        'return orders.merge(customers, how="left").fillna({"city": "unknown"})',
        imports=_PANDAS,
        level=2,
    ),
    Mistake(
        "unmatched_rows",
        'return orders[~orders["customer"].isin(customers["customer"])]',
        imports=_PANDAS,
        level=2,
    ),
    Mistake("latest_before", 'return trades.merge(quotes, on="minute", how="left")', _PANDAS),
)

FAMILY = Family(
    "clean_data.joins",
    CoderAction.CLEAN_DATA,
    (*_INNER, *_LEFT, *_ANTI, *_AS_OF, *_VALUE, *ADVANCED),
    mistakes=_MISTAKES,
)
