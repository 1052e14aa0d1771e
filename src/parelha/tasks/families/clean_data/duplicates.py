"""Duplicates: of sales, of codes, of corrections appended later."""

from random import Random
from typing import Any

import pandas as pd

from parelha.tasks.draws import sales_row, sales_rows
from parelha.tasks.families.clean_data import duplicates_frames, duplicates_heldout
from parelha.tasks.families.clean_data.duplicates_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Row = dict[str, Any]


def _with_repeats(rng: Random, size: int) -> Args:
    rows = sales_rows(rng, max(2, size - 2))
    for row in rng.choices(rows, k=max(1, size // 4)):
        rows.insert(rng.randint(0, len(rows)), dict(row))
    return (rows,)


def _repeat_edges(rng: Random) -> list[Args]:
    single = sales_rows(rng, 1)
    near = [dict(single[0]), {**single[0], "units": 10}]
    first, second = sales_rows(rng, 2)
    return [
        ([],),
        (single,),
        ([dict(single[0]) for _ in range(4)],),
        (near,),
        ([first, second, dict(first), dict(second), dict(first)],),
    ]


def _written_alike_edges(rng: Random) -> list[Args]:
    milk = {**sales_row(rng, 5), "product": "milk"}
    cafe = {**sales_row(rng, 8), "product": "Café"}
    return [
        ([milk, {**milk, "product": "Milk"}],),
        ([{**milk, "product": " MILK "}, milk, {**milk, "units": 10}],),
        ([cafe, {**cafe, "product": "CAFÉ "}, milk],),
    ]


def _drop_written_alike_oracle(rows: list[Row]) -> object:
    if not rows:
        return []
    frame = pd.DataFrame(rows)
    frame["product"] = frame["product"].str.strip().str.lower()
    return [rows[place] for place in frame.drop_duplicates().index]


_DROP_DUPLICATES = levels(
    "drop_duplicates",
    doc="Return the sales without repeated rows.",
    ask=text(
        en="""`rows` is a list of sales, each a dictionary with the keys "order", "product",
        "units" and "price". Some sales were entered more than once. Return the list without the
        repetitions: of equal rows keep the first, and keep the order of the rows.""",
        pt="""`rows` é uma lista de vendas, cada uma um dicionário com as chaves "order",
        "product", "units" e "price". Algumas vendas foram registradas mais de uma vez. Retorne a
        lista sem as repetições: entre linhas iguais fica a primeira, e a ordem das linhas é
        mantida.""",
    ),
    signature="def drop_duplicates(rows: list[dict[str, object]]) -> list[dict[str, object]]:",
    ordinary=_with_repeats,
    easy=Level(
        contract=text("", ""),
        body="""
        kept: list[dict[str, object]] = []
        for row in rows:
            if row not in kept:
                kept.append(row)
        return kept
        """,
        edges=_repeat_edges,
    ),
    hard=Level(
        contract=text(
            en="""Rows also count as equal when their products differ only in upper and lower case
            or in white space around the name.""",
            pt="""Linhas também contam como iguais quando os produtos só diferem em maiúsculas e
            minúsculas ou em espaços ao redor do nome.""",
        ),
        body="""
        seen: list[dict[str, object]] = []
        kept: list[dict[str, object]] = []
        for row in rows:
            plain = {**row, "product": str(row["product"]).strip().lower()}
            if plain not in seen:
                seen.append(plain)
                kept.append(row)
        return kept
        """,
        edges=_written_alike_edges,
    ),
    oracle=_drop_written_alike_oracle,
)


def _codes(rng: Random, size: int) -> Args:
    return ([rng.randint(1, max(2, size // 2)) for _ in range(size)],)


def _code_edges(rng: Random) -> list[Args]:
    code = rng.randint(1, 99)
    return [([],), ([code],), ([code] * 5,), ([3, 2, 1, code + 3],), ([0, -1, 0, -1, code],)]


def _unknown_edges(rng: Random) -> list[Args]:
    return [
        ([None, None],),
        ([5, None, 5, rng.randint(6, 9), None, 5],),
        ([None, 0, -4, 0, -4],),
    ]


def _distinct_oracle(codes: list[int | None]) -> object:
    return [int(code) for code in pd.Series(codes, dtype="Int64").dropna().unique()]


_DISTINCT = levels(
    "distinct",
    doc="Return each code once, in order of first appearance.",
    ask=text(
        en="""Return the different numbers that occur in `codes`, each of them once, in the order
        in which they first appear.""",
        pt="""Retorne os números diferentes que ocorrem em `codes`, cada um uma única vez, na ordem
        em que aparecem pela primeira vez.""",
    ),
    signature="def distinct(codes: list[int]) -> list[int]:",
    ordinary=_codes,
    easy=Level(contract=text("", ""), body="return list(dict.fromkeys(codes))", edges=_code_edges),
    hard=Level(
        signature="def distinct(codes: list[int | None]) -> list[int]:",
        contract=text(
            en="""None means that the code is unknown: it never appears in the result.""",
            pt="""None significa que o código é desconhecido: ele nunca aparece no resultado.""",
        ),
        body="""
        known = [code for code in codes if code is not None]
        return list(dict.fromkeys(known))
        """,
        edges=_unknown_edges,
    ),
    oracle=_distinct_oracle,
)


def _repeated_oracle(codes: list[int | None]) -> object:
    counts = pd.Series(codes, dtype="Int64").value_counts()
    return {code: int(count) for code, count in counts.items() if count > 1}


_REPEATED = levels(
    "repeated",
    doc="Return how often each repeated code occurs.",
    ask=text(
        en="""Find the numbers that occur more than once in `codes`. Return a dictionary from each
        such number to how often it occurs; numbers that occur once are not in it.""",
        pt="""Encontre os números que ocorrem mais de uma vez em `codes`. Retorne um dicionário de
        cada um desses números para quantas vezes ele ocorre; números que ocorrem uma só vez não
        entram.""",
    ),
    signature="def repeated(codes: list[int]) -> dict[int, int]:",
    ordinary=_codes,
    easy=Level(
        contract=text("", ""),
        body="""
        counts: dict[int, int] = {}
        for code in codes:
            counts[code] = counts.get(code, 0) + 1
        return {code: count for code, count in counts.items() if count > 1}
        """,
        edges=_code_edges,
    ),
    hard=Level(
        signature="def repeated(codes: list[int | None]) -> dict[int, int]:",
        contract=text(
            en="""Unknown codes are given as None and are not counted, however many there are.""",
            pt="""Códigos desconhecidos vêm como None e não são contados, por mais que sejam.""",
        ),
        body="""
        counts: dict[int, int] = {}
        for code in codes:
            if code is not None:
                counts[code] = counts.get(code, 0) + 1
        return {code: count for code, count in counts.items() if count > 1}
        """,
        edges=_unknown_edges,
    ),
    oracle=_repeated_oracle,
)


def _visits(rng: Random, size: int) -> Args:
    names = ["Ana", "Bia", "Caio", "Davi", "Zoë"]
    return ([(rng.choice(names), round(rng.uniform(5.0, 90.0), 1)) for _ in range(size)],)


def _first_visit_oracle(visits: list[tuple[str, float]]) -> object:
    # At level 1 names never differ in case alone, so that one oracle serves both levels.
    frame = pd.DataFrame(visits, columns=["customer", "amount"])
    customers = frame["customer"].astype(str).str.lower()
    return [visits[int(place)] for place in customers.drop_duplicates().index]


_FIRST_VISIT = levels(
    "first_by_customer",
    doc="Return the first visit of each customer.",
    ask=text(
        en="""`visits` is a list of tuples (customer, amount) in order of time. Return the first
        visit of each customer as a list of such tuples, in the same order.""",
        pt="""`visits` é uma lista de tuplas (cliente, valor) em ordem de tempo. Retorne a primeira
        visita de cada cliente em uma lista dessas tuplas, na mesma ordem.""",
    ),
    signature="def first(visits: list[tuple[str, float]]) -> list[tuple[str, float]]:",
    ordinary=_visits,
    easy=Level(
        contract=text("", ""),
        body="""
        seen: set[str] = set()
        kept = []
        for customer, amount in visits:
            if customer not in seen:
                seen.add(customer)
                kept.append((customer, amount))
        return kept
        """,
        edges=lambda rng: [
            ([],),
            ([("Ana", 1.0), ("Ana", 1.0), ("Ana", round(rng.uniform(2.0, 9.0), 1))],),
            ([("Bia", 0.0), ("Ana", 5.0), ("Bia", 3.0), ("Caio", 0.0)],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Names that differ only in upper and lower case mean the same customer; the tuple
            keeps the name as it was written.""",
            pt="""Nomes que só diferem em maiúsculas e minúsculas indicam o mesmo cliente; a tupla
            mantém o nome como foi escrito.""",
        ),
        body="""
        seen: set[str] = set()
        kept = []
        for customer, amount in visits:
            if customer.lower() not in seen:
                seen.add(customer.lower())
                kept.append((customer, amount))
        return kept
        """,
        edges=lambda rng: [
            ([("ANA", 4.0), ("Ana", 5.0), ("ana", round(rng.uniform(2.0, 9.0), 1))],),
            ([("zoË", 1.0), ("bia", 2.0), ("ZOË", 3.0)],),
        ],
    ),
    oracle=_first_visit_oracle,
)


_MISTAKES = (
    Mistake(
        "distinct",
        "return sorted(set(codes))",
    ),
    Mistake(
        "drop_duplicates",
        "return [r for i, r in enumerate(rows) if i == 0 or r != rows[i - 1]]",
    ),
    Mistake(
        "first_by_customer",
        "return list(dict(visits).items())",
    ),
)

FAMILY = Family(
    "clean_data.duplicates",
    CoderAction.CLEAN_DATA,
    (
        *(*_DROP_DUPLICATES, *_DISTINCT, *_REPEATED, *_FIRST_VISIT),
        *(*duplicates_frames.REPEATED_ROWS, *duplicates_heldout.HELDOUT, *ADVANCED),
    ),
    mistakes=(*_MISTAKES, *duplicates_frames.MISTAKES),
)
