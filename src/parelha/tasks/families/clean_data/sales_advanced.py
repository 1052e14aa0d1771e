"""Cleaning of sales at levels 3 and 4: takings after corrections, and stock that runs out."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import sales_rows
from parelha.tasks.family import Args, Variant, advanced, text

Row = dict[str, Any]


def _corrected(rng: Random, size: int) -> Args:
    rows = sales_rows(rng, size)
    for row in rows:
        row["order"] = rng.choice([row["order"], rows[0]["order"] + rng.randrange(size)])
        row["product"] = rng.choice(["{}", " {}", "{} "]).format(row["product"])
        row["product"] = rng.choice([row["product"], row["product"].upper()])
        if rng.random() < 0.3:
            row.update(
                rng.choice([{"units": None}, {"price": None}, {"units": 0}, {"price": -1.0}])
            )
    return rows, rng.randint(1, 4)


def _best_oracle(rows: list[Row], n: int) -> object:
    frame = pd.DataFrame(rows, columns=["order", "product", "units", "price"], dtype=object)
    frame = frame.drop_duplicates("order", keep="last").dropna()
    frame = frame[(frame["units"].astype(float) > 0) & (frame["price"].astype(float) > 0)]
    names = frame["product"].astype("str").str.strip().str.lower()
    value = frame["units"].astype(float) * frame["price"].astype(float)
    totals = value.groupby(names).sum().rename("total").rename_axis("name").reset_index()
    best = totals.sort_values(["total", "name"], ascending=[False, True]).head(n)
    return [(str(name), float(total)) for name, total in best.itertuples(index=False)]


_BEST = advanced(
    "best_sellers",
    3,
    doc="Return the n products with the highest revenue.",
    ask=text(
        en="""`rows` are sales, dictionaries with the keys "order", "product", "units" and "price".
        An order number that occurs more than once was corrected: only its last row counts, even if
        that row is faulty. Then drop the rows in which units or price is None, zero or negative.
        Products are the same when their names agree in lower case and without white space around
        them. Return the `n` products with the highest revenue (the sum of units * price) as tuples
        (product, revenue), the highest first, with the name in lower case; equal revenues go by
        name. Return all products if there are fewer.""",
        pt="""`rows` são vendas, dicionários com as chaves "order", "product", "units" e "price". Um
        número de pedido que ocorre mais de uma vez foi corrigido: só vale a sua última linha, mesmo
        que essa linha tenha defeito. Depois elimine as linhas em que as unidades ou o preço são
        None, zero ou negativos. Produtos são o mesmo quando os nomes coincidem em minúsculas e sem
        espaços ao redor. Retorne os `n` produtos com a maior receita (a soma de unidades * preço)
        como tuplas (produto, receita), a maior primeiro, com o nome em minúsculas; receitas iguais
        vão por nome. Retorne todos os produtos se houver menos.""",
    ),
    signature="def best(rows: list[dict[str, object]], n: int) -> list[tuple[str, float]]:",
    ordinary=_corrected,
    body="""
    totals: dict[str, float] = {}
    for row in {row["order"]: row for row in rows}.values():
        units, price = row["units"], row["price"]
        if not isinstance(units, int) or not isinstance(price, float):
            continue
        if units > 0 and price > 0:
            name = str(row["product"]).strip().lower()
            totals[name] = totals.get(name, 0.0) + units * price
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))[:n]
    """,
    edges=lambda rng: [
        ([], 3),
        ([_sale(1, "tea", None, 2.0), _sale(2, "tea", 3, None), _sale(3, "tea", 0, 2.0)], 2),
        ([_sale(1, "tea", 3, 2.0), _sale(2, "rice", 1, 5.5), _sale(1, "tea", None, 2.0)], 2),
        ([_sale(1, " Tea", 2, 3.0), _sale(2, "TEA ", 1, 4.0), _sale(3, "b", 5, 2.0)], 5),
        ([_sale(1, "b", 2, 3.0), _sale(2, "a", 3, 2.0), _sale(3, "c", rng.randint(7, 9), 1.0)], 2),
        ([_sale(1, "a", 1, -2.0), _sale(2, "b", 2, 0.0), _sale(3, "c", 1, rng.random())], 9),
    ],
    oracle=_best_oracle,
)


def _sale(order: int, product: str, units: int | None, price: float | None) -> Row:
    return {"order": order, "product": product, "units": units, "price": price}


def _movements(rng: Random, size: int) -> Args:
    products = [f"p{number}" for number in range(max(2, size // 20))]
    changes = [rng.choice([1, 2, 3, 5, -1, -2, -4, -6]) for _ in range(size)]
    return ([(rng.choice(["{}", "{} ", " {}"]).format(rng.choice(products)), c) for c in changes],)


def _stock_oracle(movements: list[tuple[str, int]]) -> object:
    # By reflection at zero: what is lost so far is how far the free sum ever fell below zero.
    frame = pd.DataFrame(movements, columns=["product", "change"])
    names = frame["product"].astype("str").str.strip()
    free = frame["change"].astype(int).groupby(names).cumsum()
    lowest = free.groupby(names).min().clip(upper=0)
    last = free.groupby(names).last()
    return {str(name): (int(last[name] - lowest[name]), int(-lowest[name])) for name in last.index}


_STOCK = advanced(
    "stock_and_lost_sales",
    4,
    doc="Return the final stock and the units that could not be sold.",
    ask=text(
        en="""The `movements` of a store are tuples (product, change) in order of time; blanks
        around a product's name mean nothing. Every product starts with a stock of 0. A positive
        change is a delivery and adds to the stock; a negative one is a sale and takes from it. When
        a sale asks for more units than there are, the stock falls to 0 and the units that are
        lacking are lost. Return a dictionary from product to the tuple (final stock, units lost in
        all).""",
        pt="""As movimentações `movements` de uma loja são tuplas (produto, variação) em ordem de
        tempo; espaços ao redor do nome do produto não significam nada. Todo produto começa com
        estoque 0. Uma variação positiva é uma entrega e soma-se ao estoque; uma negativa é uma
        venda e sai dele. Quando uma venda pede mais unidades do que há, o estoque cai para 0 e as
        unidades que faltam são perdidas. Retorne um dicionário do produto para a tupla (estoque
        final, total de unidades perdidas).""",
    ),
    signature="def stock(movements: list[tuple[str, int]]) -> dict[str, tuple[int, int]]:",
    ordinary=_movements,
    body="""
    stocks: dict[str, tuple[int, int]] = {}
    for product, change in movements:
        name = product.strip()
        units, lost = stocks.get(name, (0, 0))
        units += change
        stocks[name] = (max(units, 0), lost + max(-units, 0))
    return stocks
    """,
    edges=lambda rng: [
        ([],),
        ([("a", -rng.randint(1, 9)), ("a", 2)],),
        ([("a", 5), ("a ", -5), (" a", 1), ("A", rng.randint(1, 9))],),
        ([("a", 3), ("a", -4), ("a", -2), ("a", 7)],),
        ([("b", 2), ("a", 1), ("b", -3), ("a", -1), ("b", rng.randint(1, 9))],),
        ([("x", 0), ("y", -1), ("y", 0), ("x", rng.randint(1, 9))],),
    ],
    oracle=_stock_oracle,
)

ADVANCED: tuple[Variant, ...] = (_BEST, _STOCK)
