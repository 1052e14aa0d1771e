"""Outliers by the Q test of Dean and Dixon (1951): a gap at the end, measured against the range.

A wholly held-out family for unseen tasks. Critical values are arguments; no table is asked for.
"""

from random import Random

import numpy as np

from parelha.tasks.draws import distinct
from parelha.tasks.families.detect_outliers.dixon_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

# Whole numbers: gaps and ranges are exact, and so is a ratio of one half.


def _assay(rng: Random, size: int) -> list[float]:
    """Different whole numbers, one of them away from the others at either end."""
    values = distinct(rng, max(size, 4), 40, 70)
    far = rng.choice((rng.randint(5, 36), rng.randint(74, 110)))
    values[rng.randrange(len(values))] = float(far)
    return values


def _drawn(rng: Random, size: int) -> Args:
    return (_assay(rng, size),)


def _easy_lists(rng: Random) -> list[list[float]]:
    base = float(rng.randint(-9, 9))
    return [
        [1.0, 2.0, float(rng.randint(5, 30))],
        [50.0, float(rng.randint(1, 20)), 48.0, 55.0],
        [-4.0, -1.0, -3.0, -float(rng.randint(20, 60)), 0.5],
        [12.0, 9.0, float(rng.randint(60, 90)), 10.0, 9.5, 11.0],
        [base, base + 13.0, base + 10.0, base + 16.0, base + 5.0],
        [4.0, 1.0, 9.0, 6.0],  # equal gaps
        [1.0, 3.0, base + 40.0, base + 44.0],  # the widest gap is inside
    ]


def _flat_lists(rng: Random) -> list[list[float]]:
    value = float(rng.randint(1, 40))
    return [[], [value], [value, value + 5.0], [value] * 4, [value, value + 9.0, value]]


def _ratio(assay: list[float]) -> float:
    """Return the larger of the two end ratios; 0 where the test cannot be made."""
    if len(assay) < 3 or np.ptp(assay) == 0:
        return 0.0
    gaps = np.diff(np.sort(assay))
    return float(max(gaps[0], gaps[-1]) / gaps.sum())


_SORTED = "ordered = sorted(assay)\n"
_GAPS = (
    _SORTED
    + """low_gap = ordered[1] - ordered[0]
high_gap = ordered[-1] - ordered[-2]
"""
)
_NO_TEST = "if len(assay) < 3 or max(assay) == min(assay):\n    return {}\n"

_RATIO_END = "return max(low_gap, high_gap) / (ordered[-1] - ordered[0])\n"
_RATIO = levels(
    "ratio",
    doc="Return Dixon's ratio Q.",
    ask=text(
        """Dixon's Q for the results of an `assay`: sort them, take the gap between the two lowest
        and the gap between the two highest, and divide the larger gap by the distance from lowest
        to highest. Give Q.""",
        """O Q de Dixon para os resultados de um ensaio (`assay`): ordene-os, tome a lacuna entre os
        dois mais baixos e a lacuna entre os dois mais altos, e divida a maior lacuna pela distância
        do mais baixo ao mais alto. Dê o Q.""",
    ),
    signature="def dixon_q(assay: list[float]) -> float:",
    ordinary=_drawn,
    easy=Level(
        contract=text(
            "An assay has three results or more, not all alike.",
            "Um ensaio tem três resultados ou mais, nem todos iguais.",
        ),
        body=_GAPS + _RATIO_END,
        edges=lambda rng: [(values,) for values in _easy_lists(rng)],
    ),
    hard=Level(
        contract=text(
            "Below three results, or with results all alike, Q is 0.0.",
            "Com menos de três resultados, ou com resultados todos iguais, Q é 0.0.",
        ),
        body=_NO_TEST.format("0.0") + _GAPS + _RATIO_END,
        edges=lambda rng: [(values,) for values in _flat_lists(rng)],
    ),
    oracle=_ratio,
)


def _top_oracle(assay: list[float]) -> object:
    if len(assay) < 3 or np.ptp(assay) == 0:
        return 0.0
    second, first = np.partition(assay, len(assay) - 2)[-2:]
    return float((first - second) / np.ptp(assay))


