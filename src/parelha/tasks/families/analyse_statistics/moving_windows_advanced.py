"""Moving windows at levels 3 and 4: by shop, by time instead of by count, and streaks."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

NAN = float("nan")


def _days(shops: list[str], days: list[int], sales: list[float]) -> Args:
    columns = {
        "shop": pd.Series(shops, dtype=object),
        "day": pd.Series(days, dtype="int64"),
        "sales": pd.Series(sales, dtype=float),
    }
    return (pd.DataFrame(columns),)


def _shop_days(rng: Random, size: int) -> Args:
    shops = [rng.choice(("north", "south", "são")) for _ in range(size)]
    days = [rng.randint(1, max(3, size // 3)) for _ in range(size)]
    sales = numbers(rng, size, 0.0)
    for place in rng.sample(range(size), size // 10):
        sales[place] = NAN
    return _days(shops, days, sales)


def _shop_days_oracle(df: pd.DataFrame) -> object:
    latest = {}
    for shop, day, sales in df.itertuples(index=False):
        if not np.isnan(sales):
            latest[shop, day] = sales
    rows = []
    for shop, day in sorted(latest):
        own = [latest[key] for key in sorted(latest) if key[0] == shop and key[1] <= day]
        rows.append((shop, day, float(np.mean(own[-3:]))))
    return pd.DataFrame(
        {
            "shop": pd.Series([row[0] for row in rows], dtype=object),
            "day": pd.Series([row[1] for row in rows], dtype="int64"),
            "mean": pd.Series([row[2] for row in rows], dtype=float),
        }
    )


_SHOP_DAYS = advanced(
    "by_shop",
    3,
    doc="Return the three-day moving average of the sales of each shop.",
    ask=text(
        en="""The DataFrame `df` has the columns "shop" (text), "day" (whole number) and "sales"
        (float), its rows in any order. Drop the rows in which "sales" is NaN. If a shop then has
        several rows for one day, only the one furthest down in `df` counts. For each shop and
        recorded day, in rising order, compute the mean of the sales of this day and of the up to
        two recorded days of the same shop before it; days that were not recorded do not matter.
        Return a DataFrame with the columns "shop", "day" and "mean", sorted by shop and then by
        day, with the index 0, 1, 2 and so on. It may have no rows.""",
        pt="""O DataFrame `df` tem as colunas "shop" (texto), "day" (número inteiro) e "sales"
        (float), com as linhas em qualquer ordem. Descarte as linhas em que "sales" é NaN. Se então
        uma loja tem várias linhas para um dia, só conta a que está mais abaixo em `df`. Para cada
        loja e dia registrado, em ordem crescente, calcule a média das vendas desse dia e dos até
        dois dias registrados anteriores da mesma loja; dias que não foram registrados não importam.
        Retorne um DataFrame com as colunas "shop", "day" e "mean", ordenado por loja e depois por
        dia, com o índice 0, 1, 2 e assim por diante. Ele pode não ter linhas.""",
    ),
    signature="def by_shop(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=_shop_days,
    imports="import pandas as pd",
    body="""
    rows = df.dropna(subset=["sales"])
    rows = rows.drop_duplicates(["shop", "day"], keep="last")
    rows = rows.sort_values(["shop", "day"], ignore_index=True)
    windows = rows.groupby("shop")["sales"].rolling(3, min_periods=1)
    means = windows.mean().reset_index(level=0, drop=True)
    return rows[["shop", "day"]].assign(mean=means)
    """,
    edges=lambda rng: [
        _days([], [], []),
        _days(["a", "b"], [1, 2], [NAN, NAN]),
        _days(["b", "a", "a", "b"], [2, 9, 3, 1], numbers(rng, 4)),
        _days(["a", "a", "a"], [4, 4, 4], [1.0, float(rng.randint(2, 9)), NAN]),
        _days(["a"] * 6, [5, 1, 4, 2, 6, 3], numbers(rng, 6)),
        _days(["a", "b"] * 4, [1, 1, 2, 2, 3, 3, 40, 40], numbers(rng, 8)),
    ],
    oracle=_shop_days_oracle,
)


def _events(rng: Random, size: int) -> Args:
    times = [rng.randint(0, 4 * size) for _ in range(size)]
    return _event_table(times, numbers(rng, size, 0.0), rng.choice((5, 30, 120)))


def _event_table(times: list[int], values: list[float], span: int) -> Args:
    columns = {
        "time": pd.Series(times, dtype="int64"),
        "value": pd.Series(values, dtype=float),
    }
    return pd.DataFrame(columns), span


def _events_oracle(df: pd.DataFrame, span: int) -> object:
    ordered = df.sort_values("time", kind="stable").reset_index(drop=True)
    moments = ordered["time"].to_numpy()
    inside = (moments[None, :] > moments[:, None] - span) & (moments[None, :] <= moments[:, None])
    return pd.DataFrame(
        {
            "time": moments,
            "count": inside.sum(axis=1).astype("int64"),
            "total": inside @ ordered["value"].to_numpy(),
        }
    )


_EVENTS = advanced(
    "time_window",
    4,
    doc="Return count and total of the events in the span before each.",
    ask=text(
        en="""The DataFrame `df` lists events: "time" is a whole number of seconds, "value" a float.
        The rows are in no order, and several events can have the same time. For each event at time
        t look at all events with a time greater than t - span and at most t: itself, and also the
        others at the same time. Return a DataFrame with one row per event, sorted by time, the
        index 0, 1, 2 and so on, and the columns "time", "count" (whole number: how many events are
        looked at) and "total" (float: the sum of their values). With thousands of events comparing
        each with each is too slow. `df` may be empty; `span` is at least 1.""",
        pt="""O DataFrame `df` lista eventos: "time" é um número inteiro de segundos, "value" um
        float. As linhas não têm ordem, e vários eventos podem ter o mesmo tempo. Para cada evento
        no tempo t, olhe todos os eventos com tempo maior que t - span e no máximo t: ele mesmo, e
        também os outros no mesmo tempo. Retorne um DataFrame com uma linha por evento, ordenado por
        tempo, com o índice 0, 1, 2 e assim por diante, e as colunas "time", "count" (número
        inteiro: quantos eventos são olhados) e "total" (float: a soma dos valores deles). Com
        milhares de eventos, comparar cada um com cada um é lento demais. `df` pode ser vazio;
        `span` é pelo menos 1.""",
    ),
    signature="def time_windows(df: pd.DataFrame, span: int) -> pd.DataFrame:",
    ordinary=_events,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    rows = df.sort_values("time")
    times = rows["time"].to_numpy()
    start = np.searchsorted(times, times - span, side="right")
    stop = np.searchsorted(times, times, side="right")
    sums = np.concatenate([[0.0], np.cumsum(rows["value"].to_numpy())])
    totals = sums[stop] - sums[start]
    table = {"time": times, "count": stop - start, "total": totals}
    return pd.DataFrame(table)
    """,
    edges=lambda rng: [
        _event_table([], [], 5),
        _event_table([7], numbers(rng, 1), 1),
        _event_table([3, 3, 3], numbers(rng, 3), 1),
        _event_table([10, 0, 5, 15], numbers(rng, 4), 5),
        _event_table([8, 2, 2, 9, 1], numbers(rng, 5), 1000),
    ],
    oracle=_events_oracle,
)


