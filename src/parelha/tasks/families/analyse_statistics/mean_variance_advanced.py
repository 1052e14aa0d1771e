"""Mean and variance at levels 3 and 4: after cleaning, from chunks, and with the skewness."""

import math
from random import Random
from typing import Any

import numpy as np
from scipy import stats

from parelha.tasks.draws import numbers, off_border, redraw
from parelha.tasks.family import Args, Variant, advanced, text

NAN = math.nan


def _kept(values: list[float]) -> list[float]:
    return [value for value in values if 0 <= value <= 100]


def _dirty(rng: Random, size: int) -> Args:
    """Readings of a percentage with failures and a few values far from the rest."""

    def draw() -> list[float]:
        centre = rng.uniform(30.0, 60.0)
        values = [round(rng.gauss(centre, 4.0), 1) for _ in range(size)]
        for place in rng.sample(range(size), 1 + size // 15):
            near = round(centre + rng.choice((10.5, -9.5)), 1)
            values[place] = rng.choice((NAN, -1.0, 400.0, near, near))
        return values

    return (redraw(draw, lambda values: off_border(_kept(values) or [1.0], 2.0)),)


def _dirty_oracle(values: list[float]) -> object:
    known = np.array(_kept(values), dtype=float)
    if len(known) == 0:
        return [NAN, NAN, 0.0]
    near = known[np.abs(known - known.mean()) <= 2 * known.std()]
    return [float(near.mean()), float(near.var()), float(len(known) - len(near))]


_DIRTY = advanced(
    "cleaned",
    3,
    doc="Return mean, variance and number removed after two cleanings.",
    ask=text(
        en="""Clean `values` in two steps, then describe what is left. First drop NaN and everything
        outside 0 to 100 (0 and 100 are inside). Then compute mean and population standard deviation
        of the rest once, and remove the numbers more than two standard deviations away from that
        mean. Return the list [mean, variance, removed] of floats: mean and population variance
        (divide by the number of values) of the numbers left after both steps, and how many the
        second step removed. If the first step leaves nothing, return [NaN, NaN, 0.0].""",
        pt="""Limpe `values` em dois passos e depois descreva o que sobra. Primeiro descarte NaN e
        tudo o que está fora de 0 a 100 (0 e 100 estão dentro). Depois calcule uma vez a média e o
        desvio padrão populacional do resto, e remova os números a mais de dois desvios padrão dessa
        média. Retorne a lista [média, variância, removidos] de floats: média e variância
        populacional (divida pelo número de valores) dos números que sobram após os dois passos, e
        quantos o segundo passo removeu. Se o primeiro passo não deixa nada, retorne [NaN, NaN,
        0.0].""",
    ),
    signature="def cleaned_moments(values: list[float]) -> list[float]:",
    ordinary=_dirty,
    imports="import math\nfrom statistics import fmean",
    body="""
    known = [value for value in values if 0 <= value <= 100]
    if not known:
        return [math.nan, math.nan, 0.0]
    mean = fmean(known)
    limit = 4 * fmean((value - mean) ** 2 for value in known)
    near = [value for value in known if (value - mean) ** 2 <= limit]
    mean = fmean(near)
    variance = fmean((value - mean) ** 2 for value in near)
    return [mean, variance, float(len(known) - len(near))]
    """,
    edges=lambda rng: [
        ([],),
        ([NAN, -0.5, 100.5, float(rng.randint(200, 300))],),
        ([0.0, 100.0, NAN, float(rng.randint(20, 80))],),
        ([50.0] * rng.randint(1, 5),),
        ([10.0] * 9 + [100.0, -3.0, float(rng.randint(11, 14))],),
        ([0.0, *[float(rng.randint(60, 70)) for _ in range(9)], 101.0],),
    ],
    oracle=_dirty_oracle,
)


def _chunks(rng: Random, size: int) -> Args:
    """Size, mean and population variance of chunks, some of them empty."""
    chunks = []
    for _ in range(size):
        count = 0 if rng.random() < 0.1 else rng.randint(1, 30)
        chunks.append((count, *_moments(numbers(rng, min(count, 4), 0.0))))
    return (chunks,)


def _moments(values: list[float]) -> tuple[float, float]:
    if not values:
        return (0.0, 0.0)
    return (round(float(np.mean(values)), 3), round(float(np.var(values)), 3))


def _chunks_oracle(chunks: list[tuple[int, float, float]]) -> object:
    table = np.array(chunks, dtype=float).reshape(-1, 3)
    counts, means, variances = table.T
    totals = np.cumsum(counts)
    safe = np.where(totals > 0, totals, 1.0)
    averages = np.cumsum(counts * means) / safe
    squares = np.cumsum(counts * (variances + means**2)) / safe
    spreads = np.where(totals > 0, squares - averages**2, 0.0)
    return list(zip(averages.tolist(), spreads.tolist(), strict=True))


_CHUNKS = advanced(
    "chunks",
    4,
    doc="Return mean and variance of all data up to each chunk.",
    ask=text(
        en="""Data arrive in chunks of which only summaries are kept: `chunks` is a list of tuples
        (count, mean, population variance). After each chunk we want the mean and the population
        variance of all the data so far, as if it were one list. Return the list of the tuples
        (mean, variance), one per chunk. Chunks with the count 0 change nothing; before the first
        datum both numbers are 0.0. There may be thousands of chunks: combine each with the summary
        of all before it. Remember that chunks with different means add to the variance.""",
        pt="""Os dados chegam em blocos dos quais só se guardam resumos: `chunks` é uma lista de
        tuplas (quantidade, média, variância populacional). Depois de cada bloco queremos a média e
        a variância populacional de todos os dados até ali, como se fossem uma só lista. Retorne a
        lista das tuplas (média, variância), uma por bloco. Blocos com a quantidade 0 não mudam
        nada; antes do primeiro dado os dois números são 0.0. Pode haver milhares de blocos: combine
        cada um com o resumo de todos os anteriores. Lembre que blocos com médias diferentes
        aumentam a variância.""",
    ),
    signature="def merge(chunks: list[tuple[int, float, float]]) -> list[tuple[float, float]]:",
    ordinary=_chunks,
    body="""
    merged = []
    total, mean, squares = 0, 0.0, 0.0
    for count, own_mean, own_variance in chunks:
        if count > 0:
            gap = own_mean - mean
            squares += count * own_variance
            squares += gap * gap * total * count / (total + count)
            total += count
            mean += gap * count / total
        merged.append((mean, squares / max(total, 1)))
    return merged
    """,
    edges=lambda rng: [
        ([],),
        ([(0, 0.0, 0.0), (0, 5.0, 2.0)],),
        ([(0, 9.0, 9.0), (1, float(rng.randint(1, 9)), 0.0), (1, 12.0, 0.0)],),
        ([(3, 5.0, 0.0), (1, 5.0, 0.0), (5, float(rng.randint(6, 30)), 0.0)],),
        ([(2, -4.0, 1.5), (0, 77.0, 3.0), (2, float(rng.randint(1, 9)), 2.5)],),
    ],
    oracle=_chunks_oracle,
)


def _columns(rng: Random, size: int) -> Args:
    """Columns of skewed numbers, one of them constant, with gaps."""
    table: dict[str, list[float]] = {}
    for name in rng.sample(["rent", "income", "age", "rooms"], 3):
        power = rng.choice((0.5, 1.0, 2.0))
        table[name] = [round(rng.uniform(0.0, 9.0) ** power, 1) for _ in range(max(size // 3, 4))]
        table[name][0] = NAN
    return ({**table, "floor": [2.0] * 5},)


def _shape_oracle(table: dict[str, list[float]]) -> object:
    answer: dict[str, Any] = {}
    for name, column in table.items():
        known = [value for value in column if not math.isnan(value)]
        if len(known) > 2 and len(set(known)) > 1:
            answer[name] = [
                float(np.mean(known)),
                float(np.std(known)),
                float(stats.skew(known)),
            ]
    return answer


_SHAPE = advanced(
    "shape",
    3,
    heldout=True,
    doc="Return average, deviation and skewness of the usable columns.",
    ask=text(
        en="""How lopsided are the columns of `table`, a dictionary from name to measurements?
        Strike NaN measurements. A column is usable if three or more measurements remain and they
        are not all alike. For each usable column give the list [m, s, g]: the average m, the
        deviation s = sqrt(average of (x - m)**2), and the skewness g = average of ((x - m) / s)**3.
        The answer is a dictionary from the usable names to these lists.""",
        pt="""Quão assimétricas são as colunas de `table`, um dicionário de nome para medições?
        Risque as medições NaN. Uma coluna é utilizável se restam três ou mais medições e elas não
        são todas iguais. Para cada coluna utilizável dê a lista [m, s, g]: a média m, o desvio s =
        raiz(média de (x - m)**2), e a assimetria g = média de ((x - m) / s)**3. A resposta é um
        dicionário dos nomes utilizáveis para essas listas.""",
    ),
    signature="def shape(table: dict[str, list[float]]) -> dict[str, list[float]]:",
    ordinary=_columns,
    imports="import math\nfrom statistics import fmean, pstdev",
    body="""
    result = {}
    for name, column in table.items():
        known = [x for x in column if not math.isnan(x)]
        if len(known) >= 3 and min(known) < max(known):
            m, s = fmean(known), pstdev(known)
            result[name] = [m, s, fmean(((x - m) / s) ** 3 for x in known)]
    return result
    """,
    edges=lambda rng: [
        ({},),
        ({"age": [NAN, NAN], "rent": []},),
        ({"age": [1.0, float(rng.randint(2, 9))], "rent": [4.0, NAN, 4.0, 4.0]},),
        ({"age": [1.0, 1.0, float(rng.randint(2, 9))], "rent": [5.0, NAN, 6.0]},),
        ({"age": [-3.0, 0.0, float(rng.randint(4, 9)), NAN]},),
        ({"rent": numbers(rng, 6), "age": [7.0, 7.0, 7.0]},),
    ],
    oracle=_shape_oracle,
)


ADVANCED: tuple[Variant, ...] = (_DIRTY, _CHUNKS, _SHAPE)