_TOP_END = "return (ordered[-1] - ordered[-2]) / (ordered[-1] - ordered[0])\n"
_TOP = levels(
    "top",
    doc="Return the ratio for the highest result.",
    ask=text(
        """Is the highest result of an `assay` too high? Give the ratio for it: its lead over the
        second highest, as a fraction of the whole range (highest minus lowest).""",
        """O resultado mais alto de um ensaio (`assay`) é alto demais? Dê a razão para ele: a sua
        vantagem sobre o segundo mais alto, como fração da amplitude inteira (o mais alto menos o
        mais baixo).""",
    ),
    signature="def top_ratio(assay: list[float]) -> float:",
    ordinary=_drawn,
    easy=Level(
        contract=text("No assay is constant.", "Nenhum ensaio é constante."),
        body=_SORTED + _TOP_END,
        edges=lambda rng: [(values,) for values in _easy_lists(rng)[:6]],
    ),
    hard=Level(
        contract=text(
            """For an assay that is constant, or has fewer than three results, the ratio is 0.0; two
            results may share the top.""",
            """Para um ensaio constante, ou com menos de três resultados, a razão é 0.0; dois
            resultados podem dividir o topo.""",
        ),
        body=_NO_TEST.format("0.0") + _SORTED + _TOP_END,
        edges=lambda rng: [
            *((values,) for values in _flat_lists(rng)),
            ([9.0, float(rng.randint(1, 8)), 9.0],),
        ],
    ),
    oracle=_top_oracle,
)


def _suspect_oracle(assay: list[float]) -> object:
    if len(assay) < 3 or np.ptp(assay) == 0:
        return None
    gaps = np.diff(np.sort(assay))
    return float(np.min(assay) if gaps[0] > gaps[-1] else np.max(assay))


_SUSPECT_END = "return ordered[0] if low_gap > high_gap else ordered[-1]\n"
_SUSPECT = levels(
    "candidate",
    doc="Return the end value with the larger gap.",
    ask=text(
        """The Q test can doubt only the lowest or the highest result of an `assay`: whichever has
        the larger gap to its neighbour in sorted order. Give the doubtful result.""",
        """O teste Q só pode duvidar do resultado mais baixo ou do mais alto de um ensaio (`assay`):
        aquele que tem a maior lacuna até o vizinho na ordem crescente. Dê o resultado duvidoso.""",
    ),
    signature="def doubtful(assay: list[float]) -> float:",
    ordinary=_drawn,
    easy=Level(
        contract=text("With equal gaps it is the highest.", "Com lacunas iguais, é o mais alto."),
        body=_GAPS + _SUSPECT_END,
        edges=lambda rng: [(values,) for values in _easy_lists(rng)],
    ),
    hard=Level(
        contract=text(
            """Equal gaps cast doubt on the highest. Nothing is doubtful (None) in fewer than three
            results or when the lowest equals the highest.""",
            """Lacunas iguais lançam dúvida sobre o mais alto. Nada é duvidoso (None) em menos de
            três resultados ou quando o mais baixo é igual ao mais alto.""",
        ),
        signature="def doubtful(assay: list[float]) -> float | None:",
        body=_NO_TEST.format("None") + _GAPS + _SUSPECT_END,
        edges=lambda rng: [(values,) for values in _flat_lists(rng)],
    ),
    oracle=_suspect_oracle,
)

_TABLE = {3: 0.941, 4: 0.765, 5: 0.642, 6: 0.56, 7: 0.507, 8: 0.468, 9: 0.437, 10: 0.412}


def _judged(rng: Random, size: int) -> Args:
    """An assay and critical values by its size; some of the table is left out."""
    lowered = rng.choice((0.3, 0.6, 1.0))
    table = {n: round(lowered * q + 0.0007, 4) for n, q in _TABLE.items()}
    return _assay(rng, min(size, 10)), table


def _kept_oracle(assay: list[float], table: dict[int, float]) -> object:
    if _ratio(assay) <= table.get(len(assay), 1.0):
        return assay
    place = assay.index(_suspect_oracle(assay))  # type: ignore[arg-type]
    return assay[:place] + assay[place + 1 :]


