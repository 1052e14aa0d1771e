"""Statistics by group at levels 3 and 4: best months, ranks inside groups, gaps of medians."""

from random import Random
from statistics import median
from typing import Any

import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

NAN = float("nan")


Sale = tuple[str, str, float | None]


def _sales(rng: Random, size: int) -> Args:
    """Sales over two years, with spaces and capitals in the names and a few gaps."""
    rows: list[Sale] = []
    for _ in range(size):
        name = rng.choice(("north", "south", "são"))
        spelled = rng.choice((name, name, f" {name}", name.title()))
        date = f"{rng.randint(2023, 2024)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        amount = None if rng.random() < 0.1 else float(rng.randint(1, 90))
        rows.append((spelled, date, amount))
    return (rows,)


def _months_oracle(sales: list[Sale]) -> object:
    table: Any = pd.DataFrame(sales, columns=["region", "date", "amount"]).dropna()
    answer: dict[str, tuple[str, float]] = {}
    if table.empty:
        return answer
    table["region"] = table["region"].str.strip().str.lower()
    table["month"] = table["date"].str[:7]
    table["amount"] = table["amount"].astype(float)
    totals = table.groupby(["region", "month"])["amount"].sum()
    for region in sorted(set(table["region"])):
        own = totals[region].sort_index()
        answer[region] = (str(own.idxmax()), float(own.max()))
    return answer


_MONTHS = advanced(
    "best_month",
    3,
    doc="Return the best month of each region and its total.",
    ask=text(
        en="""`sales` is a list of tuples (region, date, amount), with dates as text such as
        "2024-03-09". Leave out sales whose amount is None. Region names are spelled carelessly:
        strip spaces at the ends and put them in lower case before grouping. Add the amounts up by
        region and month, where the month is the first seven characters of the date. Return a
        dictionary from region to the tuple (month, total) of the month with the largest total of
        this region; of several such months take the earliest. A region without any known amount
        does not appear.""",
        pt="""`sales` é uma lista de tuplas (região, data, valor), com datas em texto como
        "2024-03-09". Deixe de fora as vendas cujo valor é None. Os nomes das regiões foram escritos
        sem cuidado: tire os espaços das pontas e ponha-os em minúsculas antes de agrupar. Some os
        valores por região e mês, em que o mês são os sete primeiros caracteres da data. Retorne um
        dicionário da região para a tupla (mês, total) do mês com o maior total dessa região; entre
        vários meses assim, fique com o mais antigo. Uma região sem nenhum valor conhecido não
        aparece.""",
    ),
    signature="def best(sales: list[tuple[str, str, float | None]]) -> dict[str, object]:",
    ordinary=_sales,
    body="""
    totals: dict[str, dict[str, float]] = {}
    for region, date, amount in sales:
        if amount is not None:
            months = totals.setdefault(region.strip().lower(), {})
            months[date[:7]] = months.get(date[:7], 0.0) + amount
    result: dict[str, object] = {}
    for region, months in totals.items():
        month = max(sorted(months), key=months.__getitem__)
        result[region] = (month, months[month])
    return result
    """,
    edges=lambda rng: [
        ([],),
        ([("north", "2024-01-05", None), ("south", "2024-01-06", None)],),
        ([("a", "2024-02-01", 5.0), ("A ", "2023-11-30", 5.0)],),
        ([("a", "2024-02-01", 5.0), ("a", "2024-02-09", -float(rng.randint(1, 9)))],),
        ([(" b", "2024-02-01", 3.0), ("B", "2023-02-01", float(rng.randint(4, 9)))],),
        ([("b", "2024-05-01", -2.0), ("b", "2024-04-01", -2.0)],),
    ],
    oracle=_months_oracle,
)


