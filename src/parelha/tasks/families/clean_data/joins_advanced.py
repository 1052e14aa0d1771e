"""Joins at levels 3 and 4: two ledgers compared, prices by date, accounts that were merged."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.compare import Comparator
from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

_ROWS = Comparator(check_index=False)


def _ledger(ids: list[str], amounts: list[float]) -> pd.DataFrame:
    columns = {"id": pd.Series(ids, dtype="str"), "amount": pd.Series(amounts, dtype="float64")}
    return pd.DataFrame(columns)


def _ledgers(rng: Random, size: int) -> Args:
    amounts = {f"T{number:03d}": float(rng.randint(1, 90)) for number in range(size)}
    frames = []
    for _ in range(2):
        ids = rng.choices(list(amounts), k=size)
        booked = [amounts[name] + rng.choice([0.0, 0.0, 0.0, 0.5]) for name in ids]
        ids = [rng.choice([name, name.lower(), f" {name}"]) for name in ids]
        frames.append(_ledger(ids, booked))
    return frames[0], frames[1]


def _totals(ledger: pd.DataFrame) -> dict[str, float]:
    totals: dict[str, float] = {}
    for name, amount in zip(ledger["id"], ledger["amount"], strict=True):
        key = str(name).strip().upper()
        totals[key] = totals.get(key, 0.0) + float(amount)
    return totals


def _reconcile_oracle(books: pd.DataFrame, bank: pd.DataFrame) -> object:
    ours, theirs = _totals(books), _totals(bank)
    rows: list[tuple[str, float, str]] = []
    for name in sorted(ours.keys() | theirs.keys()):
        difference = ours.get(name, 0.0) - theirs.get(name, 0.0)
        if name not in theirs:
            rows.append((name, difference, "books only"))
        elif name not in ours:
            rows.append((name, difference, "bank only"))
        elif difference != 0.0:
            rows.append((name, difference, "differs"))
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pd.DataFrame(
        {
            "id": pd.Series(list(columns[0]), dtype="str"),
            "difference": pd.Series(list(columns[1]), dtype="float64"),
            "status": pd.Series(list(columns[2]), dtype="str"),
        }
    )


_RECONCILE = advanced(
    "reconcile",
    3,
    doc="Return the ids on which two ledgers do not agree.",
    ask=text(
        en="""Compare two ledgers, the DataFrames `books` and `bank`, each with the columns "id" and
        "amount". Strip the ids of blanks around them and bring them to upper case, then add up the
        amounts of each id within each ledger. Return a DataFrame with the columns "id",
        "difference" and "status", one row per id on which the ledgers do not agree, sorted by id:
        the status is "books only" or "bank only" if the other ledger lacks the id, and "differs" if
        both have it with different sums. The difference is the sum in `books` minus the sum in
        `bank`, a missing sum being 0. All amounts are multiples of 0.5. The index does not
        matter.""",
        pt="""Compare dois livros-caixa, os DataFrames `books` e `bank`, cada um com as colunas "id"
        e "amount". Tire os espaços ao redor dos ids e passe-os para maiúsculas; depois some os
        valores de cada id dentro de cada livro. Retorne um DataFrame com as colunas "id",
        "difference" e "status", com uma linha por id em que os livros não concordam, ordenado por
        id: o status é "books only" ou "bank only" se o id falta no outro livro, e "differs" se
        ambos o têm com somas diferentes. A diferença é a soma em `books` menos a soma em `bank`, e
        uma soma que falta é 0. Todos os valores são múltiplos de 0.5. O índice não importa.""",
    ),
    signature="def reconcile(books: pd.DataFrame, bank: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_ledgers,
    imports="import pandas as pd",
    body="""
    sums = []
    for ledger in (books, bank):
        key = ledger["id"].str.strip().str.upper()
        sums.append(ledger["amount"].groupby(key).sum())
    both = pd.concat(sums, axis=1, keys=["books", "bank"]).sort_index()
    filled = both.fillna(0.0)
    both["difference"] = filled["books"] - filled["bank"]
    both["status"] = "differs"
    both.loc[both["bank"].isna(), "status"] = "books only"
    both.loc[both["books"].isna(), "status"] = "bank only"
    lacking = both["books"].isna() | both["bank"].isna()
    both = both[lacking | both["difference"].ne(0.0)]
    return both.rename_axis("id").reset_index()[["id", "difference", "status"]]
    """,
    edges=lambda rng: [
        (_ledger(["A", "b"], [1.0, 2.5]), _ledger(["B ", "a"], [2.5, 1.0])),
        (_ledger(["X"], [float(rng.randint(1, 9))]), _ledger([], [])),
        (_ledger([], []), _ledger(["y", "Y"], [0.5, float(rng.randint(1, 9))])),
        (_ledger(["A", "a"], [4.0, -4.0]), _ledger(["B"], [0.0])),
        (_ledger(["A", " a", "C"], [1.5, 2.0, 9.0]), _ledger(["A", "c"], [3.5, 8.5])),
    ],
    oracle=_reconcile_oracle,
    compare=_ROWS,
)

_DAY = pd.Timestamp("2024-01-01")


def _dated(products: list[str], days: list[int], name: str, values: list[float]) -> pd.DataFrame:
    when = pd.Series([_DAY + pd.Timedelta(days=day) for day in days], dtype="datetime64[ns]")
    product = pd.Series(products, dtype="str")
    return pd.DataFrame({"product": product, "day": when, name: pd.Series(values, dtype="float64")})


def _price_list(rng: Random, size: int) -> Args:
    products = [f"p{number}" for number in range(max(2, size // 40))]
    num_prices = max(3, size // 5)
    places = rng.sample([(p, d) for p in products for d in range(0, 1000, 2)], num_prices)
    prices = _dated(
        [p for p, _ in places],
        [d for _, d in places],
        "price",
        numbers(rng, num_prices, 1.0, 30.0, 2),
    )
    days = [rng.randrange(1000) for _ in range(size)]
    units = [float(rng.randint(1, 9)) for _ in range(size)]
    return _dated(rng.choices([*products, "px"], k=size), days, "units", units), prices


def _revenue_oracle(sales: pd.DataFrame, prices: pd.DataFrame) -> object:
    lists: dict[str, list[Any]] = {}
    for product, day, price in prices.sort_values("day").itertuples(index=False):
        lists.setdefault(str(product), []).append((day, price))
    totals: dict[str, float] = {}
    for product, day, units in sales.itertuples(index=False):
        valid = [price for start, price in lists.get(str(product), []) if start <= day]
        if valid:
            totals[str(product)] = totals.get(str(product), 0.0) + units * valid[-1]
    return totals


_REVENUE = advanced(
    "price_of_the_day",
    4,
    doc="Return the revenue of each product by the price of the day.",
    ask=text(
        en="""The DataFrame `sales` has the columns "product", "day" (datetime64) and "units"; the
        DataFrame `prices` has "product", "day" and "price", and says from which day on a product
        has a price, until its next entry. Neither is sorted; a product has at most one price entry
        per day. Each sale is worth its units times the price in force on its day, and an entry of
        that very day is in force already. Sales before the first price of their product, or of a
        product without prices, are dropped. Return a dictionary from product to total revenue for
        the products with a remaining sale.""",
        pt="""O DataFrame `sales` tem as colunas "product", "day" (datetime64) e "units"; o
        DataFrame `prices` tem "product", "day" e "price", e diz a partir de que dia um produto tem
        um preço, até a próxima entrada dele. Nenhum dos dois está ordenado; um produto tem no
        máximo uma entrada de preço por dia. Cada venda vale as unidades vezes o preço em vigor no
        dia dela, e uma entrada desse mesmo dia já está em vigor. Vendas anteriores ao primeiro
        preço do produto, ou de um produto sem preços, são eliminadas. Retorne um dicionário do
        produto para a receita total, com os produtos que ainda têm alguma venda.""",
    ),
    signature="def revenue(sales: pd.DataFrame, prices: pd.DataFrame) -> dict[str, float]:",
    ordinary=_price_list,
    imports="import pandas as pd",
    body="""
    left, right = sales.sort_values("day"), prices.sort_values("day")
    joined = pd.merge_asof(left, right, on="day", by="product")
    joined = joined.dropna(subset=["price"])
    worth = joined["units"] * joined["price"]
    totals = worth.groupby(joined["product"]).sum()
    return {str(name): float(total) for name, total in totals.items()}
    """,
    edges=lambda rng: [
        (_dated([], [], "units", []), _dated(["a"], [1], "price", [2.0])),
        (_dated(["a", "a"], [3, 2], "units", [1.0, 5.0]), _dated([], [], "price", [])),
        (
            _dated(["a"] * 3, [4, 5, 6], "units", [1.0, 10.0, 100.0]),
            _dated(["a", "a"], [6, 5], "price", numbers(rng, 2, 1.0)),
        ),
        (
            _dated(["a", "b"], [9, 9], "units", [1.0, 2.0]),
            _dated(["b", "a"], [10, 9], "price", numbers(rng, 2, 1.0)),
        ),
        (
            _dated(["b", "a"], [9, 8], "units", [3.0, 2.0]),
            _dated(["b", "a"], [1, 2], "price", [0.0, float(rng.randint(1, 9))]),
        ),
    ],
    oracle=_revenue_oracle,
)


def _off_border(rng: Random, size: int) -> list[float]:
    """Return amounts that are multiples of 0.1: no sum of them comes near the limit of 4.95."""
    return numbers(rng, size, -20.0, 90.0)


def _accounts(rng: Random, size: int) -> Args:
    ids = [f"c{number}" for number in range(max(4, size // 4))]
    order = rng.sample(ids, len(ids))
    merged = [(old, rng.choice(order[place + 1 :])) for place, old in enumerate(order[:-1])]
    merged = [pair for pair in merged if rng.random() < 0.6]
    if size > 100:
        merged = [(old, order[place + 1]) for place, old in enumerate(order[:-3])]
    rng.shuffle(merged)
    mergers = pd.DataFrame(
        {
            "old": pd.Series([old for old, _ in merged], dtype="str"),
            "new": pd.Series([new for _, new in merged], dtype="str"),
        }
    )
    payments = _ledger(rng.choices(ids, k=size), _off_border(rng, size))
    return payments, mergers


def _mergers(pairs: list[tuple[str, str]]) -> pd.DataFrame:
    old = pd.Series([pair[0] for pair in pairs], dtype="str")
    return pd.DataFrame({"old": old, "new": pd.Series([pair[1] for pair in pairs], dtype="str")})


def _merged_oracle(payments: pd.DataFrame, mergers: pd.DataFrame) -> object:
    successor = dict(zip(mergers["old"], mergers["new"], strict=True))
    totals: dict[str, float] = {}
    for name, amount in zip(payments["id"], payments["amount"], strict=True):
        while name in successor:
            name = successor[name]
        totals[str(name)] = totals.get(str(name), 0.0) + max(float(amount), 0.0)
    large = {name: total for name, total in totals.items() if total >= 4.95}
    return pd.Series(large, dtype="float64", name="amount").sort_index()


_MERGED = advanced(
    "merged_accounts",
    4,
    heldout=True,
    doc="Return the sum of payments by surviving account.",
    ask=text(
        en="""Over the years a bank merged accounts: a row of the DataFrame `mergers` tells that
        the account "old" was absorbed by the account "new", which may itself have been absorbed
        by a third one, and so on through long chains (never in a circle; an account is absorbed
        once at the most). The DataFrame `payments` still has the original "id" next to
        "amount". Amounts of zero or less are reversals that other books deal with, so pass over
        them. Sum the rest per account that survived in the end, and forget the accounts whose
        sum is below 4.95. The result is a Series of floats named "amount", indexed by surviving
        account in alphabetical order. The index itself has no name (None).""",
        pt="""Com os anos, um banco fundiu contas: uma linha do DataFrame `mergers` diz que a
        conta "old" foi absorvida pela conta "new", que pode ter sido absorvida por uma
        terceira, e assim por diante, em longas cadeias (nunca em círculo; uma conta é absorvida
        no máximo uma vez). O DataFrame `payments` ainda traz o "id" original ao lado de
        "amount". Valores iguais a zero ou negativos são estornos tratados em outros livros;
        passe por cima deles. Some o resto por conta que sobreviveu no fim e esqueça as contas
        cuja soma fica abaixo de 4.95. O resultado é uma Series de floats chamada "amount",
        indexada pela conta sobrevivente em ordem alfabética. O nome do índice deve ser None.""",
    ),
    signature="def merge(payments: pd.DataFrame, mergers: pd.DataFrame) -> pd.Series:",
    ordinary=_accounts,
    imports="import pandas as pd",
    body="""
    final = dict(zip(mergers["old"], mergers["new"]))

    def survivor(name: str) -> str:
        chain = []
        while name in final:
            chain.append(name)
            name = final[name]
        final.update(dict.fromkeys(chain, name))
        return name

    inward = payments[payments["amount"] > 0.0]
    owner = inward["id"].map(survivor)
    sums = inward["amount"].groupby(owner).sum().rename_axis(None)
    return sums[sums >= 4.95]
    """,
    edges=lambda rng: [
        (_ledger(["b", "a", "b"], numbers(rng, 3)), _mergers([])),
        (_ledger(["a", "b", "c"], numbers(rng, 3)), _mergers([("a", "b"), ("b", "c")])),
        (
            _ledger(["a", "d", "e"], [6.5, 0.7, float(rng.randint(5, 9))]),
            _mergers([("b", "c"), ("a", "b"), ("c", "d")]),
        ),
        (_ledger(["x", "y", "z"], numbers(rng, 3)), _mergers([("x", "w"), ("z", "w")])),
        (_ledger(["d", "c", "d"], numbers(rng, 3)), _mergers([("d", "a"), ("q", "c")])),
    ],
    oracle=_merged_oracle,
)

ADVANCED: tuple[Variant, ...] = (_RECONCILE, _REVENUE, _MERGED)
