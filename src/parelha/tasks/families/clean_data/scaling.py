"""Feature scaling: min-max, standardisation, maximum absolute value and their relatives."""

from random import Random
from typing import Any

import numpy as np

from parelha.tasks.draws import numbers, sprinkle
from parelha.tasks.families.clean_data import scaling_frames
from parelha.tasks.families.clean_data.scaling_advanced import ADVANCED
from parelha.tasks.family import Args, Edges, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _values(rng: Random, size: int) -> Args:
    return (numbers(rng, size),)


def _easy_edges(rng: Random) -> list[Args]:
    low = float(rng.randint(-9, 9))
    return [
        ([low, low + 2.0],),
        ([low + 4.0, low, low, low + 4.0],),
        (numbers(rng, 6, -90.0, -10.0),),
        ([0.0, 0.0, 5.0],),
    ]


def _flat_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1, 1.0)[0]
    return [([],), ([value],), ([value] * 4,), ([0.0, 0.0],)]


def _none_edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([None, None],),
        (sprinkle(rng, numbers(rng, 5), None, 2),),
        ([3.0, None, 3.0],),
    ]


def _ratio(shifted: Any, scale: float) -> list[float]:
    """Return shifted / scale by numpy, zeros where the scale is zero."""
    array = np.asarray(shifted, dtype=np.float64)
    return [float(v) for v in (array / scale if scale > 0 else np.zeros_like(array))]


def _around_none(values: list[float | None], scaled: list[float]) -> list[float | None]:
    """Put the scaled numbers back between the None of `values`."""
    rest = iter(scaled)
    return [None if value is None else next(rest) for value in values]


def _min_max_oracle(values: list[float]) -> object:
    kept = [value for value in values if value is not None]
    if not kept:
        return values
    return _around_none(list(values), _ratio(np.asarray(kept) - min(kept), float(np.ptp(kept))))


_MIN_MAX = levels(
    "min_max",
    doc="Return the values scaled to the range from 0 to 1.",
    ask=text(
        en="""Scale the numbers in `values` to the range from 0 to 1 (min-max scaling): replace
        each value x by (x - min) / (max - min). Return the new list.""",
        pt="""Coloque os números de `values` na escala de 0 a 1 (escala min-max): troque cada valor
        x por (x - mínimo) / (máximo - mínimo). Retorne a nova lista.""",
    ),
    signature="def min_max_scale(values: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("At least two values differ.", "Pelo menos dois valores são diferentes."),
        body="""
        low, high = min(values), max(values)
        return [(value - low) / (high - low) for value in values]
        """,
        edges=_easy_edges,
    ),
    hard=Level(
        signature="def min_max_scale(values: list[float | None]) -> list[float | None]:",
        contract=text(
            en="""None marks a missing value: it stays None and has no influence on the others. If
            all known values are equal, each of them becomes 0.0.""",
            pt="""None marca um valor ausente: ele continua None e não influencia os outros. Se
            todos os valores conhecidos são iguais, cada um deles vira 0.0.""",
        ),
        body="""
        known = [value for value in values if value is not None]
        if not known:
            return list(values)
        low = min(known)
        span = (max(known) - low) or 1.0
        return [None if v is None else (v - low) / span for v in values]
        """,
        edges=_none_edges,
    ),
    oracle=_min_max_oracle,
)


def _standard_oracle(values: list[float]) -> object:
    if not values:
        return []
    return _ratio(np.asarray(values) - np.mean(values), float(np.std(values)))


_STANDARD = levels(
    "standard",
    doc="Return the values with mean 0 and standard deviation 1.",
    ask=text(
        en="""Standardise `values`: subtract the mean from each number and divide by the population
        standard deviation (the variance divides by n). Return the list of results.""",
        pt="""Padronize `values`: subtraia a média de cada número e divida pelo desvio padrão
        populacional (a variância divide por n). Retorne a lista de resultados.""",
    ),
    signature="def standardise(values: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text(
            "The numbers are not all the same.", "Os números não são todos iguais entre si."
        ),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        return [(value - mean) / variance**0.5 for value in values]
        """,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""When the standard deviation is zero, every result is 0.0. An empty list gives an
            empty list.""",
            pt="""Quando o desvio padrão é zero, todos os resultados são 0.0. Uma lista vazia
            resulta em uma lista vazia.""",
        ),
        body="""
        if not values or min(values) == max(values):
            return [0.0] * len(values)
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        return [(value - mean) / variance**0.5 for value in values]
        """,
        edges=_flat_edges,
    ),
    oracle=_standard_oracle,
)


def _max_abs_oracle(values: list[float]) -> object:
    return _ratio(values, float(np.max(np.abs(values)))) if values else []


_MAX_ABS = levels(
    "max_abs",
    doc="Return the values divided by the largest absolute value.",
    ask=text(
        en="""Divide every number in `values` by the largest absolute value in the list, so that
        all results lie between -1 and 1. Return them in the same order.""",
        pt="""Divida cada número de `values` pelo maior valor absoluto da lista, de modo que todos
        os resultados fiquem entre -1 e 1. Retorne-os na mesma ordem.""",
    ),
    signature="def max_abs_scale(values: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("Some number is not zero.", "Algum número é diferente de zero."),
        body="""
        largest = max(abs(value) for value in values)
        return [value / largest for value in values]
        """,
        edges=lambda rng: [*_easy_edges(rng), ([-8.0, 4.0, 2.0],)],
    ),
    hard=Level(
        contract=text(
            en="""If there are only zeros, the results are zeros; if there is nothing, return an
            empty list.""",
            pt="""Se só há zeros, os resultados são zeros; se não há nada, retorne uma lista
            vazia.""",
        ),
        body="""
        largest = max((abs(value) for value in values), default=0.0)
        return [value / (largest or 1.0) for value in values]
        """,
        edges=lambda rng: [*_flat_edges(rng), ([-0.5],)],
    ),
    oracle=_max_abs_oracle,
)


