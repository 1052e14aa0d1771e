"""Mean and variance: population, sample, by column, weighted."""

import math
from random import Random
from typing import Any

import numpy as np

from parelha.tasks.draws import numbers, sprinkle
from parelha.tasks.families.analyse_statistics.mean_variance_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

NAN = math.nan


def _values(rng: Random, size: int) -> Args:
    return (numbers(rng, size),)


def _plain_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [([value],), ([value] * 4,), ([0.0, 0.0, value],), (numbers(rng, 6, -90.0, -10.0),)]


def _two_or_more(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [([value] * 5,), (numbers(rng, 2),), ([0.0, 0.0, value],), (numbers(rng, 7, -90, -10),)]


def _nan_edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([NAN, NAN],),
        (sprinkle(rng, numbers(rng, 5), NAN, 2),),
        ([NAN, numbers(rng, 1)[0]],),
    ]


def _none_edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None],),
        (sprinkle(rng, numbers(rng, 5), None, 2),),
        ([None, numbers(rng, 1)[0], None],),
    ]


def _kept(values: list[Any]) -> list[float]:
    return [value for value in values if value is not None and not math.isnan(value)]


def _population_oracle(values: list[float]) -> object:
    kept = _kept(values)
    return (float(np.mean(kept)), float(np.var(kept))) if kept else (NAN, NAN)


_POPULATION = levels(
    "population",
    doc="Return the mean and the population variance.",
    ask=text(
        en="""Compute the mean and the population variance (the sum of squared deviations divided
        by n) of `values`. Return them as the tuple (mean, variance).""",
        pt="""Calcule a média e a variância populacional (a soma dos desvios ao quadrado dividida
        por n) de `values`. Retorne a tupla (média, variância).""",
    ),
    signature="def mean_variance(values: list[float]) -> tuple[float, float]:",
    ordinary=_values,
    easy=Level(
        contract=text("`values` is never empty.", "`values` nunca está vazia."),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        return mean, variance
        """,
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""NaN values are left out. When no number is left, both results are NaN.""",
            pt="""Valores NaN ficam de fora. Quando não sobra nenhum número, os dois resultados são
            NaN.""",
        ),
        imports="import math",
        body="""
        kept = [value for value in values if not math.isnan(value)]
        if not kept:
            return math.nan, math.nan
        mean = sum(kept) / len(kept)
        return mean, sum((value - mean) ** 2 for value in kept) / len(kept)
        """,
        edges=_nan_edges,
    ),
    oracle=_population_oracle,
)


def _sample_oracle(values: list[float]) -> object:
    if not values:
        return (0.0, 0.0)
    return (float(np.mean(values)), float(np.var(values, ddof=1)) if len(values) > 1 else 0.0)


_SAMPLE = levels(
    "sample",
    doc="Return the mean and the sample variance.",
    ask=text(
        en="""Return the tuple (mean, variance) of the numbers in `values`, where the variance is
        the sample variance: the sum of squared deviations from the mean, divided by n - 1.""",
        pt="""Retorne a tupla (média, variância) dos números em `values`. A variância é a amostral:
        a soma dos quadrados dos desvios em relação à média, dividida por n - 1.""",
    ),
    signature="def sample_moments(values: list[float]) -> tuple[float, float]:",
    ordinary=_values,
    easy=Level(
        contract=text("There are at least two numbers.", "Há pelo menos dois números."),
        body="""
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        return mean, squares / (len(values) - 1)
        """,
        edges=_two_or_more,
    ),
    hard=Level(
        contract=text(
            en="""With a single number the variance is 0.0. An empty list gives (0.0, 0.0).""",
            pt="""Com um único número, a variância é 0.0. Uma lista vazia dá (0.0, 0.0).""",
        ),
        body="""
        if not values:
            return 0.0, 0.0
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        return mean, squares / max(len(values) - 1, 1)
        """,
        edges=lambda rng: [([],), (numbers(rng, 1),), ([0.0],)],
    ),
    oracle=_sample_oracle,
)


def _report_oracle(values: list[float | None]) -> object:
    kept = _kept(values)
    if not kept:
        return {}
    return {"mean": float(np.mean(kept)), "variance": float(np.var(kept))}


