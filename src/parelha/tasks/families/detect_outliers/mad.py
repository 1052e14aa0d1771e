"""Outliers by the median and the median absolute deviation (MAD), which outliers do not move."""

from random import Random

import numpy as np

from parelha.tasks.draws import distinct, redraw, with_outliers
from parelha.tasks.families.detect_outliers.mad_advanced import ADVANCED
from parelha.tasks.family import Args, Edges, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

# Whole numbers have an exact median and MAD: a value on a limit is on it in any program.


def _values(rng: Random, size: int) -> Args:
    """Whole numbers with different neighbours, so that the MAD is not zero."""
    return (_list(rng, size),)


def _list(rng: Random, size: int) -> list[float]:
    length = max(size, 5)
    return redraw(
        lambda: [float(round(v)) for v in with_outliers(rng, length, 1 + (length > 9))],
        lambda values: _mad(values) > 0,
    )


def _mad(values: list[float]) -> float:
    return float(np.median(np.abs(np.asarray(values) - np.median(values))))


def _easy_edges(rng: Random) -> list[Args]:
    return [
        ([1.0, 2.0, float(rng.randint(60, 99))],),
        ([10.0, 11.0, 12.0, 13.0],),
        ([-value for value in _list(rng, 7)],),
        (distinct(rng, 9, -20, 80),),
    ]


def _flat_edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 50))
    return [([],), ([value],), ([value] * 5,), ([value] * 4 + [value + 30.0],)]


def _at(limit: float) -> Edges:
    """Median 10 and MAD 1, and one value exactly at `limit` MADs from the median."""

    def edges(rng: Random) -> list[Args]:
        on_limit = [8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 10.0 + limit]
        beyond = [*on_limit[:-1], on_limit[-1] + 0.5]
        mirrored = [20.0 - value for value in on_limit]
        return [*_flat_edges(rng), (on_limit,), (beyond,), (mirrored,)]

    return edges


def _distances(values: list[float]) -> list[float]:
    """Distance of each value to the median in units of the MAD; 0 where the MAD is 0."""
    if not values or _mad(values) == 0:
        return [0.0] * len(values)
    return [abs(value - float(np.median(values))) / _mad(values) for value in values]


_RULE_EN = """The MAD is the median of the absolute differences between the values and their
median."""
_RULE_PT = """O MAD é a mediana das diferenças absolutas entre os valores e a mediana deles."""

_CENTRE = """
centre = median(values)
mad = median(abs(value - centre) for value in values)
"""
_GUARD = "if not values:\n    return {}\n"
_IMPORT = "from statistics import median"


def _body(end: str) -> str:
    return _CENTRE.strip() + "\n" + end


def _guarded(end: str, empty: str = "[]") -> str:
    return _GUARD.format(empty) + _body(end)


