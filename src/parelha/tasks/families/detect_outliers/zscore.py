"""Outliers by z-score: how many standard deviations a value lies from the mean."""

import math
from random import Random

import numpy as np
import numpy.typing as npt

from parelha.tasks.draws import numbers, off_border, redraw, sprinkle, with_outliers
from parelha.tasks.families.detect_outliers.zscore_advanced import ADVANCED
from parelha.tasks.family import Args, Edges, Family, Level, Mistake, Ordinary, levels, text
from parelha.types import CoderAction


def _drawn(threshold: float, min_size: int, sample: bool = False) -> Ordinary:
    """Inputs of at least `min_size` values, one or two of them far out."""

    def ordinary(rng: Random, size: int) -> Args:
        length = max(size, min_size)
        count = 2 if length > 10 and rng.random() < 0.5 else 1
        return (
            redraw(
                lambda: with_outliers(rng, length, count),
                lambda values: off_border(values, threshold, sample),
            ),
        )

    return ordinary


def _split_by_formula(values: list[float], threshold: float) -> bool:
    """Whether dividing by n and by n - 1 disagree on an outlier, clear of rounding."""
    population, sample = np.abs(_scores(values)), np.abs(_scores(values, ddof=1))
    return bool(((population > threshold + 1e-6) & (sample < threshold - 1e-6)).any())


def _easy_edges(threshold: float, sample: bool = False) -> Edges:
    """Small, spread, negative and repeated values; never all equal."""

    def edges(rng: Random) -> list[Args]:
        # From this size on a lone value can pass the threshold: sqrt(n - 1) > threshold.
        tight = math.floor(threshold**2 + 1) + 1
        drawn = [
            redraw(
                lambda: with_outliers(rng, tight + rng.randint(0, 3)),
                lambda v: _split_by_formula(v, threshold) and off_border(v, threshold, sample),
            ),
            redraw(lambda: numbers(rng, 3), lambda v: off_border(v, threshold, sample)),
            redraw(lambda: numbers(rng, 9), lambda v: off_border(v, threshold, sample)),
            redraw(
                lambda: [-value for value in with_outliers(rng, 12)],
                lambda v: off_border(v, threshold, sample),
            ),
            [7.0] * 11 + [90.0],
            [-3.0] * 6 + [40.0] + [-3.0] * 6,
        ]
        return [(values,) for values in drawn]

    return edges


def _flat_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [([],), ([value],), ([value] * 6,)]


def _on_limit(*pattern: int) -> Edges:
    """Whole numbers whose mean and deviation are exact, one of them exactly on the limit."""

    def edges(rng: Random) -> list[Args]:
        shift = rng.randint(-9, 9)
        return [*_flat_edges(rng), ([float(value + shift) for value in pattern],)]

    return edges


def _scores(values: list[float], ddof: int = 0) -> npt.NDArray[np.float64]:
    """z-scores, shaped like the values; zeros where there is no spread."""
    if len(values) < 2 or np.ptp(values) == 0:
        return np.zeros(len(values))
    return np.asarray((np.asarray(values) - np.mean(values)) / np.std(values, ddof=ddof))


def _far_oracle(values: list[float]) -> object:
    return [v for v, z in zip(values, _scores(values), strict=True) if abs(z) > 2]


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
    ordinary=_drawn(2.0, 7),
    easy=Level(
        contract=text("The values are never all equal.", "Os valores nunca são todos iguais."),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 2 * variance**0.5
        return [value for value in values if abs(value - mean) > limit]
        """,
        edges=_easy_edges(2.0),
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
            *_on_limit(0, 0, 5, 0, 0)(rng),
            (sprinkle(rng, [4.0] * 9 + [60.0], math.nan, 2),),
            ([math.nan],),
        ],
    ),
    oracle=lambda values: _far_oracle([v for v in values if not math.isnan(v)]),
)


def _index_oracle(values: list[float]) -> object:
    return [i for i, z in enumerate(_scores(values, ddof=1)) if abs(z) > 2]


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
    ordinary=_drawn(2.0, 8, sample=True),
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
        edges=_easy_edges(2.0, sample=True),
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
        edges=_on_limit(-2, 4, 1, -1, 0, 1, -1, -2),
    ),
    oracle=_index_oracle,
)


def _mask_oracle(values: list[float]) -> object:
    return [bool(abs(z) > 1.5) for z in _scores(values)]


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
    ordinary=_drawn(1.5, 5),
    easy=Level(
        contract=text("At least two numbers differ.", "Pelo menos dois números são diferentes."),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 1.5 * variance**0.5
        return [abs(value - mean) > limit for value in values]
        """,
        edges=_easy_edges(1.5),
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
        edges=_on_limit(*[0] * 9, *[13] * 4),
    ),
    oracle=_mask_oracle,
)


def _kept_oracle(values: list[float]) -> object:
    return [v for v, z in zip(values, _scores(values), strict=True) if abs(z) <= 2]


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
    ordinary=_drawn(2.0, 7),
    easy=Level(
        contract=text("The list has at least one number.", "A lista tem pelo menos um número."),
        body="""
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        limit = 2 * variance**0.5
        return [value for value in values if abs(value - mean) <= limit]
        """,
        edges=_easy_edges(2.0),
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
        edges=lambda rng: [*_on_limit(5, 0, 0, 0, 0)(rng), ([0.1] * 3,)],
    ),
    oracle=_kept_oracle,
)


def _sides_oracle(values: list[float]) -> object:
    scores = _scores(values)
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
    ordinary=_drawn(1.5, 5),
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
        edges=_easy_edges(1.5),
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
        edges=_on_limit(*[0] * 4, *[13] * 9),
    ),
    oracle=_sides_oracle,
)


def _count_oracle(values: list[float]) -> object:
    return int((np.abs(_scores(values, ddof=1)) > 2.5).sum())


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
    ordinary=_drawn(2.5, 10, sample=True),
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
        edges=_easy_edges(2.5, sample=True),
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
        edges=_on_limit(2, *[-1] * 7, 5, 0),
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