def _runners(rng: Random, size: int) -> Args:
    classes = [rng.choice(("junior", "senior", "veteran", "guest")) for _ in range(size)]
    times = [float(rng.randint(30, 30 + size // 2)) for _ in range(size)]
    for place in rng.sample(range(size), size // 10):
        times[place] = NAN
    return classes, times


def _ranks_oracle(classes: list[str], times: list[float]) -> object:
    table: Any = pd.DataFrame({"name": pd.Series(classes, dtype=object), "time": times})
    table["time"] = table["time"].astype(float)
    ranks = table.groupby("name")["time"].rank(method="min").fillna(0)
    return [int(rank) for rank in ranks]


_RANKS = advanced(
    "ranks",
    4,
    doc="Return the rank of each runner in his or her class.",
    ask=text(
        en="""Runner i started in the class classes[i] and needed times[i] seconds; NaN means that
        he or she did not finish. Return a list with the rank of every runner inside the own class,
        in the order given: 1 for the shortest time. Runners of a class with equal times share the
        better rank, and the ranks after it are skipped (1, 2, 2, 4). A runner who did not finish
        has the rank 0 and does not count for the ranks of others. With thousands of runners, sort
        each class once; the lists may also be empty.""",
        pt="""O corredor i largou na categoria classes[i] e precisou de times[i] segundos; NaN
        significa que não chegou ao fim. Retorne uma lista com a colocação de cada corredor dentro
        da própria categoria, na ordem dada: 1 para o menor tempo. Corredores de uma categoria com
        tempos iguais dividem a melhor colocação, e as colocações seguintes são puladas (1, 2, 2,
        4). Um corredor que não chegou ao fim tem a colocação 0 e não conta para as colocações dos
        outros. Com milhares de corredores, ordene cada categoria uma só vez; as listas também podem
        ser vazias.""",
    ),
    signature="def ranks(classes: list[str], times: list[float]) -> list[int]:",
    ordinary=_runners,
    imports="import math",
    body="""
    runs = zip(classes, times, range(len(times)))
    finished = sorted(run for run in runs if not math.isnan(run[1]))
    result = [0] * len(times)
    counts: dict[str, int] = {}
    best: dict[tuple[str, float], int] = {}
    for name, time, runner in finished:
        counts[name] = counts.get(name, 0) + 1
        result[runner] = best.setdefault((name, time), counts[name])
    return result
    """,
    edges=lambda rng: [
        ([], []),
        (["a"] * 3, [NAN, NAN, float(rng.randint(30, 60))]),
        (["a"] * 5, [40.0, 31.0, 40.0, 55.0, float(rng.randint(30, 60))]),
        (["b", "a", "b", "a"], [40.0, 40.0, 40.0, float(rng.randint(30, 60))]),
        (["b", "", "b", "c"], [33.0, NAN, 32.0, 31.0]),
        (["x"] * 4, [float(rng.randint(30, 60))] * 4),
    ],
    oracle=_ranks_oracle,
)


def _wages(rng: Random, size: int) -> Args:
    """Wages by firm and contract; some firms know only one kind of contract."""
    firms = [f"firm {k}" for k in range(3 + size // 25)]
    rows = []
    for _ in range(size):
        firm = rng.choice(firms)
        kind = "fixed" if firm == "firm 0" else rng.choice(("fixed", "open", "open", "trainee"))
        rows.append((firm, kind, rng.choice((-1.0, 0.0)) if rng.random() < 0.1 else _wage(rng)))
    return (rows,)


def _wage(rng: Random) -> float:
    return numbers(rng, 1, 900.0, 4000.0)[0]


def _gap_oracle(rows: list[tuple[str, str, float]]) -> object:
    kept = [row for row in rows if row[2] > 0]
    answer = {}
    for firm in sorted({row[0] for row in kept}):
        fixed, lasting = (
            [wage for name, kind, wage in kept if name == firm and kind == wanted]
            for wanted in ("fixed", "open")
        )
        if len(fixed) > 1 and len(lasting) > 1:
            answer[firm] = median(lasting) - median(fixed)
    return answer


_GAP = advanced(
    "median_gap",
    3,
    heldout=True,
    doc="Return how much more open contracts pay than fixed ones, by firm.",
    ask=text(
        en="""Each entry of `rows` is a tuple (firm, contract, wage). Do people on "open" contracts
        earn more than people on "fixed" ones at the same firm? Entries with any other contract say
        nothing, and neither do wages that are zero or negative. For every firm where at least two
        valid wages of either contract are on record, take the median of the open ones minus the
        median of the fixed ones. The answer is a dictionary from firm to that gap.""",
        pt="""Cada entrada de `rows` é uma tupla (empresa, contrato, salário). Quem tem contrato
        "open" ganha mais do que quem tem contrato "fixed" na mesma empresa? Entradas com qualquer
        outro contrato não dizem nada, e salários nulos ou negativos também não. Para toda empresa
        com pelo menos dois salários válidos registrados de um e do outro contrato, tome a mediana
        dos "open" menos a mediana dos "fixed". A resposta é um dicionário da empresa para essa
        diferença.""",
    ),
    signature="def median_gap(rows: list[tuple[str, str, float]]) -> dict[str, float]:",
    ordinary=_wages,
    imports="from statistics import median",
    body="""
    wages: dict[str, dict[str, list[float]]] = {}
    for firm, contract, wage in rows:
        if wage > 0:
            own = wages.setdefault(firm, {"open": [], "fixed": []})
            own.setdefault(contract, []).append(wage)
    gaps = {}
    for firm, own in wages.items():
        if len(own["open"]) > 1 and len(own["fixed"]) > 1:
            gaps[firm] = median(own["open"]) - median(own["fixed"])
    return gaps
    """,
    edges=lambda rng: [
        ([],),
        ([("a", "open", _wage(rng)), ("a", "fixed", _wage(rng))],),
        ([("a", kind, _wage(rng)) for kind in ("open", "open", "fixed", "fixed")],),
        ([("a", kind, _wage(rng)) for kind in ("open", "open", "fixed", "trainee")],),
        ([("c", kind, _wage(rng)) for kind in ("open", "fixed", "trainee", "fixed")],),
        ([*[("b", "open", x) for x in (0.0, 0.5, _wage(rng))], *[("b", "fixed", 1.0)] * 2],),
        ([*[("b", "fixed", x) for x in (-5.0, _wage(rng))], *[("b", "open", 1.0)] * 3],),
    ],
    oracle=_gap_oracle,
)


ADVANCED: tuple[Variant, ...] = (_MONTHS, _RANKS, _GAP)