_VALUES = levels(
    "values,k=3",
    doc="Return the values more than three MADs from the median.",
    ask=text(
        en=f"""Return, in their original order, the outliers in `values`: those whose distance from
        the median is greater than 3 times the MAD. {_RULE_EN}""",
        pt=f"""Retorne, na ordem original, os outliers de `values`: aqueles cuja distância até a
        mediana é maior que 3 vezes o MAD. {_RULE_PT}""",
    ),
    signature="def mad_outliers(values: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("The MAD is not zero.", "O MAD é diferente de zero."),
        imports=_IMPORT,
        body=_body("return [v for v in values if abs(v - centre) > 3 * mad]\n"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""If the MAD is zero or the list is empty, there are no outliers.""",
            pt="""Se o MAD é zero ou a lista está vazia, não há outliers.""",
        ),
        imports=_IMPORT,
        body=_guarded("return [v for v in values if 0 < 3 * mad < abs(v - centre)]\n"),
        edges=_at(3.0),
    ),
    oracle=lambda values: [
        v for v, d in zip(values, _distances(values), strict=True) if d > 3 + 1e-9
    ],
)

_SPREAD = levels(
    "spread",
    doc="Return the median and the median absolute deviation.",
    ask=text(
        en=f"""Before looking for outliers one needs a robust centre and spread. Return the tuple
        (median, MAD) of `values`. {_RULE_EN}""",
        pt=f"""Antes de procurar outliers, é preciso um centro e uma dispersão robustos. Retorne a
        tupla (mediana, MAD) de `values`. {_RULE_PT}""",
    ),
    signature="def median_and_mad(values: list[float]) -> tuple[float, float]:",
    ordinary=_values,
    easy=Level(
        contract=text("There is at least one value.", "Há pelo menos um valor."),
        imports=_IMPORT,
        body=_body("return centre, mad\n"),
        edges=lambda rng: [*_easy_edges(rng), *_flat_edges(rng)[1:3]],
    ),
    hard=Level(
        contract=text("For no values return (0.0, 0.0).", "Sem valores, retorne (0.0, 0.0)."),
        imports=_IMPORT,
        body=_guarded("return centre, mad\n", "0.0, 0.0"),
        edges=_flat_edges,
    ),
    oracle=lambda values: (float(np.median(values)), _mad(values)) if values else (0.0, 0.0),
)

_MASK = levels(
    "mask,k=5",
    doc="Return a flag for each value: is it far from the median?",
    ask=text(
        en=f"""Return a list of booleans, one for each of the `values`: True if the value is an
        outlier, that is, more than 5 MADs away from the median. {_RULE_EN}""",
        pt=f"""Retorne uma lista de booleanos, um para cada valor de `values`: True se o valor é um
        outlier, isto é, se está a mais de 5 MADs da mediana. {_RULE_PT}""",
    ),
    signature="def flag_outliers(values: list[float]) -> list[bool]:",
    ordinary=_values,
    easy=Level(
        contract=text("The MAD is greater than zero.", "O MAD é maior que zero."),
        imports=_IMPORT,
        body=_body("return [abs(value - centre) > 5 * mad for value in values]\n"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""With a MAD of zero nothing is an outlier. The list may be empty.""",
            pt="""Com MAD igual a zero, nada é outlier. A lista pode estar vazia.""",
        ),
        imports=_IMPORT,
        body=_guarded("return [0 < 5 * mad < abs(value - centre) for value in values]\n"),
        edges=_at(5.0),
    ),
    oracle=lambda values: [d > 5 + 1e-9 for d in _distances(values)],
)

