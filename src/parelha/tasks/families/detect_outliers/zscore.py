"""Outliers by z-score: how many standard deviations a value lies from the mean."""

import math

import numpy as np

from parelha.tasks.draws import sprinkle
from parelha.tasks.families.detect_outliers.zscore_advanced import ADVANCED
from parelha.tasks.families.detect_outliers.zscore_draws import (
    drawn,
    easy_edges,
    on_limit,
    z_scores,
)
from parelha.tasks.family import Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _far_oracle(values: list[float]) -> object:
    return [v for v, z in zip(values, z_scores(values), strict=True) if abs(z) > 2]


_VALUES = levels(
    "values,k=2",
    doc="Return the values more than two standard deviations off.",
    ask=text(
        en="""Return the outliers in `values`, in their original order. A value is an outlier when
        its distance from the mean is greater than 2 population standard deviations.""",
        pt="""Retorne os outliers de `values`, na ordem original. Um valor é um outlier quando sua
        distância até a média é maior que 2 desvios padrão populacionais.""",
    ),
    signature="def find_outliers(values: list[float]) -> list[float]:",
    ordinary=drawn(2.0, 7),
    easy=Level(
        contract=text("The values are never all equal.", "Os valores nunca são todos iguais."),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 2 * variance**0.5
        return [value for value in values if abs(value - mean) > limit]
        """,
        edges=easy_edges(2.0),
    ),
    hard=Level(
        contract=text(
            en="""An empty list, a single value or equal values have no outliers. NaN values are
            never outliers and do not count for mean and deviation.""",
            pt="""Uma lista vazia, um único valor ou valores iguais não têm outliers. Valores NaN
            nunca são outliers e não entram na média nem no desvio.""",
        ),
        imports="import math",
        body="""
        known = [value for value in values if not math.isnan(value)]
        if not known or max(known) == min(known):
            return []
        mean = sum(known) / len(known)
        variance = sum((value - mean) ** 2 for value in known) / len(known)
        limit = 2 * variance**0.5
        return [value for value in known if abs(value - mean) > limit]
        """,
        edges=lambda rng: [
            *on_limit(0, 0, 5, 0, 0)(rng),
            (sprinkle(rng, [4.0] * 9 + [60.0], math.nan, 2),),
            ([math.nan],),
        ],
    ),
    oracle=lambda values: _far_oracle([v for v in values if not math.isnan(v)]),
)


def _index_oracle(values: list[float]) -> object:
    return [i for i, z in enumerate(z_scores(values, ddof=1)) if abs(z) > 2]


_INDICES = levels(
    "indices,k=2",
    doc="Return the indices of the outliers by sample z-score.",
    ask=text(
        en="""Find the positions (0 for the first) of the outliers in `values`: those whose z-score
        (value - mean) / s has an absolute value greater than 2, where s is the sample standard
        deviation (divide by n - 1). Return the positions in increasing order.""",
        pt="""Encontre as posições (0 para a primeira) dos outliers em `values`: aqueles cujo
        escore z, (valor - média) / s, tem valor absoluto maior que 2, sendo s o desvio padrão
        amostral (divida por n - 1). Retorne as posições em ordem crescente.""",
    ),
    signature="def outlier_positions(values: list[float]) -> list[int]:",
    ordinary=drawn(2.0, 8, sample=True),
    easy=Level(
        contract=text(
            "There are at least three values, not all of them equal.",
            "Há pelo menos três valores, e nem todos são iguais.",
        ),
        body="""
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        limit = 2 * (squares / (len(values) - 1)) ** 0.5
        return [i for i, v in enumerate(values) if abs(v - mean) > limit]
        """,
        edges=easy_edges(2.0, sample=True),
    ),
    hard=Level(
        contract=text(
            en="""With fewer than two values, or when s is zero, return an empty list.""",
            pt="""Com menos de dois valores, ou quando s é zero, retorne uma lista vazia.""",
        ),
        body="""
        if len(values) < 2 or max(values) == min(values):
            return []
        mean = sum(values) / len(values)
        squares = sum((value - mean) ** 2 for value in values)
        limit = 2 * (squares / (len(values) - 1)) ** 0.5
        return [i for i, v in enumerate(values) if abs(v - mean) > limit]
        """,
        edges=on_limit(-2, 4, 1, -1, 0, 1, -1, -2),
    ),
    oracle=_index_oracle,
)


def _mask_oracle(values: list[float]) -> object:
    return [bool(abs(z) > 1.5) for z in z_scores(values)]


_MASK = levels(
    "mask,k=1.5",
    doc="Return a flag for each value: is it an outlier?",
    ask=text(
        en="""For each number in `values` say whether it is an outlier: True when it lies more than
        1.5 population standard deviations away from the mean, otherwise False. Return the list of
        these flags.""",
        pt="""Para cada número em `values`, diga se ele é um outlier: True quando está a mais de
        1.5 desvio padrão populacional da média, senão False. Retorne a lista dessas
        respostas.""",
    ),
    signature="def outlier_mask(values: list[float]) -> list[bool]:",
    ordinary=drawn(1.5, 5),
    easy=Level(
        contract=text("At least two numbers differ.", "Pelo menos dois números são diferentes."),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 1.5 * variance**0.5
        return [abs(value - mean) > limit for value in values]
        """,
        edges=easy_edges(1.5),
    ),
    hard=Level(
        contract=text(
            en="""If all numbers are equal, every flag is False; an empty list gives an empty
            list.""",
            pt="""Se todos os números são iguais, todas as respostas são False; uma lista vazia dá
            uma lista vazia.""",
        ),
        body="""
        if not values or max(values) == min(values):
            return [False] * len(values)
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 1.5 * variance**0.5
        return [abs(value - mean) > limit for value in values]
        """,
        edges=on_limit(*[0] * 9, *[13] * 4),
    ),
    oracle=_mask_oracle,
)


