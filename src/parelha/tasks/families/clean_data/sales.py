"""Cleaning of sales data: missing values, names, defaults, impossible prices, revenue."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import PRODUCTS, sales_rows
from parelha.tasks.families.clean_data.sales_advanced import ADVANCED
from parelha.tasks.families.clean_data.sales_heldout import HELDOUT
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Row = dict[str, Any]


def _example_size(size: int) -> int:
    """Rows take more room in a prompt than numbers: three or four are enough for an example."""
    return max(3, size - 1)


def _with_gaps(rng: Random, size: int) -> Args:
    rows = sales_rows(rng, _example_size(size))
    for row in rng.sample(rows, max(1, len(rows) // 3)):
        row[rng.choice(["product", "units", "price"])] = None
    return (rows,)


def _gap_edges(rng: Random) -> list[Args]:
    full, empty = sales_rows(rng, 3), sales_rows(rng, 2)
    for row in empty:
        row["price"] = None
    zero = sales_rows(rng, 3)
    zero[0]["units"], zero[1]["price"], zero[2]["product"] = 0, 0.0, None
    both = sales_rows(rng, 3)
    both[1]["units"] = both[1]["price"] = None
    return [([],), (full,), (empty,), (zero,), (both,)]


def _blank_edges(rng: Random) -> list[Args]:
    blank = sales_rows(rng, 4)
    blank[0]["product"], blank[1]["product"], blank[2]["price"] = "", "   ", None
    tab = sales_rows(rng, 3)
    tab[1]["product"], tab[2]["units"] = " \t ", 0
    spaced = sales_rows(rng, 2)
    spaced[0]["product"] = " milk "
    return [(blank,), (tab,), (spaced,)]


def _drop_missing_oracle(rows: list[Row]) -> object:
    frame = pd.DataFrame(rows, dtype=object)
    blank = frame.map(lambda value: isinstance(value, str) and not value.strip())
    return [rows[place] for place in frame[~blank].dropna().index]


_DROP_MISSING = levels(
    "drop_missing",
    doc="Return the rows without missing values.",
    ask=text(
        en="""Each row of `rows` is a sale, given as a dictionary. Return a list with only the rows
        in which no value is None, in the same order.""",
        pt="""Cada linha de `rows` é uma venda, dada como dicionário. Retorne uma lista só com as
        linhas em que nenhum valor é None, na mesma ordem.""",
    ),
    signature="def drop_missing(rows: list[dict[str, object]]) -> list[dict[str, object]]:",
    ordinary=_with_gaps,
    easy=Level(
        contract=text("", ""),
        body="return [row for row in rows if None not in row.values()]",
        edges=_gap_edges,
    ),
    hard=Level(
        contract=text(
            en="""A text that is empty or holds only white space is missing, too: drop such rows.
            The number 0 is a value like any other.""",
            pt="""Um texto vazio, ou só com espaços em branco, também está ausente: elimine essas
            linhas. O número 0 é um valor como qualquer outro.""",
        ),
        body="""
        kept = []
        for row in rows:
            texts = [v for v in row.values() if isinstance(v, str)]
            if None not in row.values() and all(v.strip() for v in texts):
                kept.append(row)
        return kept
        """,
        edges=_blank_edges,
    ),
    oracle=_drop_missing_oracle,
)


def _untidy(rng: Random, size: int) -> Args:
    names: list[str] = []
    for _ in range(size):
        name = rng.choice([*PRODUCTS, "green tea", "ice cream"])
        name = rng.choice([name, name.upper(), name.title()])
        names.append(" " * rng.randint(0, 2) + name + " " * rng.randint(0, 2))
    return (names,)


_TIDY_NAMES = levels(
    "tidy_names",
    doc="Return the product names in one way of writing.",
    ask=text(
        en="""The product names of a sales list were typed by hand. For each of the `names` return
        the name in lower case and without white space at its beginning and end.""",
        pt="""Os nomes de produtos de uma lista de vendas foram digitados à mão. Para cada um dos
        `names`, retorne o nome em minúsculas e sem espaços em branco no começo e no fim.""",
    ),
    signature="def tidy_names(names: list[str]) -> list[str]:",
    ordinary=_untidy,
    easy=Level(
        contract=text("", ""),
        body="return [name.strip().lower() for name in names]",
        edges=lambda rng: [
            ([],),
            (["", "  "],),
            (["MAÇÃ ", " Pão", rng.choice(PRODUCTS)],),
            (["\tTea\n", "  A1 "],),
            (["Green Tea", "green tea", " GREEN TEA"],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Inside a name, any run of white space becomes one blank. Names that end up empty
            are left out.""",
            pt="""Dentro de um nome, qualquer sequência de espaços em branco vira um só espaço.
            Nomes que ficam vazios são eliminados.""",
        ),
        body="""
        tidy = [" ".join(name.split()).lower() for name in names]
        return [name for name in tidy if name]
        """,
        edges=lambda rng: [
            (["green   tea", "Ice \t Cream"],),
            (["", rng.choice(PRODUCTS), " \n"],),
            ([" café   com  leite "],),
        ],
    ),
)


def _amounts(rng: Random, size: int) -> Args:
    rows = [
        (rng.choice(PRODUCTS[:4]), float(rng.randint(1, 9)), round(rng.uniform(1.0, 30.0), 2))
        for _ in range(_example_size(size))
    ]
    return (rows,)