_KEPT_END = """
doubtful = ordered[0] if low_gap > high_gap else ordered[-1]
if max(low_gap, high_gap) > {} * (ordered[-1] - ordered[0]):
    place = assay.index(doubtful)
    return assay[:place] + assay[place + 1:]
return list(assay)
"""
_KEPT = levels(
    "kept,table",
    doc="Return the assay without the result that fails the Q test.",
    ask=text(
        """Make one Q test on an `assay`. The doubtful result is the lowest or the highest,
        whichever is further from its neighbour in sorted order (the highest, if equally far); Q is
        that gap over the range. If Q is more than `table[n]`, with n the number of results, take
        the doubtful result out. Give the results that are left, in their given order.""",
        """Faça um teste Q em um ensaio (`assay`). O resultado duvidoso é o mais baixo ou o mais
        alto, aquele que está mais longe do vizinho na ordem crescente (o mais alto, se à mesma
        distância); Q é essa lacuna sobre a amplitude. Se Q é mais que `table[n]`, com n a
        quantidade de resultados, tire o resultado duvidoso. Dê os resultados que ficam, na ordem
        dada.""",
    ),
    signature="def q_test(assay: list[float], table: dict[int, float]) -> list[float]:",
    ordinary=_judged,
    easy=Level(
        contract=text("`table` has an entry for n.", "`table` tem uma entrada para n."),
        body=_GAPS + _KEPT_END.strip().format("table[len(assay)]"),
        edges=lambda rng: [
            (values, {n: round(q * share, 4) for n, q in _TABLE.items()})
            for values, share in zip(
                _easy_lists(rng), (0.9, 1.001, 0.5, 1.1, 0.4, 0.4, 0.1), strict=True
            )
        ],
    ),
    hard=Level(
        contract=text(
            """A Q equal to the entry does not suffice. Without an entry for n, or without a range,
            nothing is taken out.""",
            """Um Q igual à entrada não é suficiente. Sem entrada para n, ou sem amplitude, nada é
            tirado.""",
        ),
        body="if len(assay) not in table:\n    return list(assay)\n"
        + _GAPS
        + _KEPT_END.strip().format("table[len(assay)]"),
        edges=lambda rng: [
            *((values, {3: 0.5, 4: 0.5}) for values in _flat_lists(rng)[::3]),
            ([3.0, 1.0, 2.0], {3: 0.5}),
            ([3.0, 8.0, 1.0, 8.0, float(rng.randint(40, 60))], {4: 0.1, 6: 0.1}),
        ],
    ),
    oracle=_kept_oracle,
)


def _inner_oracle(assay: list[float]) -> object:
    ordered = np.sort(assay)
    if len(assay) < 4 or ordered[-2] == ordered[0]:
        return 0.0
    return float((ordered[1] - ordered[0]) / (ordered[-2] - ordered[0]))


_INNER_END = "return (ordered[1] - ordered[0]) / (ordered[-2] - ordered[0])\n"
_INNER = levels(
    "r11,low",
    doc="Return Dixon's r11 for the lowest result.",
    ask=text(
        """Dixon's ratio r11 guards against a second outlier at the other end. For the lowest result
        of an `assay` it is (second lowest - lowest) / (second highest - lowest). Give it.""",
        """A razão r11 de Dixon protege contra um segundo outlier na outra ponta. Para o resultado
        mais baixo de um ensaio (`assay`), ela é (segundo mais baixo - mais baixo) / (segundo mais
        alto - mais baixo). Dê essa razão.""",
    ),
    signature="def r11(assay: list[float]) -> float:",
    ordinary=_drawn,
    easy=Level(
        contract=text(
            "Results are four or more, and all different.",
            "Os resultados são quatro ou mais, todos diferentes.",
        ),
        body=_SORTED + _INNER_END,
        edges=lambda rng: [(values,) for values in _easy_lists(rng)[1:6]],
    ),
    hard=Level(
        contract=text(
            "Where the divisor would be 0, and for fewer than four results, give 0.0.",
            "Onde o divisor seria 0, e para menos de quatro resultados, dê 0.0.",
        ),
        body=_SORTED
        + "if len(assay) < 4 or ordered[-2] == ordered[0]:\n    return 0.0\n"
        + _INNER_END,
        edges=lambda rng: [
            *((values,) for values in _flat_lists(rng)),
            ([4.0, 1.0, float(rng.randint(6, 90))],),
            ([7.0, 7.0, float(rng.randint(9, 90)), 7.0],),
        ],
    ),
    oracle=_inner_oracle,
)


_MISTAKES = (
    Mistake(
        "ratio",
        """
        s = sorted(assay)
        return max(b - a for a, b in zip(s, s[1:])) / (s[-1] - s[0])
        """,
    ),
    Mistake(
        "ratio",
        """
        s = sorted(assay)
        return (s[-1] - s[-2]) / (s[-1] - s[0])
        """,
    ),
    Mistake(
        "candidate",
        """
        m = sum(assay) / len(assay)
        return max(assay, key=lambda value: abs(value - m))
        """,
    ),
    Mistake(
        "kept,table",
        """
        s = sorted(assay)
        q = max(s[1] - s[0], s[-1] - s[-2]) / (s[-1] - s[0])
        return s[1:-1] if q > table[len(s)] else assay
        """,
    ),
)

FAMILY = Family(
    "detect_outliers.dixon",
    CoderAction.DETECT_OUTLIERS,
    (*_RATIO, *_TOP, *_SUSPECT, *_KEPT, *_INNER, *ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
