"""Outliers in a stream, judged by running means and variances (Welford 1962; Chan et al. 1979)."""

from random import Random

import numpy as np

from parelha.tasks.draws import numbers, with_outliers
from parelha.tasks.families.detect_outliers.streaming_advanced import ADVANCED
from parelha.tasks.families.detect_outliers.streaming_heldout import HELDOUT
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

# Whole numbers where a limit decides: equal values then have a variance of exactly zero.


def _drawn(rng: Random, size: int) -> Args:
    return (with_outliers(rng, max(size, 4)),)


def _whole(rng: Random, size: int) -> list[float]:
    values = [float(round(value)) for value in with_outliers(rng, max(size, 5))]
    values[1] = values[0] + rng.choice((-2.0, 1.0, 3.0))
    return values


def _easy_edges(rng: Random) -> list[Args]:
    return [
        ([3.0, float(rng.randint(5, 60))],),
        (numbers(rng, 3, -50.0, -1.0),),
        ([2.0, 2.0, 2.0, float(rng.randint(20, 60)), 2.0],),
        ([float(rng.randint(20, 60)), 1.0, 1.5, 2.0],),
    ]


_MEANS_BODY = """
total = 0.0
means = []
for count, value in enumerate(values, start=1):
    total += value
    means.append(total / count)
return means
"""


def _means_oracle(values: list[float | None]) -> object:
    known = np.array([0.0 if value is None else value for value in values])
    counts = np.cumsum([value is not None for value in values])
    return [float(mean) for mean in np.cumsum(known) / np.maximum(counts, 1)]


_MEANS = levels(
    "means",
    doc="Return the mean of all values so far, after each value.",
    ask=text(
        """The numbers in `values` arrive one after the other. Return the list of running means:
        its element i is the mean of the first i + 1 numbers.""",
        """Os números de `values` chegam um após o outro. Retorne a lista das médias correntes: o
        elemento i é a média dos primeiros i + 1 números.""",
    ),
    signature="def running_means(values: list[float]) -> list[float]:",
    ordinary=_drawn,
    easy=Level(
        contract=text("At least one number arrives.", "Chega pelo menos um número."),
        body=_MEANS_BODY,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            """A number may be None, that is lost: it does not count, and the mean so far is
            repeated in its place (0.0 before the first known number). No numbers give an empty
            list.""",
            """Um número pode ser None, isto é, perdido: ele não conta, e a média até ali é
            repetida no seu lugar (0.0 antes do primeiro número conhecido). Sem números, a lista é
            vazia.""",
        ),
        signature="def running_means(values: list[float | None]) -> list[float]:",
        body="""
        mean, count = 0.0, 0
        means = []
        for value in values:
            if value is not None:
                count += 1
                mean += (value - mean) / count
            means.append(mean)
        return means
        """,
        edges=lambda rng: [
            ([],),
            ([None],),
            ([None, float(rng.randint(1, 9)), 4.0, None, None, 8.0],),
            ([float(rng.randint(1, 9)), None, 0.0, 5.0],),
        ],
    ),
    oracle=_means_oracle,
)


_VARIANCES_BODY = """
mean = squares = 0.0
variances = []
for count, value in enumerate(values, start=1):
    step = value - mean
    mean += step / count
    squares += step * (value - mean)
    variances.append(squares / count)
return variances
"""
_VARIANCES = levels(
    "variances",
    doc="Return the variance of all values so far, after each value.",
    ask=text(
        """For a stream of numbers `values` return the list of running population variances:
        element i is the variance (divide by the count) of the first i + 1 numbers. The first
        element is 0.0.""",
        """Para um fluxo de números `values`, retorne a lista das variâncias populacionais
        correntes: o elemento i é a variância (divida pela contagem) dos primeiros i + 1 números. O
        primeiro elemento é 0.0.""",
    ),
    signature="def running_variances(values: list[float]) -> list[float]:",
    ordinary=_drawn,
    easy=Level(
        contract=text("The stream has a number or more.", "O fluxo tem um número ou mais."),
        body=_VARIANCES_BODY,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            """The numbers may be as large as a billion and differ by less than ten; results must
            still be right to six digits, so do not subtract squares of large numbers. The stream
            may be empty.""",
            """Os números podem chegar a um bilhão e diferir em menos de dez; os resultados ainda
            devem estar certos em seis algarismos, por isso não subtraia quadrados de números
            grandes. O fluxo pode ser vazio.""",
        ),
        body=_VARIANCES_BODY,
        edges=lambda rng: [
            ([],),
            ([1e9],),
            ([1e9 + step for step in (4.0, 7.0, 1.0, float(rng.randint(2, 9)), 6.0)],),
            ([-5e8 + step for step in (1.5, 7.0, 0.5, float(rng.randint(2, 9)))],),
        ],
    ),
    oracle=lambda values: [float(np.var(values[: i + 1])) for i in range(len(values))],
)


def _limited(rng: Random, size: int) -> Args:
    return _whole(rng, size), rng.choice((2.37, 4.61, 8.83))


def _flags_oracle(values: list[float], limit: float) -> object:
    if not values:
        return []
    before = np.cumsum(values)[:-1] / np.arange(1, len(values))
    return [False, *(bool(gap > limit) for gap in np.abs(np.asarray(values[1:]) - before))]