_REPORT = levels(
    "report",
    doc="Return the mean and the population variance by name.",
    ask=text(
        en="""Describe the list `values` by a dictionary with two keys: "mean" for its arithmetic
        mean and "variance" for its population variance (divide by the number of values).""",
        pt="""Descreva a lista `values` com um dicionário de duas chaves: "mean", a média
        aritmética, e "variance", a variância populacional (divida pelo número de valores).""",
    ),
    signature="def describe(values: list[float]) -> dict[str, float]:",
    ordinary=_values,
    easy=Level(
        contract=text("The list has at least one value.", "A lista tem pelo menos um valor."),
        body="""
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        return {"mean": mean, "variance": squares / len(values)}
        """,
        edges=_plain_edges,
    ),
    hard=Level(
        signature="def describe(values: list[float | None]) -> dict[str, float]:",
        contract=text(
            en="""Some values may be None: skip them. If nothing remains, return an empty
            dictionary.""",
            pt="""Alguns valores podem ser None: ignore-os. Se não restar nada, retorne um
            dicionário vazio.""",
        ),
        body="""
        known = [value for value in values if value is not None]
        if not known:
            return {}
        mean = sum(known) / len(known)
        squares = sum((value - mean) ** 2 for value in known)
        return {"mean": mean, "variance": squares / len(known)}
        """,
        edges=_none_edges,
    ),
    oracle=_report_oracle,
)


def _table(rng: Random, size: int) -> Args:
    names = rng.sample(["price", "units", "weight", "height", "age"], 2)
    return ({name: numbers(rng, max(3, size - 1)) for name in names},)


def _columns_oracle(table: dict[str, list[float]]) -> object:
    return {k: (float(np.mean(v)), float(np.var(v))) for k, v in table.items() if v}


