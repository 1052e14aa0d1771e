"""Reshaping at levels 3 and 4: a table with totals, states rebuilt from a log, spans of a state."""

from random import Random

import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Sale = tuple[str, str, float | None]
_MONTHS = ("2024-01", "2024-02", "2024-03", "2024-05", "2024-06")


def _sales(rng: Random, size: int) -> Args:
    sales: list[Sale] = []
    for amount in numbers(rng, size, -5.0, 90.0):
        product = rng.choice(["tea", "Tea", "milk", " milk", "rice", "pão"])
        known = amount if rng.random() < 0.8 else None
        sales.append((product, rng.choice(_MONTHS), known))
    return (sales,)


def _totals_oracle(sales: list[Sale]) -> object:
    names = [product.strip().lower() for product, _, amount in sales if amount is not None]
    known = [(month, amount) for _, month, amount in sales if amount is not None]
    rows: dict[str, dict[str, float]] = {name: {} for name in sorted(set(names))}
    months = sorted({month for month, _ in known})
    for name, (month, amount) in zip(names, known, strict=True):
        rows[name][month] = rows[name].get(month, 0.0) + amount
    data = {month: [row.get(month, 0.0) for row in rows.values()] for month in months}
    table = pd.DataFrame(data, index=pd.Index(list(rows), dtype="str"), dtype=float)
    return table.assign(total=[sum(row.values(), 0.0) for row in rows.values()])


_TOTALS = advanced(
    "table_with_totals",
    3,
    doc="Return the amounts by product and month with a column of totals.",
    ask=text(
        en="""Each of the `sales` is a tuple (product, month, amount). Drop those whose amount is
        None, and bring the products to lower case without blanks around them. Return a DataFrame of
        floats with one row per remaining product (the index, in alphabetical order) and one column
        per remaining month (in ascending order): the sum of the amounts, 0.0 where there are none.
        A last column "total" holds the sums of the rows. Neither the index nor the columns have a
        name (None). At least one amount is known.""",
        pt="""Cada elemento de `sales` é uma tupla (produto, mês, valor). Elimine aquelas cujo valor
        é None e passe os produtos para minúsculas, sem espaços ao redor. Retorne um DataFrame de
        floats com uma linha por produto restante (o índice, em ordem alfabética) e uma coluna por
        mês restante (em ordem crescente): a soma dos valores, 0.0 onde não há nenhum. Uma última
        coluna "total" traz as somas das linhas. Nem o índice nem as colunas têm nome (None). Pelo
        menos um valor é conhecido.""",
    ),
    signature="def table(sales: list[tuple[str, str, float | None]]) -> pd.DataFrame:",
    ordinary=_sales,
    imports="import pandas as pd",
    body="""
    frame = pd.DataFrame(sales, columns=["product", "month", "amount"])
    frame["amount"] = frame["amount"].astype(float)
    frame = frame.dropna(subset=["amount"])
    frame["product"] = frame["product"].str.strip().str.lower()
    result = frame.pivot_table(
        index="product",
        columns="month",
        values="amount",
        aggfunc="sum",
        fill_value=0.0,
    )
    result["total"] = result.sum(axis=1)
    return result.rename_axis(index=None, columns=None)
    """,
    edges=lambda rng: [
        ([("Tea ", "2024-01", numbers(rng, 1)[0])],),
        ([("b", "m2", 1.5), ("a", "m1", numbers(rng, 1)[0]), ("B", "m2", 2.0)],),
        ([("b", "m2", None), ("a", "m3", 0.0), ("c", "m1", float(rng.randint(1, 9)))],),
        ([("x", "m1", 4.0), ("x", "m2", -4.0), ("y", "m2", float(rng.randint(1, 9)))],),
        ([("x", "m1", None), (" X", "m1", numbers(rng, 1)[0]), ("x ", "m1", 1.0)],),
    ],
    oracle=_totals_oracle,
)


