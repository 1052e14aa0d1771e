"""Weighted statistics at levels 3 and 4: by group, decaying in time, by weighted quantile."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.draws import PRODUCTS, numbers
from parelha.tasks.family import Args, Variant, advanced, text

Sale = tuple[str, float | None, int]


def _sales(rng: Random, size: int) -> Args:
    """Sales; few of them without a price or with no units sold."""
    rows: list[Sale] = []
    for _ in range(size):
        price = None if rng.random() < 0.1 else round(rng.uniform(1.0, 30.0), 2)
        units = rng.randint(-3, 0) if rng.random() < 0.1 else rng.randint(1, 40)
        rows.append((rng.choice(PRODUCTS), price, units))
    return (rows,)


def _prices_oracle(sales: list[Sale]) -> object:
    if not sales:
        return []
    table = pd.DataFrame(sales, columns=["product", "price", "units"])
    table = table[table["price"].notna() & (table["units"] > 0)]
    answer = []
    for product, own in table.groupby("product"):
        mean = float(np.average(own["price"].astype(float), weights=own["units"]))
        answer.append((str(product), mean, int(own["units"].sum())))
    return sorted(answer, key=lambda entry: (-entry[2], entry[0]))


_PRICES = advanced(
    "price_by_product",
    3,
    doc="Return product, unit-weighted mean price and units, most units first.",
    ask=text(
        en="""`sales` is a list of tuples (product, price, units). First drop the sales whose price
        is None and those whose units are not positive (they are returns). Then compute for each
        product the mean price per unit, so that a sale of ten units counts ten times as much as a
        sale of one. Return a list of tuples (product, mean price, total units) sorted by total
        units, largest first; products with equally many units come in alphabetical order. Without
        any valid sale the list is empty.""",
        pt="""`sales` é uma lista de tuplas (produto, preço, unidades). Primeiro descarte as vendas
        cujo preço é None e aquelas cujas unidades não são positivas (são devoluções). Depois
        calcule para cada produto o preço médio por unidade, de modo que uma venda de dez unidades
        conte dez vezes mais que uma venda de uma. Retorne uma lista de tuplas (produto, preço
        médio, total de unidades) ordenada pelo total de unidades, do maior para o menor; produtos
        com o mesmo total vêm em ordem alfabética. Sem nenhuma venda válida, a lista é vazia.""",
    ),
    signature="def mean_prices(sales: list[tuple[str, float | None, int]]) -> list[object]:",
    ordinary=_sales,
    body="""
    units: dict[str, int] = {}
    money: dict[str, float] = {}
    for name, price, count in sales:
        if price is not None and count > 0:
            units[name] = units.get(name, 0) + count
            money[name] = money.get(name, 0.0) + price * count
    names = sorted(units, key=lambda name: (-units[name], name))
    return [(name, money[name] / units[name], units[name]) for name in names]
    """,
    edges=lambda rng: [
        ([],),
        ([("rice", None, rng.randint(1, 9)), ("milk", 3.0, 0)],),
        ([("rice", 2.5, 4), ("milk", 3.5, 1), ("apple", 9.0, rng.randint(1, 9))],),
        ([("milk", 1.0, 3), ("bread", round(rng.uniform(2.0, 9.0), 2), 3)],),
        ([("milk", 1.0, 9), ("milk", 9.0, -9), ("milk", 2.0, rng.randint(1, 8))],),
        ([("rice", 0.0, 2), ("rice", 5.0, rng.randint(1, 9))],),
    ],
    oracle=_prices_oracle,
)


def _stamped(rng: Random, size: int) -> Args:
    """Times in rising order with pauses, values with gaps, and a half-life."""
    time, times = 0.0, []
    for _ in range(size):
        time += rng.choice((0.5, 1.0, 1.0, 2.0, 5.0))
        times.append(time)
    values = numbers(rng, size)
    for place in rng.sample(range(size), size // 8):
        values[place] = math.nan
    return times, values, float(rng.randint(2, 8))


def _decay_oracle(times: list[float], read: list[float], half: float) -> object:
    series: Any = pd.Series(read, dtype=float)
    known = series.notna()
    if not known.any():
        return [math.nan] * len(read)
    stamps = pd.Series(pd.to_datetime(np.asarray(times) * 1e9))
    life: Any = pd.Timedelta(seconds=half)
    answers = pd.Series(math.nan, index=series.index)
    answers[known] = series[known].ewm(halflife=life, times=stamps[known]).mean()
    return [float(value) for value in answers.ffill()]


_DECAY = advanced(
    "decaying_average",
    4,
    doc="Return after each reading the average with weights that halve.",
    ask=text(
        en="""`read` holds a reading for each moment in `times` (in rising order); NaN is a failed
        reading. After each moment t we want the weighted average of the successful readings so
        far, the one at t included: a reading made at time s has the weight 0.5 ** ((t - s) / half).
        A failed reading has no weight, and the average after it is the same as before it. Until the
        first successful reading the average is NaN. Return the list of averages, as long as `read`.
        There are thousands of readings, so update the sums from moment to moment instead of
        starting again at each.""",
        pt="""`read` tem uma leitura para cada instante em `times` (em ordem crescente); NaN é uma
        leitura que falhou. Depois de cada instante t queremos a média ponderada das leituras
        bem-sucedidas até ali, incluída a de t: uma leitura feita no instante s tem o peso 0.5 **
        ((t - s) / half). Uma leitura que falhou não tem peso, e a média depois dela é a mesma de
        antes. Até a primeira leitura bem-sucedida a média é NaN. Retorne a lista das médias, tão
        longa quanto `read`. São milhares de leituras: atualize as somas de um instante para o outro
        em vez de recomeçar em cada um.""",
    ),
    signature="def decay(times: list[float], read: list[float], half: float) -> list[float]:",
    ordinary=_stamped,
    imports="import math",
    body="""
    averages: list[float] = []
    average, total, weight, last = math.nan, 0.0, 0.0, 0.0
    for time, value in zip(times, read):
        if not math.isnan(value):
            fade = 0.5 ** ((time - last) / half)
            total, weight = total * fade + value, weight * fade + 1.0
            average, last = total / weight, time
        averages.append(average)
    return averages
    """,
    edges=lambda rng: [
        ([], [], 2.0),
        ([1.0, 2.0], [math.nan, math.nan], float(rng.randint(1, 5))),
        ([1.0, 3.0, 4.0], [math.nan, *numbers(rng, 2)], 1.0),
        ([0.0, 10.0, 20.0, 21.0], [4.0, math.nan, float(rng.randint(5, 9)), math.nan], 10.0),
        ([5.0, 5.5, 90.0], numbers(rng, 3), 0.5),
    ],
    oracle=_decay_oracle,
)


def _portfolio(rng: Random, size: int) -> Args:
    amounts = [float(rng.randint(0, 40) * 25) for _ in range(size)]
    rates = numbers(rng, size, -8.0, 15.0)
    return [*amounts[:-1], 500.0], rates, rng.choice((0.05, 0.1, 0.2))


def _trimmed_oracle(amounts: list[float], rates: list[float], cut: float) -> object:
    total = sum(amounts)
    if total == 0:
        return 0.0
    order = sorted(range(len(rates)), key=lambda place: rates[place])
    ends = np.cumsum([amounts[place] for place in order])
    starts = np.concatenate(([0.0], ends[:-1]))
    low, high = cut * total, (1 - cut) * total
    inside = np.clip(np.minimum(ends, high) - np.maximum(starts, low), 0.0, None)
    return float(np.average([rates[place] for place in order], weights=inside))


_TRIMMED = advanced(
    "trimmed_money",
    3,
    heldout=True,
    doc="Return the mean rate of the money left after trimming both ends.",
    ask=text(
        en="""A fund put amounts[i] of money into an investment that yielded rates[i] per cent.
            Line all the money up from the lowest to the highest rate and take away the share `cut`
            of the whole sum at either end; where an end runs through an investment, only part of
            it is taken away. What is the mean rate of the money that stays, every unit of money
            counting alike? Amounts may be zero, and when all of them are, or there are none, the
            mean rate is 0.0. The share is below one half.""",
        pt="""Um fundo aplicou a quantia amounts[i] em um investimento que rendeu rates[i] por
            cento. Enfileire todo o dinheiro da menor para a maior taxa e retire em cada ponta a
            fração `cut` da soma total; onde a ponta passa pelo meio de um investimento, só uma
            parte dele é retirada. Qual é a taxa média do dinheiro que fica, cada unidade de
            dinheiro contando igual? As quantias podem ser zero, e quando todas o são, ou quando não
            há nenhuma, a taxa média é 0.0. A fração fica abaixo de um meio.""",
    ),
    signature="def trimmed(amounts: list[float], rates: list[float], cut: float) -> float:",
    ordinary=_portfolio,
    body="""
        whole = sum(amounts)
        if whole == 0:
            return 0.0
        low, high = cut * whole, (1 - cut) * whole
        start, earned = 0.0, 0.0
        for rate, amount in sorted(zip(rates, amounts)):
            stop = start + amount
            inside = min(stop, high) - max(start, low)
            earned += rate * max(inside, 0.0)
            start = stop
        return earned / (high - low)
        """,
    edges=lambda rng: [
        ([], [], 0.1),
        ([0.0, 0.0], numbers(rng, 2), 0.2),
        ([100.0], numbers(rng, 1), 0.25),
        ([100.0, 0.0, 300.0], numbers(rng, 3), 0.4),
        ([1000.0, 10.0, 10.0], [2.0, -30.0, float(rng.randint(20, 60))], 0.1),
        ([50.0] * 4, numbers(rng, 4), 0.0),
    ],
    oracle=_trimmed_oracle,
)


ADVANCED: tuple[Variant, ...] = (_PRICES, _DECAY, _TRIMMED)