def _kept_oracle(values: list[float]) -> object:
    return [v for v, z in zip(values, z_scores(values), strict=True) if abs(z) <= 2]


_REMOVED = levels(
    "removed,k=2",
    doc="Return the values without the outliers.",
    ask=text(
        en="""Remove the outliers from `values` and return the remaining numbers in the same order.
        Keep a number when its absolute difference from the mean is at most twice the population
        standard deviation.""",
        pt="""Elimine os outliers de `values` e retorne os números restantes na mesma ordem.
        Mantenha um número quando a diferença absoluta entre ele e a média é no máximo o dobro do
        desvio padrão populacional.""",
    ),
    signature="def without_outliers(values: list[float]) -> list[float]:",
    ordinary=drawn(2.0, 7),
    easy=Level(
        contract=text("The list has at least one number.", "A lista tem pelo menos um número."),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 2 * variance**0.5
        return [value for value in values if abs(value - mean) <= limit]
        """,
        edges=easy_edges(2.0),
    ),
    hard=Level(
        contract=text(
            en="""From an empty list nothing remains; when all numbers are equal, all remain.""",
            pt="""De uma lista vazia não resta nada; quando todos os números são iguais, todos
            permanecem.""",
        ),
        body="""
        if not values or max(values) == min(values):
            return list(values)
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 2 * variance**0.5
        return [value for value in values if abs(value - mean) <= limit]
        """,
        # A mean of equal decimals can differ from them by rounding, and so can the deviation.
        edges=lambda rng: [*on_limit(5, 0, 0, 0, 0)(rng), ([0.1] * 3,)],
    ),
    oracle=_kept_oracle,
)


def _sides_oracle(values: list[float]) -> object:
    scores = z_scores(values)
    return (int((scores < -1.5).sum()), int((scores > 1.5).sum()))


_SIDES = levels(
    "sides,k=1.5",
    heldout=True,
    doc="Return how many values lie too low and how many too high.",
    ask=text(
        en="""Count the readings that are unusual. `readings` has mean m and population standard
        deviation s; a reading below m - 1.5*s is too low, one above m + 1.5*s is too high. Answer
        with the tuple (number too low, number too high).""",
        pt="""Conte as leituras fora do comum. `readings` tem média m e desvio padrão populacional
        s; uma leitura menor que m - 1.5*s é baixa demais, e uma maior que m + 1.5*s é alta demais.
        Responda com a tupla (quantas baixas demais, quantas altas demais).""",
    ),
    signature="def count_unusual(readings: list[float]) -> tuple[int, int]:",
    ordinary=drawn(1.5, 5),
    easy=Level(
        contract=text("Readings are not constant.", "As leituras não são constantes."),
        body="""
        mean = sum(readings) / len(readings)
        variance = sum((x - mean) ** 2 for x in readings) / len(readings)
        reach = 1.5 * variance**0.5
        low = sum(x < mean - reach for x in readings)
        high = sum(x > mean + reach for x in readings)
        return low, high
        """,
        edges=easy_edges(1.5),
    ),
    hard=Level(
        contract=text(
            en="""Without readings, or with constant ones, the answer is (0, 0).""",
            pt="""Sem leituras, ou com leituras constantes, a resposta é (0, 0).""",
        ),
        body="""
        if not readings or max(readings) == min(readings):
            return 0, 0
        mean = sum(readings) / len(readings)
        variance = sum((x - mean) ** 2 for x in readings) / len(readings)
        reach = 1.5 * variance**0.5
        low = sum(x < mean - reach for x in readings)
        high = sum(x > mean + reach for x in readings)
        return low, high
        """,
        edges=on_limit(*[0] * 4, *[13] * 9),
    ),
    oracle=_sides_oracle,
)


def _count_oracle(values: list[float]) -> object:
    return int((np.abs(z_scores(values, ddof=1)) > 2.5).sum())


_COUNT = levels(
    "count,k=2.5",
    heldout=True,
    doc="Return the number of points beyond 2.5 sample deviations.",
    ask=text(
        en="""How many of the points in `sample` are further than 2.5 standard deviations from
        their average? Estimate the standard deviation with n - 1 in the denominator.""",
        pt="""Quantos pontos de `sample` ficam a mais de 2.5 desvios padrão da média deles? Estime
        o desvio padrão com n - 1 no denominador.""",
    ),
    signature="def count_far_points(sample: list[float]) -> int:",
    ordinary=drawn(2.5, 10, sample=True),
    easy=Level(
        contract=text(
            "Expect three or more points and some variation.",
            "Espere três ou mais pontos e alguma variação.",
        ),
        body="""
        mean = sum(sample) / len(sample)
        squares = sum((point - mean) ** 2 for point in sample)
        limit = 2.5 * (squares / (len(sample) - 1)) ** 0.5
        return sum(abs(point - mean) > limit for point in sample)
        """,
        edges=easy_edges(2.5, sample=True),
    ),
    hard=Level(
        contract=text(
            en="""Where the deviation is zero or cannot be estimated, no point is far.""",
            pt="""Se o desvio é zero ou não pode ser estimado, nenhum ponto está longe.""",
        ),
        body="""
        if len(sample) < 2 or max(sample) == min(sample):
            return 0
        mean = sum(sample) / len(sample)
        squares = sum((point - mean) ** 2 for point in sample)
        limit = 2.5 * (squares / (len(sample) - 1)) ** 0.5
        return sum(abs(point - mean) > limit for point in sample)
        """,
        edges=on_limit(2, *[-1] * 7, 5, 0),
    ),
    oracle=_count_oracle,
)


_MISTAKES = (
    Mistake(
        "values,k=2",
        "return [v for v in values if abs(v - mean(values)) > 2 * stdev(values)]",
        imports="from statistics import mean, pstdev, stdev",
    ),
    Mistake(
        "values,k=2",
        "return [v for v in values if v - mean(values) > 2 * pstdev(values)]",
        imports="from statistics import mean, pstdev, stdev",
    ),
    Mistake(
        "mask,k=1.5",
        "return [abs(v - mean(values)) > 2 * pstdev(values) for v in values]",
        imports="from statistics import mean, pstdev, stdev",
    ),
)

FAMILY = Family(
    "detect_outliers.zscore",
    CoderAction.DETECT_OUTLIERS,
    (*_VALUES, *_INDICES, *_MASK, *_REMOVED, *_SIDES, *_COUNT, *ADVANCED),
    mistakes=_MISTAKES,
)