def _heat(rng: Random, size: int) -> Args:
    """Whole degrees, so that a mean of three never lies on a limit that ends in .5."""
    degrees, level = [], 24.0
    for _ in range(size):
        level += rng.choice((-2.0, -1.0, 0.0, 1.0, 2.0)) + (0.3 if level < 20 else -0.3)
        degrees.append(NAN if rng.random() < 0.05 else float(round(level)))
    return _measured(degrees, rng.randint(1, 40), rng.choice((20.5, 22.5, 24.5)))


def _measured(degrees: list[float], first: int, limit: float) -> Args:
    return pd.Series(degrees, index=range(first, first + len(degrees)), dtype=float), limit


def _heat_oracle(s: Any, limit: float) -> object:
    known = [(int(label), value) for label, value in s.items() if not np.isnan(value)]
    best, run = [0, 0], 0
    for stop in range(3, len(known) + 1):
        hot = np.mean([value for _, value in known[stop - 3 : stop]]) > limit
        run = run + 1 if hot else 0
        if run > best[1]:
            best = [known[stop - run][0], run]
    return best


_HEAT = advanced(
    "heat_wave",
    3,
    heldout=True,
    doc="Return start and length of the longest heat wave.",
    ask=text(
        en="""The Series `s` gives the temperature of each day; its index is the number of the day.
        Days without a reading (NaN) are taken out, and the days around them count as neighbours
        from then on. A day is hot if the average over it and the two days before it is greater than
        `limit`; the first two days can therefore not be hot. A heat wave is an unbroken run of hot
        days. Answer with the list [number of its first hot day, number of its hot days] for the
        longest heat wave, the earliest one if several are equally long, or with [0, 0] if no day is
        hot.""",
        pt="""A Series `s` dá a temperatura de cada dia; o índice dela é o número do dia. Dias sem
        leitura (NaN) são retirados, e os dias em volta deles passam a contar como vizinhos. Um dia
        é quente se a média dele e dos dois dias anteriores é maior que `limit`; os dois primeiros
        dias, portanto, não podem ser quentes. Uma onda de calor é uma sequência ininterrupta de
        dias quentes. Responda com a lista [número do seu primeiro dia quente, quantidade dos seus
        dias quentes] para a onda de calor mais longa, a mais antiga se várias são igualmente
        longas, ou com [0, 0] se nenhum dia é quente.""",
    ),
    signature="def heat_wave(s: pd.Series, limit: float) -> list[int]:",
    ordinary=_heat,
    imports="import pandas as pd",
    body="""
    known = s.dropna()
    hot = known.rolling(3).mean() > limit
    runs = (~hot).cumsum()[hot]
    if runs.empty:
        return [0, 0]
    lengths = runs.groupby(runs).size()
    longest = lengths.idxmax()
    return [int(runs.index[runs == longest][0]), int(lengths.max())]
    """,
    edges=lambda rng: [
        _measured([], 1, 20.5),
        _measured([30.0, 30.0], rng.randint(1, 9), 20.5),
        _measured([30.0, NAN, 30.0, NAN, 30.0], rng.randint(1, 9), 20.5),
        _measured([30.0] * 4 + [0.0] * 3 + [30.0] * 4, rng.randint(1, 9), 20.5),
        _measured([30.0] * 3 + [0.0] * 3 + [30.0] * 5, rng.randint(1, 9), 24.5),
        _measured([19.0, 20.0, 21.0, 20.0, 19.0], rng.randint(1, 9), 20.5),
    ],
    oracle=_heat_oracle,
)


ADVANCED: tuple[Variant, ...] = (_SHOP_DAYS, _EVENTS, _HEAT)
