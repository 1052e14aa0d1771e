"""Forecasts of series at levels 3 and 4: trends, panels of products, choice of a parameter."""

import math
from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text


def _holt_args(rng: Random, size: int) -> Args:
    trend = rng.uniform(-1.0, 1.0)
    values = [round(30.0 + trend * t + rng.gauss(0.0, 2.0), 1) for t in range(size)]
    for _ in range(size // 15):
        values[rng.randint(0, size - 1)] = math.nan
    return values, rng.choice([0.2, 0.5, 0.8]), rng.choice([0.1, 0.4]), rng.randint(1, 4)


def _holt_oracle(values: list[float], alpha: float, beta: float, steps: int) -> object:
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2:
        return (known * steps) if known else [0.0] * steps
    # State space form: the state (level, trend) moves by a matrix and is corrected by the error.
    state = np.array([known[1], known[1] - known[0]])
    for value in known[2:]:
        ahead = np.array([[1.0, 1.0], [0.0, 1.0]]) @ state
        state = ahead + np.array([alpha, alpha * beta]) * (value - ahead[0])
    return [float(state[0] + step * state[1]) for step in range(1, steps + 1)]


_HOLT = advanced(
    "holt",
    3,
    doc="Return forecasts of a series by Holt's method.",
    ask=text(
        en="""Forecast a series with a trend by Holt's method. First drop the NaNs from `x`. Start
        at the second known value with level = second value and trend = second - first. For every
        later value set new_level = alpha * value + (1 - alpha) * (level + trend), then trend = beta
        * (new_level - level) + (1 - beta) * trend, with the old level and trend on the right.
        Return the list of forecasts level + h * trend for h = 1, ..., `n`. A single known value is
        its own forecast for all steps; without known values all forecasts are 0.0.""",
        pt="""Preveja uma série com tendência pelo método de Holt. Primeiro descarte os NaNs de `x`.
        Comece no segundo valor conhecido com nível = segundo valor e tendência = segundo -
        primeiro. A cada valor seguinte, faça novo_nível = alpha * valor + (1 - alpha) * (nível +
        tendência) e depois tendência = beta * (novo_nível - nível) + (1 - beta) * tendência, com o
        nível e a tendência antigos à direita. Retorne a lista das previsões nível + h * tendência
        para h = 1, ..., `n`. Um único valor conhecido é a própria previsão para todos os passos;
        sem valores conhecidos, todas as previsões são 0.0.""",
    ),
    signature="def holt(x: list[float], alpha: float, beta: float, n: int) -> list[float]:",
    ordinary=_holt_args,
    imports="import math",
    body="""
    known = [value for value in x if not math.isnan(value)]
    if len(known) < 2:
        return (known or [0.0]) * n
    level, trend = known[1], known[1] - known[0]
    for value in known[2:]:
        old = level
        level = alpha * value + (1 - alpha) * (level + trend)
        trend = beta * (level - old) + (1 - beta) * trend
    return [level + step * trend for step in range(1, n + 1)]
    """,
    edges=lambda rng: [
        ([], 0.5, 0.5, 2),
        ([math.nan, float(rng.randint(1, 9)), math.nan], 0.5, 0.5, 3),
        (numbers(rng, 2), 0.3, 0.2, 2),
        ([1.0, 3.0, 5.0, 7.0], 0.3, float(rng.randint(1, 9)) / 10.0, 2),
        ([math.nan, 2.0, math.nan, 3.0, 7.0, math.nan], 0.5, 0.25, 2),
        (numbers(rng, 4), 1.0, 0.5, 0),
    ],
    oracle=_holt_oracle,
)


def _choice_args(rng: Random, size: int) -> Args:
    value, values = 0.0, []
    memory = rng.choice([0.0, 0.6, 1.0])
    for _ in range(size):
        value = memory * value + rng.gauss(0.0, 3.0)
        values.append(round(value + rng.gauss(0.0, 2.0), 2))
    return values, rng.sample([0.1, 0.2, 0.3, 0.5, 0.7, 0.9], rng.randint(2, 5))


def _choice_oracle(values: list[float], alphas: list[float]) -> object:
    if len(values) < 2:
        return min(alphas), 0.0
    series = pd.Series(values)
    found = []
    for alpha in sorted(alphas):
        smooth = series.ewm(alpha=alpha, adjust=False).mean()
        found.append((round(float((series - smooth.shift()).abs().mean()), 9), alpha))
    error, best = min(found)
    return best, error


_CHOICE = advanced(
    "best_alpha",
    4,
    doc="Return the smoothing parameter with the smallest error, and this.",
    ask=text(
        en="""Choose the parameter of simple exponential smoothing. For an alpha, the level starts
        at values[0]; the forecast of each later value is the level before it, and after it the
        level becomes alpha * value + (1 - alpha) * level. The error of an alpha is the mean of the
        absolute differences between the values from the second on and their forecasts. Return
        (alpha, error) for the alpha of `alphas` with the smallest error; errors that agree when
        rounded to 9 decimals are a tie, which the smallest alpha wins. With fewer than two values
        return the smallest alpha and 0.0. The series may have thousands of values: go through it
        once for each alpha.""",
        pt="""Escolha o parâmetro da suavização exponencial simples. Para um alpha, o nível começa
        em values[0]; a previsão de cada valor seguinte é o nível antes dele, e depois dele o nível
        passa a ser alpha * valor + (1 - alpha) * nível. O erro de um alpha é a média das diferenças
        absolutas entre os valores a partir do segundo e as suas previsões. Retorne (alpha, erro)
        para o alpha de `alphas` com o menor erro; erros que coincidem quando arredondados a 9 casas
        são um empate, que o menor alpha vence. Com menos de dois valores, retorne o menor alpha e
        0.0. A série pode ter milhares de valores: percorra-a uma vez para cada alpha.""",
    ),
    signature="def choose(values: list[float], alphas: list[float]) -> tuple[float, float]:",
    ordinary=_choice_args,
    body="""
    if len(values) < 2:
        return min(alphas), 0.0

    def error(alpha: float) -> float:
        level, total = values[0], 0.0
        for value in values[1:]:
            total += abs(value - level)
            level += alpha * (value - level)
        return round(total / (len(values) - 1), 9)

    best = min(sorted(alphas), key=error)
    return best, error(best)
    """,
    edges=lambda rng: [
        ([], [0.5, 0.2]),
        (numbers(rng, 1), [0.9, 0.3, 0.4]),
        ([4.0, 4.0, 4.0], [0.7, 0.3, 0.5]),
        (numbers(rng, 2), [0.8, 0.6]),
        ([0.0, 10.0, 20.0, float(rng.randint(30, 60))], [0.2, 0.9, 0.5]),
        ([1.0, -1.0, 1.0, -1.0, 1.0], [0.9, 0.1]),
    ],
    oracle=_choice_oracle,
)


def _panel(rng: Random, size: int) -> Args:
    num_items = max(2, size // 12)
    rows = []
    for place in range(size):
        item = rng.choice([f"item {n}" for n in range(num_items)])
        sold = math.nan if rng.random() < 0.05 else float(rng.randint(0, 40))
        rows.append((item, place, sold))
    rng.shuffle(rows)
    return (pd.DataFrame(rows, columns=["item", "week", "sold"]), rng.randint(1, 4))


def _panel_edges(rng: Random) -> list[Args]:
    def frame(items: str, weeks: list[int], sold: list[float]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "item": pd.Series(list(items), dtype=object),
                "week": pd.Series(weeks, dtype="int64"),
                "sold": pd.Series(sold, dtype="float64"),
            }
        )

    gap = math.nan
    some = [float(rng.randint(1, 9)) for _ in range(5)]
    return [
        (frame("", [], []), 2),
        (frame("bab", [3, 2, 1], some[:3]), 1),
        (frame("aaa", [30, 10, 20], [gap, *some[:2]]), 1),
        (frame("ab", [1, 1], [gap, some[0]]), 3),
        (frame("aaaba", [5, 4, 9, 1, 2], some), 2),
    ]


def _panel_oracle(df: pd.DataFrame, weeks: int) -> object:
    result: dict[str, float] = {}
    for item in sorted(set(df["item"])):
        own = df[(df["item"] == item) & df["sold"].notna()]
        newest = sorted(zip(own["week"], own["sold"], strict=True))[-weeks:]
        if newest:
            result[item] = float(np.mean([sold for _, sold in newest]))
    return result


_PANEL = advanced(
    "panel",
    3,
    heldout=True,
    doc="Return next week's forecast for every item.",
    ask=text(
        en="""Plan next week's stock. `df` lists what was `sold` of an `item` in a `week` (an int),
        in any order. For each item, the plan is the average of sold over its latest `n` weeks on
        record, or over all of them when there are not as many; weeks whose sold is NaN are not on
        record. Make a dictionary from item to plan, leaving out the items that have nothing on
        record. An item has a week only once, and n is positive.""",
        pt="""Planeje o estoque da próxima semana. `df` lista quanto foi vendido (`sold`) de um item
        (`item`) em uma semana (`week`, um int), em qualquer ordem. Para cada item, o plano é a
        média de sold nas suas `n` semanas registradas mais recentes, ou em todas quando não há
        tantas; semanas com sold NaN não contam como registradas. Faça um dicionário do item para o
        plano, deixando de fora os itens que não têm nada registrado. Um item só tem uma semana uma
        vez, e n é positivo.""",
    ),
    signature="def plan(df: pd.DataFrame, n: int) -> dict[str, float]:",
    ordinary=_panel,
    imports="import pandas as pd",
    body="""
    known = df.dropna(subset=["sold"]).sort_values("week")
    newest = known.groupby("item").tail(n)
    means = newest.groupby("item")["sold"].mean()
    return {str(item): float(mean) for item, mean in means.items()}
    """,
    edges=_panel_edges,
    oracle=_panel_oracle,
)

ADVANCED: tuple[Variant, ...] = (_HOLT, _CHOICE, _PANEL)
