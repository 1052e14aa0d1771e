"""Cleaning of sales, held out: orders with a valid price, and amounts typed as text."""

import math
from random import Random

import pandas as pd

from parelha.tasks.family import Args, Level, Variant, levels, text


def _priced(rng: Random, size: int) -> Args:
    rows: list[dict[str, float | None]] = []
    for place in range(max(3, size - 1)):
        price = rng.choice([None, 0.0, -1.5, 2.0, 4.5, round(rng.uniform(0.1, 20.0), 2)])
        rows.append({"order": float(place + 1), "price": price})
    return (rows,)


def _valid_price_oracle(orders: list[dict[str, float | None]]) -> object:
    if not orders:
        return []
    prices = pd.to_numeric(pd.Series([order["price"] for order in orders], dtype=object))
    return [orders[place] for place in prices[(prices > 0) & (prices <= 1000)].index]


_VALID_PRICE = levels(
    "valid_price",
    heldout=True,
    doc="Return the orders with a known and positive price.",
    ask=text(
        en="""A shop exported the orders in `rows`, but some prices are wrong. Keep every order
        whose "price" is known (it may be None) and greater than zero. The kept orders stay in
        sequence and unchanged.""",
        pt="""Uma loja exportou os pedidos em `rows`, mas alguns preços estão errados. Mantenha
        todo pedido cujo "price" é conhecido (pode ser None) e maior que zero. Os pedidos mantidos
        seguem na mesma sequência e sem alterações.""",
    ),
    signature="def keep(rows: list[dict[str, float | None]]) -> list[dict[str, float | None]]:",
    ordinary=_priced,
    easy=Level(
        contract=text("", ""),
        body="""
        kept = []
        for order in rows:
            price = order["price"]
            if price is not None and price > 0:
                kept.append(order)
        return kept
        """,
        edges=lambda rng: [
            ([],),
            ([{"order": 1.0, "price": None}],),
            ([{"order": 1.0, "price": 0.0}, {"order": 2.0, "price": 0.01}],),
            ([{"order": 7.0, "price": -float(rng.randint(1, 9))}],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN is no known price. Prices above 1000 are typing errors and go, while 1000
            itself is accepted.""",
            pt="""NaN não é um preço conhecido. Preços acima de 1000 são erros de digitação e saem,
            mas 1000 exato é aceito.""",
        ),
        body="""
        kept = []
        for order in rows:
            price = order["price"]
            if price is not None and 0 < price <= 1000:
                kept.append(order)
        return kept
        """,
        edges=lambda rng: [
            ([{"order": 1.0, "price": math.nan}, {"order": 2.0, "price": 5.0}],),
            ([{"order": 1.0, "price": 1000.0}, {"order": 2.0, "price": 1000.01}],),
            ([{"order": 3.0, "price": 5000.0}, {"order": 4.0, "price": rng.uniform(1, 9)}],),
        ],
    ),
    oracle=_valid_price_oracle,
)


def _typed_amounts(rng: Random, size: int) -> Args:
    amounts = [f"{rng.uniform(1.0, 2000.0):.2f}" for _ in range(max(3, size - 1))]
    for place in rng.sample(range(len(amounts)), max(1, len(amounts) // 4)):
        amounts[place] = rng.choice(["", " ", "  "])
    return ([" " * rng.randint(0, 1) + amount for amount in amounts],)


_TYPED_AMOUNTS = levels(
    "typed_amounts",
    heldout=True,
    doc="Return the typed amounts as numbers.",
    ask=text(
        en="""The till saved what customers paid as text, for example "12.50" or " 8.00". Turn the
        `amounts` into floats, in the order given. Fields in which nothing but blanks was typed do
        not count.""",
        pt="""O caixa gravou como texto o que os clientes pagaram, por exemplo "12.50" ou " 8.00".
        Converta os `amounts` em floats, na ordem dada. Campos em que nada além de espaços foi
        digitado não contam.""",
    ),
    signature="def to_numbers(amounts: list[str]) -> list[float]:",
    ordinary=_typed_amounts,
    easy=Level(
        contract=text("", ""),
        body="return [float(amount) for amount in amounts if amount.strip()]",
        edges=lambda rng: [
            ([],),
            (["", "   "],),
            ([f"{rng.randint(1, 99)}"],),
            (["0.00", " -3.50 ", "7"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A comma separates thousands ("1,250.00" is 1250.0), and a currency sign "$" may
            stand in front.""",
            pt="""A vírgula separa os milhares ("1,250.00" é 1250.0), e um cifrão "$" pode vir na
            frente.""",
        ),
        body="""
        plain = [amount.replace(",", "").strip(" $") for amount in amounts]
        return [float(amount) for amount in plain if amount]
        """,
        edges=lambda rng: [
            (["1,250.00", "$3.20"],),
            (["$ 12,000.50", "", f"{rng.randint(1, 9)},000,000"],),
            (["$0.99", " $1,000 "],),
        ],
    ),
)


HELDOUT: tuple[Variant, ...] = (*_VALID_PRICE, *_TYPED_AMOUNTS)