_REPLACED = levels(
    "replaced,k=3",
    doc="Return the values with outliers replaced by the median.",
    ask=text(
        en=f"""Replace the outliers in `values` by the median and return the new list. An outlier
        differs from the median by more than three times the MAD. {_RULE_EN}""",
        pt=f"""Substitua os outliers de `values` pela mediana e retorne a nova lista. Um outlier
        difere da mediana em mais de três vezes o MAD. {_RULE_PT}""",
    ),
    signature="def replace_outliers(values: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("The MAD is never zero.", "O MAD nunca é zero."),
        imports=_IMPORT,
        body=_body("return [centre if abs(v - centre) > 3 * mad else v for v in values]\n"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""When it is zero, or there are no values, return the values as they are.""",
            pt="""Quando ele é zero, ou quando não há valores, retorne os valores como estão.""",
        ),
        imports=_IMPORT,
        body=_guarded(
            """if mad == 0:
    return list(values)
return [centre if abs(v - centre) > 3 * mad else v for v in values]
"""
        ),
        edges=_at(3.0),
    ),
    oracle=lambda values: [
        float(np.median(values)) if d > 3 + 1e-9 else v
        for v, d in zip(values, _distances(values), strict=True)
    ],
)

_MODIFIED_BODY = """
middle = median(data)
spread = median(abs(x - middle) for x in data)
"""

_MODIFIED = levels(
    "modified_z",
    heldout=True,
    doc="Return the number of modified z-scores beyond 3.5.",
    ask=text(
        en="""Iglewicz and Hoaglin's modified z-score of x is 0.6745 * (x - m) / d, with m the
        median of `data` and d the median of all |x - m|. How many scores are above 3.5 or below
        -3.5?""",
        pt="""O escore z modificado de Iglewicz e Hoaglin para x é 0.6745 * (x - m) / d, sendo m a
        mediana de `data` e d a mediana de todos os |x - m|. Quantos escores ficam acima de 3.5 ou
        abaixo de -3.5?""",
    ),
    signature="def count_modified(data: list[float]) -> int:",
    ordinary=_values,
    easy=Level(
        contract=text("You can rely on d > 0.", "Pode contar com d > 0."),
        imports=_IMPORT,
        body=_MODIFIED_BODY.strip()
        + "\nreturn sum(0.6745 * abs(x - middle) / spread > 3.5 for x in data)\n",
        edges=lambda rng: [
            *_easy_edges(rng),
            ([1.0, 2.0, 3.0, 4.0, 5.0, 8.3, 8.1, -2.3],),
            ([0.0, 1.0, 2.0, 3.0, 4.0, 7.1, -30.0],),
        ],
    ),
    hard=Level(
        contract=text(
            en="""For d = 0, or data with nothing in it, the count is 0.""",
            pt="""Para d = 0, ou dados sem nada dentro, a contagem é 0.""",
        ),
        imports=_IMPORT,
        body="if not data:\n    return 0\n"
        + _MODIFIED_BODY.strip()
        + "\nif spread == 0:\n    return 0\n"
        + "return sum(0.6745 * abs(x - middle) / spread > 3.5 for x in data)\n",
        edges=_flat_edges,
    ),
    oracle=lambda data: sum(0.6745 * d > 3.5 for d in _distances(data)),
)


def _signal(rng: Random, size: int) -> Args:
    signal = [float(rng.randint(10, 14)) for _ in range(max(size, 5))]
    place = rng.randint(1, len(signal) - 2)
    signal[place] += rng.choice((-1.0, 1.0)) * rng.randint(15, 40)
    return signal, float(rng.randint(4, 9))


_SPIKES = levels(
    "spikes",
    heldout=True,
    doc="Return the places where the signal leaves its local median.",
    ask=text(
        en="""Find spikes in a `signal`. For each sample that has a neighbour on both sides, take
        the median of the three; the sample is a spike if it is further than `limit` from that
        median. List the indices of the spikes from left to right.""",
        pt="""Encontre picos em um `signal` (sinal). Para cada amostra que tem vizinha dos dois
        lados, tome a mediana das três; a amostra é um pico se está a mais de `limit` dessa
        mediana. Liste os índices dos picos da esquerda para a direita.""",
    ),
    signature="def find_spikes(signal: list[float], limit: float) -> list[int]:",
    ordinary=_signal,
    easy=Level(
        contract=text("", ""),
        imports=_IMPORT,
        body="""
        spikes = []
        for i in range(1, len(signal) - 1):
            if abs(signal[i] - median(signal[i - 1:i + 2])) > limit:
                spikes.append(i)
        return spikes
        """,
        edges=lambda rng: [
            ([], 1.0),
            ([90.0, 1.0], 1.0),
            ([90.0, 1.0, 1.0, 1.0, 50.0], 5.0),
            ([1.0, 6.0, 1.0, float(rng.randint(7, 9)), 1.0], 5.0),
            ([1.0, 1.0, 40.0, 40.0, 1.0, -40.0, 1.0], 5.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""The first and the last sample have one neighbour only; there take the difference
            to that neighbour. A lone sample is no spike.""",
            pt="""A primeira e a última amostra têm uma única vizinha; nelas, tome a diferença até
            essa vizinha. Uma amostra sozinha não é um pico.""",
        ),
        imports=_IMPORT,
        body="""
        # With its neighbour on both sides, an end is compared with it.
        padded = signal[1:2] + signal + signal[-2:-1]
        spikes = []
        for i, sample in enumerate(signal):
            if abs(sample - median(padded[i:i + 3])) > limit:
                spikes.append(i)
        return spikes
        """,
        edges=lambda rng: [
            ([float(rng.randint(1, 9))], 0.5),
            ([60.0, 2.0, 1.0, 2.0], 3.0),
            ([1.0, 2.0, 50.0], 48.0),
            ([1.0, 2.0, 50.0], 47.5),
        ],
    ),
)


_MISTAKES = (
    Mistake(
        "spread",
        """
        m = median(values)
        return m, mean(abs(v - m) for v in values)
        """,
        imports="from statistics import mean, median",
    ),
    Mistake(
        "values,k=3",
        """
        m = median(values)
        return [v for v in values if v - m > 3 * median(abs(u - m) for u in values)]
        """,
        imports="from statistics import median",
    ),
    Mistake(
        "replaced,k=3",
        """
        m = median(values)
        d = median(abs(v - m) for v in values)
        return [mean(values) if abs(v - m) > 3 * d else v for v in values]
        """,
        imports="from statistics import mean, median",
    ),
)

FAMILY = Family(
    "detect_outliers.mad",
    CoderAction.DETECT_OUTLIERS,
    (*_VALUES, *_SPREAD, *_MASK, *_REPLACED, *_MODIFIED, *_SPIKES, *ADVANCED),
    mistakes=_MISTAKES,
)
