"""Weighted statistics: means and medians in which values count unequally."""

import math
from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.draws import numbers
from parelha.tasks.families.analyse_statistics.weighted_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

NAN = math.nan


def _whole(rng: Random, size: int, low: int = 1, high: int = 9) -> list[float]:
    return [float(rng.randint(low, high)) for _ in range(size)]


def _scores(rng: Random, size: int) -> Args:
    return numbers(rng, size, 0.0, 10.0), _whole(rng, size)


def _average_oracle(scores: list[float], weights: list[float]) -> object:
    known = np.asarray([not math.isnan(score) for score in scores], dtype=bool)
    if not sum(weight for weight, here in zip(weights, known, strict=True) if here):
        return NAN
    return float(np.average(np.asarray(scores)[known], weights=np.asarray(weights)[known]))


_AVERAGE = levels(
    "average",
    doc="Return the weighted average of the scores.",
    ask=text(
        en="""A pupil took several tests; test i has the score scores[i] and the weight weights[i].
        Return the weighted average: the sum of score times weight, divided by the sum of the
        weights.""",
        pt="""Um aluno fez várias provas; a prova i tem a nota scores[i] e o peso weights[i].
        Retorne a média ponderada: a soma de nota vezes peso, dividida pela soma dos pesos.""",
    ),
    signature="def weighted_average(scores: list[float], weights: list[float]) -> float:",
    ordinary=_scores,
    easy=Level(
        contract=text(
            "There is at least one test, and every weight is greater than zero.",
            "Há pelo menos uma prova, e todos os pesos são maiores que zero.",
        ),
        body="""
        total = sum(s * w for s, w in zip(scores, weights))
        return total / sum(weights)
        """,
        edges=lambda rng: [
            (numbers(rng, 1), [3.0]),
            (numbers(rng, 4), [0.5] * 4),
            ([0.0, 10.0], _whole(rng, 2)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A test with the score NaN was missed: leave out both its score and its weight. If
            the remaining weights sum to zero, or nothing remains, return NaN.""",
            pt="""Uma prova com a nota NaN não foi feita: deixe de fora a nota e também o peso dela.
            Se os pesos restantes somam zero, ou se não resta nada, retorne NaN.""",
        ),
        imports="import math",
        body="""
        pairs = zip(scores, weights)
        taken = [(s, w) for s, w in pairs if not math.isnan(s)]
        whole = sum(w for _, w in taken)
        if whole == 0:
            return math.nan
        return sum(s * w for s, w in taken) / whole
        """,
        edges=lambda rng: [
            ([], []),
            ([NAN, NAN], _whole(rng, 2)),
            ([NAN, *numbers(rng, 3), NAN], _whole(rng, 5)),
            (numbers(rng, 2), [0.0, 0.0]),
            ([NAN, *numbers(rng, 2)], [2.0, 0.0, 1.0]),
        ],
    ),
    oracle=_average_oracle,
)


def _counts(rng: Random, size: int) -> Args:
    return ({value: rng.randint(1, 20) for value in rng.sample(range(1, 40), min(size, 8))},)


def _counts_oracle(counts: dict[int, int]) -> object:
    repeated = np.repeat(list(counts), [max(count, 0) for count in counts.values()])
    return float(repeated.mean()) if len(repeated) else 0.0


_COUNTS = levels(
    "frequency_table",
    doc="Return the mean of the values of a frequency table.",
    ask=text(
        en="""`counts` is a frequency table: it maps each value to the number of times it was
        observed. Return the mean of all observations.""",
        pt="""`counts` é uma tabela de frequências: associa cada valor ao número de vezes em que foi
        observado. Retorne a média de todas as observações.""",
    ),
    signature="def mean_of_counts(counts: dict[int, int]) -> float:",
    ordinary=_counts,
    easy=Level(
        contract=text(
            "Every value was observed at least once.",
            "Cada valor foi observado pelo menos uma vez.",
        ),
        body="""
        total = sum(value * count for value, count in counts.items())
        return total / sum(counts.values())
        """,
        edges=lambda rng: [
            ({rng.randint(2, 40): 1},),
            ({0: rng.randint(1, 9), 5: 1},),
            ({-3: 2, 7: rng.randint(3, 9)},),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A negative count is a typing mistake and counts as zero. If no observation is left
            over, the answer is 0.0.""",
            pt="""Uma contagem negativa é erro de digitação e vale zero. Se não sobra nenhuma
            observação, a resposta é 0.0.""",
        ),
        body="""
        kept = {v: count for v, count in counts.items() if count > 0}
        if not kept:
            return 0.0
        total = sum(value * count for value, count in kept.items())
        return total / sum(kept.values())
        """,
        edges=lambda rng: [
            ({},),
            ({rng.randint(2, 40): 0},),
            ({4: -2, 9: -1},),
            ({4: -2, 9: rng.randint(1, 5), 6: 0, 2: 1},),
        ],
    ),
    oracle=_counts_oracle,
)


def _legs(rng: Random, size: int) -> Args:
    return _whole(rng, size, 1, 60), numbers(rng, size, 5.0, 90.0)


def _speed_oracle(distances: list[float], speeds: list[float]) -> object:
    legs = [(d, v) for d, v in zip(distances, speeds, strict=True) if d]
    if not legs:
        return 0.0
    return float(stats.hmean([v for _, v in legs], weights=[d for d, _ in legs]))


_SPEED = levels(
    "average_speed",
    doc="Return the average speed over a journey.",
    ask=text(
        en="""A journey has several legs: leg i is distances[i] kilometres long and is driven at
        speeds[i] kilometres per hour. Return the average speed of the whole journey, its length
        divided by the time it takes.""",
        pt="""Uma viagem tem vários trechos: o trecho i tem distances[i] quilômetros e é percorrido
        a speeds[i] quilômetros por hora. Retorne a velocidade média da viagem inteira, o seu
        comprimento dividido pelo tempo que ela leva.""",
    ),
    signature="def average_speed(distances: list[float], speeds: list[float]) -> float:",
    ordinary=_legs,
    easy=Level(
        contract=text(
            "All distances and speeds are positive.",
            "Todas as distâncias e velocidades são positivas.",
        ),
        body="""
        hours = sum(d / v for d, v in zip(distances, speeds))
        return sum(distances) / hours
        """,
        edges=lambda rng: [
            ([7.0], numbers(rng, 1, 5.0)),
            ([10.0, 10.0], numbers(rng, 2, 5.0)),
            ([100.0, 0.5], [100.0, float(rng.randint(1, 4))]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A leg of length zero takes no time, even at a speed of zero. Without any distance
            the average speed is 0.0.""",
            pt="""Um trecho de comprimento zero não leva tempo, mesmo com velocidade zero. Sem
            nenhuma distância, a velocidade média é 0.0.""",
        ),
        body="""
        length = sum(distances)
        if length == 0:
            return 0.0
        return length / sum(d / v for d, v in zip(distances, speeds) if d > 0)
        """,
        edges=lambda rng: [
            ([], []),
            ([0.0], numbers(rng, 1, 5.0)),
            ([0.0, 0.0], [0.0, 30.0]),
            ([0.0, *_whole(rng, 2)], [0.0, 30.0, 45.0]),
        ],
    ),
    oracle=_speed_oracle,
)


def _growth(rng: Random, size: int) -> Args:
    return [round(rng.uniform(0.5, 4.0), 2) for _ in range(size)], _whole(rng, size)


_GEOMETRIC = levels(
    "geometric",
    heldout=True,
    doc="Return the geometric mean of growth factors that last several years.",
    ask=text(
        en="""A population grew by the factor factors[i] in each of years[i] successive years, one
        period after another. Which constant yearly factor gives the same growth over the whole
        time? That is the geometric mean of the factors, each taken years[i] times.""",
        pt="""Uma população cresceu pelo fator factors[i] em cada um de years[i] anos seguidos, um
        período depois do outro. Qual fator anual constante dá o mesmo crescimento no tempo todo? É
        a média geométrica dos fatores, cada um tomado years[i] vezes.""",
    ),
    signature="def yearly_factor(factors: list[float], years: list[float]) -> float:",
    ordinary=_growth,
    easy=Level(
        contract=text(
            "No factor and no number of years is zero or negative.",
            "Nenhum fator e nenhum número de anos é zero ou negativo.",
        ),
        imports="import math",
        body="""
        logs = sum(n * math.log(x) for x, n in zip(factors, years))
        return math.exp(logs / sum(years))
        """,
        edges=lambda rng: [
            ([1.5], _whole(rng, 1)),
            ([2.0, 0.5], [4.0, 4.0]),
            ([1.0, 1.0, 3.0], _whole(rng, 3)),
        ],
    ),
    hard=Level(
        contract=text(
            en="""When a factor is 0.0 the population died out, and the yearly factor is 0.0. Over
            zero years in total nothing changes: the factor is 1.0.""",
            pt="""Quando um fator é 0.0 a população se extinguiu, e o fator anual é 0.0. Em zero
            anos no total nada muda: o fator é 1.0.""",
        ),
        imports="import math",
        body="""
        if sum(years) == 0:
            return 1.0
        if 0.0 in factors:
            return 0.0
        logs = sum(n * math.log(x) for x, n in zip(factors, years))
        return math.exp(logs / sum(years))
        """,
        edges=lambda rng: [
            ([], []),
            ([float(rng.randint(2, 4)), 3.0], [0.0, 0.0]),
            ([2.0, 0.0, 1.5], _whole(rng, 3)),
            ([0.0], _whole(rng, 1)),
        ],
    ),
    oracle=lambda factors, years: (
        1.0 if sum(years) == 0 else float(stats.gmean(factors, weights=years))
    ),
)


def _incomes(rng: Random, size: int) -> Args:
    incomes = [float(value) for value in rng.sample(range(10, 99), size)]
    return incomes, [rng.randint(1, 30) for _ in range(size)]


def _median_oracle(incomes: list[float], people: list[int]) -> object:
    everyone = np.sort(np.repeat(incomes, np.asarray(people, dtype=int)))
    return float(everyone[(len(everyone) - 1) // 2]) if len(everyone) else 0.0


_MEDIAN = levels(
    "median",
    heldout=True,
    doc="Return the weighted lower median of the incomes.",
    ask=text(
        en="""In a survey people[i] people have the income incomes[i]. Find the smallest income such
        that at least half of all the people have this income or a lower one. The incomes come in
        no particular order.""",
        pt="""Em uma pesquisa, people[i] pessoas têm a renda incomes[i]. Encontre a menor renda tal
        que pelo menos metade de todas as pessoas tem essa renda ou uma menor. As rendas não vêm em
        nenhuma ordem especial.""",
    ),
    signature="def median_income(incomes: list[float], people: list[int]) -> float:",
    ordinary=_incomes,
    easy=Level(
        contract=text(
            "Somebody answered, and nobody shares an entry with zero people.",
            "Alguém respondeu, e não existe entrada com zero pessoas.",
        ),
        body="""
        pairs = zip(incomes, people)
        everyone = sorted(x for x, number in pairs for _ in range(number))
        return everyone[(len(everyone) - 1) // 2]
        """,
        edges=lambda rng: [
            (numbers(rng, 1), [2]),
            ([30.0, 20.0], [5, 5]),
            ([30.0, 20.0, 50.0], [1, 1, rng.randint(5, 9)]),
            ([40.0, 20.0, 30.0, 10.0], [1] * 4),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Entries with zero people say nothing. If nobody at all took part, answer 0.0. An
            income may come more than once.""",
            pt="""Entradas com zero pessoas não dizem nada. Se ninguém participou, responda 0.0. Uma
            renda pode aparecer mais de uma vez.""",
        ),
        body="""
        pairs = sorted((x, n) for x, n in zip(incomes, people) if n > 0)
        half = sum(people) / 2
        seen = 0.0
        for income, number in pairs:
            seen += number
            if seen >= half:
                return income
        return 0.0
        """,
        edges=lambda rng: [
            ([], []),
            ([5.0, float(rng.randint(6, 9))], [0, 0]),
            ([-5.0, 7.0, 3.0], [0, 1, 0]),
            ([9.0, 4.0, 9.0, 6.0], [1, 2, 1, rng.randint(1, 9)]),
        ],
    ),
    oracle=_median_oracle,
)


_MISTAKES = (
    Mistake("average", "return sum(scores) / len(scores)"),
    Mistake("frequency_table", "return sum(counts) / len(counts)"),
    Mistake(
        "average_speed",
        "return sum(d * v for d, v in zip(distances, speeds)) / sum(distances)",
    ),
)

FAMILY = Family(
    "analyse_statistics.weighted",
    CoderAction.ANALYSE_STATISTICS,
    (*_AVERAGE, *_COUNTS, *_SPEED, *_GEOMETRIC, *_MEDIAN, *ADVANCED),
    mistakes=_MISTAKES,
)