def _revenue_oracle(rows: list[tuple[str, float, float]]) -> object:
    frame = pd.DataFrame(rows, columns=["product", "units", "price"])
    frame = frame[frame["units"] > 0]
    frame["revenue"] = frame["units"].astype(float) * frame["price"].astype(float)
    return {str(k): float(v) for k, v in frame.groupby("product")["revenue"].sum().items()}


_REVENUE = levels(
    "revenue_by_product",
    doc="Return the revenue of each product.",
    ask=text(
        en="""Prepare sales for analysis. Each element of `sales` is a tuple (product, units,
        price). Return a dictionary that gives for each product its total revenue: the sum of
        units * price over its sales.""",
        pt="""Prepare vendas para a análise. Cada elemento de `sales` é uma tupla (produto,
        unidades, preço). Retorne um dicionário que dá para cada produto a receita total: a soma de
        unidades * preço nas suas vendas.""",
    ),
    signature="def revenue(sales: list[tuple[str, float, float]]) -> dict[str, float]:",
    ordinary=_amounts,
    easy=Level(
        contract=text("", ""),
        body="""
        totals: dict[str, float] = {}
        for product, units, price in sales:
            totals[product] = totals.get(product, 0.0) + units * price
        return totals
        """,
        edges=lambda rng: [
            ([],),
            ([("tea", 2.0, round(rng.uniform(1.0, 9.0), 2))],),
            ([("tea", 1.0, 2.5), ("tea", 3.0, 2.0), ("tea", 2.0, 2.5)],),
            ([("tea", 1.0, 0.0), ("milk", float(rng.randint(1, 9)), 4.0)],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Sales whose units are zero or negative are errors of entry: ignore them. A
            product without a valid sale is not in the result.""",
            pt="""Vendas com unidades iguais a zero ou negativas são erros de digitação: ignore-as.
            Um produto sem nenhuma venda válida não aparece no resultado.""",
        ),
        body="""
        totals: dict[str, float] = {}
        for product, units, price in sales:
            if units > 0:
                totals[product] = totals.get(product, 0.0) + units * price
        return totals
        """,
        edges=lambda rng: [
            ([("tea", 0.0, 2.5)],),
            ([("tea", -2.0, 2.5), ("milk", 1.0, round(rng.uniform(1.0, 9.0), 2))],),
            ([("tea", 0.5, 4.0), ("tea", -1.0, 4.0), ("tea", 0.0, 4.0)],),
        ],
    ),
    oracle=_revenue_oracle,
)


def _with_unknown_units(rng: Random, size: int) -> Args:
    rows: list[dict[str, float | None]] = []
    for _ in range(_example_size(size)):
        units = rng.choice([None, float(rng.randint(1, 9)), float(rng.randint(1, 9))])
        rows.append({"units": units, "price": round(rng.uniform(1.0, 30.0), 2)})
    return (rows,)


def _totals_oracle(rows: list[dict[str, float | None]]) -> object:
    frame = pd.DataFrame(rows, columns=["units", "price"], dtype=float)
    frame["units"] = frame["units"].fillna(1.0)
    return [float(total) for total in (frame["units"] * frame["price"]).dropna()]


_TOTALS = levels(
    "sale_totals",
    doc="Return the total of each sale; unknown units count as one.",
    ask=text(
        en="""Each sale in `sales` has the keys "units" and "price". Where "units" is None, one
        unit was sold. Return the list of the sales' totals, units * price, in order.""",
        pt="""Cada venda em `sales` tem as chaves "units" e "price". Onde "units" é None, foi
        vendida uma unidade. Retorne a lista dos totais das vendas, unidades * preço, na ordem.""",
    ),
    signature="def sale_totals(sales: list[dict[str, float | None]]) -> list[float]:",
    ordinary=_with_unknown_units,
    easy=Level(
        contract=text("Every price is known.", "Todos os preços são conhecidos."),
        body="""
        totals = []
        for sale in sales:
            units = sale["units"] if sale["units"] is not None else 1.0
            totals.append(units * (sale["price"] or 0.0))
        return totals
        """,
        edges=lambda rng: [
            ([],),
            ([{"units": None, "price": 3.5}],),
            ([{"units": 0.0, "price": 9.0}, {"units": 2.0, "price": 0.0}],),
            ([{"units": float(rng.randint(1, 9)), "price": 2.0}] * 2,),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Sales whose price is None are dropped. Zero units are zero, not unknown.""",
            pt="""Vendas cujo preço é None são eliminadas. Zero unidades são zero, e não um valor
            desconhecido.""",
        ),
        body="""
        totals = []
        for sale in sales:
            units, price = sale["units"], sale["price"]
            if price is not None:
                totals.append((1.0 if units is None else units) * price)
        return totals
        """,
        edges=lambda rng: [
            ([{"units": 2.0, "price": None}],),
            ([{"units": None, "price": None}, {"units": None, "price": 4.0}],),
            ([{"units": 3.0, "price": 0.0}, {"units": 1.0, "price": rng.uniform(1.0, 9.0)}],),
        ],
    ),
    oracle=_totals_oracle,
)


_MISTAKES = (
    Mistake(
        "drop_missing",
        "return [row for row in rows if all(row.values())]",
    ),
    Mistake(
        "revenue_by_product",
        "return {p: u * c for p, u, c in sales}",
    ),
    Mistake(
        "sale_totals",
        "return [(s['units'] or 1.0) * s['price'] for s in sales]",
    ),
)

FAMILY = Family(
    "clean_data.sales",
    CoderAction.CLEAN_DATA,
    (*_DROP_MISSING, *_TIDY_NAMES, *_REVENUE, *_TOTALS, *HELDOUT, *ADVANCED),
    mistakes=_MISTAKES,
)