def _log(rng: Random, size: int) -> Args:
    keys = [f"k{number}" for number in range(max(2, size // 10))]
    log: list[tuple[str, int, str, str | None]] = []
    for time in rng.sample(range(3 * size), size):
        value = rng.choice(["a", "b", "", None])
        log.append((rng.choice(keys), time, rng.choice(["name", "city", "mail"]), value))
    return log, 2 * size


def _state_oracle(log: list[tuple[str, int, str, str | None]], until: int) -> object:
    frame = pd.DataFrame(log, columns=["key", "time", "field", "value"], dtype=object)
    past = frame[frame["time"].astype(int) <= until].sort_values("time")
    last = past.drop_duplicates(["key", "field"], keep="last").dropna(subset=["value"])
    state: dict[str, dict[str, str]] = {}
    for key, field, value in last[["key", "field", "value"]].itertuples(index=False):
        state.setdefault(str(key), {})[str(field)] = str(value)
    return state


_STATE = advanced(
    "state_from_log",
    4,
    doc="Return the records as a log of changes leaves them at a time.",
    ask=text(
        en="""The `log` of a database holds changes as tuples (key, time, field, value), not in
        order of time; no two changes have the same time. A change sets the field of the record with
        that key to the value; the value None removes the field instead. Return the records as they
        are after all changes whose time is at most `until`: a dictionary from key to the record's
        dictionary of fields. Records without fields do not appear. An empty text is a value like
        any other.""",
        pt="""O `log` de um banco de dados contém alterações como tuplas (chave, hora, campo,
        valor), fora da ordem de tempo; não há duas alterações com a mesma hora. Uma alteração dá o
        valor ao campo do registro com aquela chave; o valor None, em vez disso, remove o campo.
        Retorne os registros como ficam depois de todas as alterações cuja hora é no máximo `until`:
        um dicionário da chave para o dicionário de campos do registro. Registros sem campos não
        aparecem. Um texto vazio é um valor como qualquer outro.""",
    ),
    signature="def state(log: list[tuple[str, int, str, object]], until: int) -> object:",
    ordinary=_log,
    body="""
    records: dict[str, dict[str, object]] = {}
    for key, time, field, value in sorted(log, key=lambda change: change[1]):
        if time <= until:
            records.setdefault(key, {})[field] = value
    current = {}
    for key, record in records.items():
        known = {f: value for f, value in record.items() if value is not None}
        if known:
            current[key] = known
    return current
    """,
    edges=lambda rng: [
        ([], 5),
        ([("a", 2, "x", "new"), ("a", 1, "x", "old")], rng.randint(2, 9)),
        ([("a", 2, "x", "new"), ("a", 1, "x", "old"), ("b", 3, "x", "no")], 1),
        ([("a", 1, "x", "v"), ("a", 2, "x", None), ("b", 2, "y", "")], rng.randint(2, 9)),
        ([("a", 3, "x", None), ("a", 4, "x", "v"), ("a", 1, "y", "w")], rng.randint(4, 9)),
        ([("a", 5, "x", "late"), ("a", 6, "y", "later")], 5),
    ],
    oracle=_state_oracle,
)


def _states(rng: Random, size: int) -> Args:
    machines = [f"m{number}" for number in range(max(1, size // 40))]
    minutes = rng.sample(range(4 * size), size)
    return ([(rng.choice(machines), m, rng.choice(["on", "on", "off"])) for m in minutes],)


def _spans_oracle(readings: list[tuple[str, int, str]]) -> object:
    frame = pd.DataFrame(readings, columns=["machine", "minute", "state"])
    frame = frame.sort_values(["machine", "minute"])
    previous = frame.groupby("machine")["state"].shift()
    run = (frame["state"] != previous).cumsum()
    spans = frame.groupby(run).agg({"machine": "first", "state": "first", "minute": ["min", "max"]})
    return [(str(m), str(s), int(a), int(b)) for m, s, a, b in spans.itertuples(index=False)]


_SPANS = advanced(
    "spans_of_states",
    4,
    heldout=True,
    doc="Return the stretches during which a machine kept its state.",
    ask=text(
        en="""Monitoring wrote one reading per (machine, minute, state) triple into `readings`,
        jumbled, and never two for one machine in the same minute. Condense them: successive
        readings of a machine that show an equal state become a single (machine, state, first
        minute, last minute) tuple, no matter how many minutes lie between two readings. Order the
        tuples by machine, then by time.""",
        pt="""O monitoramento gravou em `readings` uma leitura por tripla (máquina, minuto, estado),
        embaralhadas, e nunca duas de uma máquina no mesmo minuto. Condense-as: leituras sucessivas
        de uma máquina que mostram um estado igual viram uma única tupla (máquina, estado, primeiro
        minuto, último minuto), não importa quantos minutos haja entre duas leituras. Ordene as
        tuplas por máquina e depois por tempo.""",
    ),
    signature="def spans(readings: list[tuple[str, int, str]]) -> list[tuple[object, ...]]:",
    ordinary=_states,
    imports="from itertools import groupby",
    body="""
    def kept(reading: tuple[str, int, str]) -> tuple[str, str]:
        return reading[0], reading[2]

    tuples: list[tuple[object, ...]] = []
    for (machine, state), run in groupby(sorted(readings), key=kept):
        minutes = [reading[1] for reading in run]
        tuples.append((machine, state, minutes[0], minutes[-1]))
    return tuples
    """,
    edges=lambda rng: [
        ([],),
        ([("a", rng.randint(0, 9), "on")],),
        ([("b", 1, "on"), ("a", 2, "on"), ("b", rng.randint(3, 9), "on")],),
        ([("a", 10, "on"), ("a", 9, "off"), ("a", 100, "on"), ("a", 2, "off")],),
        ([("a", 1, "x"), ("a", 2, "y"), ("a", rng.randint(3, 9), "x")],),
        ([("a", 3, "off"), ("b", 2, "off"), ("b", 0, "on"), ("a", 1, f"s{rng.randint(1, 9)}")],),
    ],
    oracle=_spans_oracle,
)

ADVANCED: tuple[Variant, ...] = (_TOTALS, _STATE, _SPANS)