_FLAGS_BODY = """
flags = []
total = 0.0
for count, value in enumerate(values):
    flags.append(count > 0 and abs(value - total / count) > limit)
    total += value
return flags
"""
_FLAGS = levels(
    "flags,limit=argument",
    doc="Return a flag for each value: is it far from the mean before it?",
    ask=text(
        """Watch the numbers in `values` as they come. Return a list of booleans: True for a number
        that differs by more than `limit` from the mean of all numbers before it. The first number
        is False.""",
        """Observe os números de `values` à medida que chegam. Retorne uma lista de booleanos: True
        para um número que difere em mais de `limit` da média de todos os números anteriores a ele.
        O primeiro número é False.""",
    ),
    signature="def watch(values: list[float], limit: float) -> list[bool]:",
    ordinary=_limited,
    easy=Level(
        contract=text("There are at least two numbers.", "Há pelo menos dois números."),
        body=_FLAGS_BODY,
        edges=lambda rng: [(values, 1.77) for (values,) in _easy_edges(rng)],
    ),
    hard=Level(
        contract=text(
            "A difference equal to `limit` is False. There may be one number, or none.",
            "Uma diferença igual a `limit` é False. Pode haver um só número, ou nenhum.",
        ),
        body=_FLAGS_BODY,
        edges=lambda rng: [
            ([], 1.0),
            ([float(rng.randint(1, 9))], 0.5),
            ([4.0, 7.0, 8.5, float(rng.randint(20, 30))], 3.0),
            ([-4.0, -9.0, -1.5, float(rng.randint(20, 30))], 5.0),
        ],
    ),
    oracle=_flags_oracle,
)


def _scores_oracle(values: list[float]) -> object:
    scores = []
    for place, value in enumerate(values):
        before = values[:place]
        spread = float(np.std(before)) if place > 1 else 0.0
        scores.append(abs(value - float(np.mean(before))) / spread if spread > 0 else 0.0)
    return scores


_SCORES_BODY = """
scores = []
mean = squares = 0.0
for count, value in enumerate(values):
    step = value - mean
    {}
    mean += step / (count + 1)
    squares += step * (value - mean)
return scores
"""
_SCORES = levels(
    "scores",
    doc="Return how many deviations each value is from the mean before it.",
    ask=text(
        """Score each number in `values` by the numbers before it: the score is its absolute
        difference from their mean, divided by their population standard deviation. The first two
        numbers get 0.0. Return the list of scores.""",
        """Dê a cada número de `values` um escore a partir dos números anteriores a ele: a sua
        diferença absoluta até a média deles, dividida pelo desvio padrão populacional deles. Os
        dois primeiros números recebem 0.0. Retorne a lista de escores.""",
    ),
    signature="def live_scores(values: list[float]) -> list[float]:",
    ordinary=lambda rng, size: (_whole(rng, size),),
    easy=Level(
        contract=text("The first two numbers differ.", "Os dois primeiros números são diferentes."),
        imports="from statistics import mean, pstdev",
        body="""
        scores = [0.0, 0.0]
        for i in range(2, len(values)):
            before = values[:i]
            scores.append(abs(values[i] - mean(before)) / pstdev(before))
        return scores
        """,
        edges=lambda rng: [
            ([3.0, float(rng.randint(5, 60))],),
            ([-1.0, 2.0, float(rng.randint(-60, -5))],),
            ([1.0, 2.0, 1.0, 2.0, float(rng.randint(20, 60)), 1.0],),
        ],
    ),
    hard=Level(
        contract=text(
            """Where all numbers before are equal the score is 0.0 as well. The list may have fewer
            than two numbers.""",
            """Onde todos os números anteriores são iguais, o escore também é 0.0. A lista pode ter
            menos de dois números.""",
        ),
        imports="import math",
        body=_SCORES_BODY.format(
            "scores.append(\n"
            "        abs(step) / math.sqrt(squares / count) if squares > 0 else 0.0\n"
            "    )"
        ),
        edges=lambda rng: [
            ([],),
            ([float(rng.randint(1, 9))],),
            ([4.0, 4.0, 4.0, float(rng.randint(20, 60)), 4.0, 5.0],),
            ([4.0, 4.0, float(rng.randint(-60, -20)), 3.0],),
        ],
    ),
    oracle=_scores_oracle,
)


_MISTAKES = (
    Mistake("means", "return [sum(values[:i]) / max(i, 1) for i in range(len(values))]"),
    Mistake(
        "variances",
        """
        heads = [values[: i + 1] for i in range(len(values))]
        return [sum(v * v for v in h) / len(h) - (sum(h) / len(h)) ** 2 for h in heads]
        """,
        level=2,
    ),
    Mistake(
        "flags,limit=argument",
        """
        means = [sum(values[: i + 1]) / (i + 1) for i in range(len(values))]
        return [abs(v - m) > limit for v, m in zip(values, means)]
        """,
    ),
    Mistake(
        "scores",
        """
        scores = [0.0, 0.0]
        for i in range(2, len(values)):
            before = values[:i]
            scores.append((values[i] - mean(before)) / pstdev(before))
        return scores
        """,
        "from statistics import mean, pstdev",
    ),
)

FAMILY = Family(
    "detect_outliers.streaming",
    CoderAction.DETECT_OUTLIERS,
    (*_MEANS, *_VARIANCES, *_FLAGS, *_SCORES, *HELDOUT, *ADVANCED),
    mistakes=_MISTAKES,
)