def _with_range(rng: Random, size: int) -> Args:
    low = float(rng.randint(-5, 5))
    return numbers(rng, size), low, low + float(rng.randint(1, 10))


def _range_edges(edges: Edges) -> Edges:
    return lambda rng: [(args[0], -1.0, 1.0) for args in edges(rng)]


def _range_oracle(values: list[float], low: float, high: float) -> object:
    if not values:
        return []
    return [
        low + (high - low) * v for v in _ratio(np.asarray(values) - min(values), np.ptp(values))
    ]


_RANGE = levels(
    "range",
    doc="Return the values mapped linearly to the range low to high.",
    ask=text(
        en="""Rescale `values` linearly so that the smallest number becomes `low` and the largest
        becomes `high`: low + (x - min) * (high - low) / (max - min). Return the rescaled list.""",
        pt="""Mude a escala de `values` linearmente, de modo que o menor número vire `low` e o
        maior vire `high`: low + (x - mínimo) * (high - low) / (máximo - mínimo). Retorne a lista
        na nova escala.""",
    ),
    signature="def rescale(values: list[float], low: float, high: float) -> list[float]:",
    ordinary=_with_range,
    easy=Level(
        contract=text(
            "The smallest and the largest number differ.",
            "O menor e o maior número são diferentes.",
        ),
        body="""
        start = min(values)
        factor = (high - low) / (max(values) - start)
        return [low + (value - start) * factor for value in values]
        """,
        edges=_range_edges(_easy_edges),
    ),
    hard=Level(
        contract=text(
            en="""If all numbers are equal, each becomes `low`. An empty list remains empty.""",
            pt="""Se todos os números forem iguais, cada um vira `low`. Uma lista vazia permanece
            vazia.""",
        ),
        body="""
        if not values or min(values) == max(values):
            return [low] * len(values)
        start = min(values)
        factor = (high - low) / (max(values) - start)
        return [low + (value - start) * factor for value in values]
        """,
        edges=_range_edges(_flat_edges),
    ),
    oracle=_range_oracle,
)


def _mean_range_oracle(column: list[float]) -> object:
    return _ratio(np.asarray(column) - np.mean(column), float(np.ptp(column))) if column else []


_MEAN_RANGE = levels(
    "mean_range",
    heldout=True,
    doc="Return the column centred on its mean, in units of its range.",
    ask=text(
        en="""Apply mean normalisation to `column`. The result for an entry is its difference from
        the column's average, divided by the column's range (largest entry minus smallest).""",
        pt="""Aplique a normalização pela média a `column`. O resultado de cada elemento é a
        diferença entre ele e a média da coluna, dividida pela amplitude (o maior elemento menos o
        menor).""",
    ),
    signature="def mean_normalise(column: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("The range is never zero.", "A amplitude nunca é zero."),
        body="""
        mean = sum(column) / len(column)
        span = max(column) - min(column)
        return [(entry - mean) / span for entry in column]
        """,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""A range of zero turns all entries into 0.0; an empty column comes back
            empty.""",
            pt="""Com amplitude zero, todos os elementos viram 0.0; uma coluna vazia volta
            vazia.""",
        ),
        body="""
        if not column or max(column) == min(column):
            return [0.0] * len(column)
        mean = sum(column) / len(column)
        span = max(column) - min(column)
        return [(entry - mean) / span for entry in column]
        """,
        edges=_flat_edges,
    ),
    oracle=_mean_range_oracle,
)


def _unit_oracle(vector: list[float]) -> object:
    return _ratio(vector, float(np.linalg.norm(vector))) if vector else []


_UNIT = levels(
    "unit_length",
    heldout=True,
    doc="Return the vector scaled to Euclidean length 1.",
    ask=text(
        en="""Bring `vector` to length 1 by dividing its components by its Euclidean length, the
        square root of the sum of the squared components.""",
        pt="""Deixe `vector` com comprimento 1, dividindo as componentes pelo comprimento
        euclidiano, isto é, a raiz quadrada da soma das componentes ao quadrado.""",
    ),
    signature="def to_unit_length(vector: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("It is not the zero vector.", "Não se trata do vetor nulo."),
        body="""
        length = sum(component**2 for component in vector) ** 0.5
        return [component / length for component in vector]
        """,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""Leave a vector of zeros as it is, likewise one without components.""",
            pt="""Deixe um vetor de zeros como está, e também um sem componentes.""",
        ),
        body="""
        length = sum(component**2 for component in vector) ** 0.5
        return [component / (length or 1.0) for component in vector]
        """,
        edges=_flat_edges,
    ),
    oracle=_unit_oracle,
)


_MISTAKES = (
    Mistake(
        "min_max",
        "return [v / max(values) for v in values]",
    ),
    Mistake(
        "standard",
        "return [(v - mean(values)) / stdev(values) for v in values]",
        imports="from statistics import mean, pstdev, stdev",
    ),
    Mistake(
        "max_abs",
        "return [v / max(values) for v in values]",
    ),
)

FAMILY = Family(
    "clean_data.scaling",
    CoderAction.CLEAN_DATA,
    (
        *(*_MIN_MAX, *_STANDARD, *_MAX_ABS, *_RANGE, *scaling_frames.SHARE),
        *(*_MEAN_RANGE, *_UNIT, *ADVANCED),
    ),
    mistakes=(*_MISTAKES, *scaling_frames.MISTAKES),
)