_COLUMNS = levels(
    "columns",
    doc="Return the mean and the population variance of each column.",
    ask=text(
        en="""`table` maps the name of a column to its numbers. For each column compute the tuple
        (mean, population variance) and return a dictionary from column name to tuple.""",
        pt="""`table` associa o nome de cada coluna aos seus números. Calcule para cada coluna a
        tupla (média, variância populacional) e retorne um dicionário do nome para a tupla.""",
    ),
    signature="def moments(table: dict[str, list[float]]) -> dict[str, tuple[float, float]]:",
    ordinary=_table,
    easy=Level(
        contract=text("No column is empty.", "Nenhuma coluna está vazia."),
        body="""
        result = {}
        for name, column in table.items():
            mean = sum(column) / len(column)
            squares = sum((value - mean) ** 2 for value in column)
            result[name] = (mean, squares / len(column))
        return result
        """,
        edges=lambda rng: [
            ({},),
            ({"age": numbers(rng, 1)},),
            ({"age": numbers(rng, 4), "units": [3.0] * 5},),
            ({"a": numbers(rng, 2), "b": numbers(rng, 3), "c": numbers(rng, 4)},),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Columns without numbers do not appear in the result.""",
            pt="""Colunas sem números não aparecem no resultado.""",
        ),
        body="""
        result = {}
        for name, column in table.items():
            if column:
                mean = sum(column) / len(column)
                squares = sum((value - mean) ** 2 for value in column)
                result[name] = (mean, squares / len(column))
        return result
        """,
        edges=lambda rng: [({"age": []},), ({"age": numbers(rng, 3), "units": []},)],
    ),
    oracle=_columns_oracle,
)


def _deviation_oracle(values: list[float]) -> object:
    return (float(np.mean(values)), float(np.std(values))) if values else (0.0, 0.0)


_DEVIATION = levels(
    "standard_deviation",
    heldout=True,
    doc="Return the mean and the population standard deviation.",
    ask=text(
        en="""What are the average and the standard deviation of the measurements in `data`? Give
        them as a pair, average first. Use the population formula: the square root of the average
        squared distance to the average.""",
        pt="""Quais são a média e o desvio padrão das medições em `data`? Responda com um par, a
        média primeiro. Use a fórmula populacional: a raiz quadrada da média das distâncias à média
        elevadas ao quadrado.""",
    ),
    signature="def mean_and_deviation(data: list[float]) -> tuple[float, float]:",
    ordinary=_values,
    easy=Level(
        contract=text("Expect one measurement or more.", "Espere uma ou mais medições."),
        body="""
        mean = sum(data) / len(data)
        variance = sum((value - mean) ** 2 for value in data) / len(data)
        return mean, variance**0.5
        """,
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text("Without measurements answer (0.0, 0.0).", "Sem medições, dê (0.0, 0.0)."),
        body="""
        if not data:
            return 0.0, 0.0
        mean = sum(data) / len(data)
        variance = sum((value - mean) ** 2 for value in data) / len(data)
        return mean, variance**0.5
        """,
        edges=lambda rng: [([],), ([0.0],), (numbers(rng, 2, 1e5, 1e6),)],
    ),
    oracle=_deviation_oracle,
)


def _weighted(rng: Random, size: int) -> Args:
    return numbers(rng, size), [float(rng.randint(1, 9)) for _ in range(size)]


def _weighted_oracle(values: list[float], weights: list[float]) -> object:
    if sum(weights) == 0.0:
        return (0.0, 0.0)
    mean = float(np.average(values, weights=weights))
    return (mean, float(np.average((np.asarray(values) - mean) ** 2, weights=weights)))


_WEIGHTED = levels(
    "weighted",
    heldout=True,
    doc="Return the weighted mean and the weighted variance.",
    ask=text(
        en="""Each number of `values` counts as often as the number at the same place of `weights`
        says. Find the weighted mean, sum(weight * value) / sum(weight), and the weighted variance,
        sum(weight * (value - mean)**2) / sum(weight). The answer is a tuple of the two.""",
        pt="""Cada número de `values` conta tantas vezes quanto indica o número na mesma posição de
        `weights`. Encontre a média ponderada, soma(peso * valor) / soma(peso), e a variância
        ponderada, soma(peso * (valor - média)**2) / soma(peso). A resposta é uma tupla com as
        duas.""",
    ),
    signature="def weighted(values: list[float], weights: list[float]) -> tuple[float, float]:",
    ordinary=_weighted,
    easy=Level(
        contract=text("All weights are positive.", "Todos os pesos são positivos."),
        body="""
        total = sum(weights)
        pairs = list(zip(values, weights))
        mean = sum(weight * value for value, weight in pairs) / total
        squares = sum(weight * (value - mean) ** 2 for value, weight in pairs)
        return mean, squares / total
        """,
        edges=lambda rng: [
            (numbers(rng, 1), [2.0]),
            ([5.0] * 3, [1.0, 2.0, 3.0]),
            (numbers(rng, 4), [0.25] * 4),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Weights may be zero; if they sum to zero, or there are none, the answer is
            (0.0, 0.0).""",
            pt="""Os pesos podem ser zero; se a soma deles for zero, ou se não houver nenhum, a
            resposta é (0.0, 0.0).""",
        ),
        body="""
        total = sum(weights)
        if total == 0:
            return 0.0, 0.0
        pairs = list(zip(values, weights))
        mean = sum(weight * value for value, weight in pairs) / total
        squares = sum(weight * (value - mean) ** 2 for value, weight in pairs)
        return mean, squares / total
        """,
        edges=lambda rng: [
            ([], []),
            (numbers(rng, 3), [0.0, 0.0, 0.0]),
            (numbers(rng, 3), [0.0, 2.0, 1.0]),
        ],
    ),
    oracle=_weighted_oracle,
)


_MISTAKES = (
    Mistake(
        "population",
        """
        m = s.mean(values)
        return m, sum((v - m) ** 2 for v in values) / max(len(values) - 1, 1)
        """,
        imports="import statistics as s",
    ),
    Mistake(
        "sample",
        "return mean(values), pstdev(values) ** 2",
        imports="from statistics import mean, pstdev, stdev",
    ),
    Mistake(
        "report",
        "return {'mean': mean(values), 'variance': pstdev(values)}",
        imports="from statistics import mean, pstdev, stdev",
    ),
)

FAMILY = Family(
    "analyse_statistics.mean_variance",
    CoderAction.ANALYSE_STATISTICS,
    (*_POPULATION, *_SAMPLE, *_REPORT, *_COLUMNS, *_DEVIATION, *_WEIGHTED, *ADVANCED),
    mistakes=_MISTAKES,
)
