"""Outliers by Tukey's fences: quartiles and the interquartile range (IQR)."""

from random import Random

import numpy as np

from parelha.tasks.draws import numbers, with_outliers
from parelha.tasks.families.detect_outliers.iqr_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

# Quarters of an integer are exact in binary, so that a value on a fence is on it in any program.


def _values(rng: Random, size: int) -> Args:
    length = max(size, 6)
    count = 2 if length > 9 and rng.random() < 0.5 else 1
    return ([float(round(value)) for value in with_outliers(rng, length, count)],)


def _easy_edges(rng: Random) -> list[Args]:
    same = float(rng.randint(1, 50))
    return [
        ([same] * 5,),
        ([same, same + 100.0],),
        ([same],),
        ([-float(round(value)) for value in with_outliers(rng, 8)],),
        ([same] * 7 + [same - 1.0],),
    ]


def _fence_edges(rng: Random) -> list[Args]:
    base = float(rng.randint(1, 30))
    # Quartiles base and base + 4, hence 1.5 IQR = 6: the last value is exactly on the upper fence.
    on_fence = [base, base, base, base + 4.0, base + 10.0]
    return [([],), (on_fence,), ([base + 4.0 - v for v in on_fence],), (numbers(rng, 4, digits=0),)]


def _fences(values: list[float]) -> tuple[float, float]:
    first, third = (float(q) for q in np.percentile(values, [25, 75]))
    return first - 1.5 * (third - first), third + 1.5 * (third - first)


_RULE_EN = """The quantile q of n sorted values is at position q*(n-1), counted from 0; between two
positions interpolate linearly. Q1 is the quantile 0.25, Q3 the quantile 0.75."""
_RULE_PT = """O quantil q de n valores ordenados fica na posição q*(n-1), contada a partir de 0;
entre duas posições, interpole linearmente. Q1 é o quantil 0.25 e Q3 é o quantil 0.75."""

_QUARTILES = """
ordered = sorted(values)
quartiles = []
for share in (0.25, 0.75):
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    step = ordered[high] - ordered[low]
    quartiles.append(ordered[low] + (place - low) * step)
reach = 1.5 * (quartiles[1] - quartiles[0])
"""


def _body(end: str, empty: str = "") -> str:
    """The quartiles of `values`, then `end`; first the answer to an empty list, if any."""
    guard = f"if not values:\n    return {empty}\n" if empty else ""
    return guard + _QUARTILES.strip() + "\n" + end


_BELOW = """low_fence, high_fence = quartiles[0] - reach, quartiles[1] + reach
"""

_FOUND_END = _BELOW + "return [v for v in values if v < low_fence or v > high_fence]\n"


def _found_oracle(values: list[float]) -> object:
    if not values:
        return []
    low, high = _fences(values)
    return [value for value in values if not low <= value <= high]


_VALUES = levels(
    "values,k=1.5",
    doc="Return the values outside the fences of Tukey.",
    ask=text(
        en=f"""Return the outliers in `values` in their original order: the values smaller than
        Q1 - 1.5*IQR or greater than Q3 + 1.5*IQR, where IQR = Q3 - Q1. {_RULE_EN}""",
        pt=f"""Retorne os outliers de `values` na ordem original: os valores menores que
        Q1 - 1.5*IQR ou maiores que Q3 + 1.5*IQR, em que IQR = Q3 - Q1. {_RULE_PT}""",
    ),
    signature="def iqr_outliers(values: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("`values` has at least one number.", "`values` tem pelo menos um número."),
        body=_body(_FOUND_END),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""A value exactly on a limit is no outlier. An empty list has no outliers.""",
            pt="""Um valor exatamente no limite não é outlier. Uma lista vazia não tem outliers.""",
        ),
        body=_body(_FOUND_END, "[]"),
        edges=_fence_edges,
    ),
    oracle=_found_oracle,
)


def _fence_oracle(values: list[float]) -> object:
    return _fences(values) if values else (0.0, 0.0)


_FENCES = levels(
    "fences,k=1.5",
    doc="Return the lower and the upper fence.",
    ask=text(
        en=f"""Compute the two limits beyond which a number in `values` is an outlier and return
        them as a tuple: (Q1 - 1.5*IQR, Q3 + 1.5*IQR), with IQR = Q3 - Q1. {_RULE_EN}""",
        pt=f"""Calcule os dois limites além dos quais um número de `values` é um outlier e
        retorne-os em uma tupla: (Q1 - 1.5*IQR, Q3 + 1.5*IQR), com IQR = Q3 - Q1. {_RULE_PT}""",
    ),
    signature="def outlier_limits(values: list[float]) -> tuple[float, float]:",
    ordinary=_values,
    easy=Level(
        contract=text("There is at least one number.", "Há pelo menos um número."),
        body=_body("return quartiles[0] - reach, quartiles[1] + reach\n"),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            "For an empty list return (0.0, 0.0).", "Para uma lista vazia, retorne (0.0, 0.0)."
        ),
        body=_body("return quartiles[0] - reach, quartiles[1] + reach\n", "0.0, 0.0"),
        edges=_fence_edges,
    ),
    oracle=_fence_oracle,
)

_INDEX_END = (
    "return [\n"
    "    i\n"
    "    for i, value in enumerate(values)\n"
    "    if value < quartiles[0] - reach or value > quartiles[1] + reach\n"
    "]\n"
)


def _index_oracle(values: list[float]) -> object:
    if not values:
        return []
    low, high = _fences(values)
    return [
        int(i) for i in np.flatnonzero((np.asarray(values) < low) | (np.asarray(values) > high))
    ]


_INDICES = levels(
    "indices,k=1.5",
    doc="Return the indices of the values outside the fences.",
    ask=text(
        en=f"""Return the indices of the outliers in `values`, smallest index first. A number is an
        outlier if it is below Q1 - 1.5*IQR or above Q3 + 1.5*IQR (IQR = Q3 - Q1). {_RULE_EN}""",
        pt=f"""Retorne os índices dos outliers de `values`, do menor para o maior. Um número é um
        outlier se está abaixo de Q1 - 1.5*IQR ou acima de Q3 + 1.5*IQR (IQR = Q3 - Q1).
        {_RULE_PT}""",
    ),
    signature="def outlier_indices(values: list[float]) -> list[int]:",
    ordinary=_values,
    easy=Level(
        contract=text("The list is not empty.", "A lista não é vazia."),
        body=_body(_INDEX_END),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            en="""Numbers on a limit are not outliers. For an empty list return an empty list.""",
            pt="""Números no limite não são outliers. Para uma lista vazia, retorne uma lista
            vazia.""",
        ),
        body=_body(_INDEX_END, "[]"),
        edges=_fence_edges,
    ),
    oracle=_index_oracle,
)

_CLIP_END = _BELOW + "return [min(max(v, low_fence), high_fence) for v in values]\n"


def _clip_oracle(values: list[float]) -> object:
    return [float(v) for v in np.clip(values, *_fences(values))] if values else []


_CLIPPED = levels(
    "clipped,k=1.5",
    doc="Return the values with outliers moved to the nearest fence.",
    ask=text(
        en=f"""Replace every outlier in `values` by the nearest limit: numbers under Q1 - 1.5*IQR
        become Q1 - 1.5*IQR, numbers over Q3 + 1.5*IQR become Q3 + 1.5*IQR, and all others stay.
        IQR is Q3 - Q1. {_RULE_EN}""",
        pt=f"""Troque cada outlier de `values` pelo limite mais próximo: números abaixo de
        Q1 - 1.5*IQR passam a valer Q1 - 1.5*IQR, números acima de Q3 + 1.5*IQR passam a valer
        Q3 + 1.5*IQR, e os demais ficam como estão. IQR é Q3 - Q1. {_RULE_PT}""",
    ),
    signature="def clip_outliers(values: list[float]) -> list[float]:",
    ordinary=_values,
    easy=Level(
        contract=text("There is at least one number.", "Há pelo menos um número."),
        body=_body(_CLIP_END),
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text("An empty list stays empty.", "Uma lista vazia continua vazia."),
        body=_body(_CLIP_END, "[]"),
        edges=_fence_edges,
    ),
    oracle=_clip_oracle,
)


def _with_factor(rng: Random, size: int) -> Args:
    return (*_values(rng, size), rng.choice([0.5, 1.0, 2.0, 3.0]))


_KEPT_BODY = """
ordered = sorted(points)
corners = []
for share in (0.25, 0.75):
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    step = ordered[high] - ordered[low]
    corners.append(ordered[low] + (place - low) * step)
reach = factor * (corners[1] - corners[0])
return [p for p in points if corners[0] - reach <= p <= corners[1] + reach]
"""


def _factor_oracle(points: list[float], factor: float) -> object:
    if not points:
        return []
    first, third = np.percentile(points, [25, 75])
    reach = factor * (third - first)
    return [p for p in points if first - reach <= p <= third + reach]


_KEPT = levels(
    "kept,k=argument",
    heldout=True,
    doc="Return the points within `factor` IQRs of the quartiles.",
    ask=text(
        en="""Keep only the ordinary `points`, without changing their order. Let a and b be the
        25th and the 75th percentile of the points, with linear interpolation (numpy's default).
        Ordinary points lie between a - factor*(b - a) and b + factor*(b - a), both included.""",
        pt="""Fique apenas com os `points` comuns, sem mudar a ordem deles. Sejam a e b o percentil
        25 e o percentil 75 dos pontos, com interpolação linear (o padrão do numpy). Pontos comuns
        ficam entre a - factor*(b - a) e b + factor*(b - a), incluídos os dois extremos.""",
    ),
    signature="def keep_ordinary(points: list[float], factor: float) -> list[float]:",
    ordinary=_with_factor,
    easy=Level(
        contract=text("Expect one or more points.", "Espere um ou mais pontos."),
        body=_KEPT_BODY,
        edges=lambda rng: [(args[0], 1.5) for args in _easy_edges(rng)],
    ),
    hard=Level(
        contract=text(
            "No points in, no points out. The factor may be 0.",
            "Sem pontos na entrada, sem pontos na saída. O fator pode ser 0.",
        ),
        body="if not points:\n    return []\n" + _KEPT_BODY.strip(),
        edges=lambda rng: [
            *((args[0], 1.5) for args in _fence_edges(rng)),
            (_values(rng, 9)[0], 0.0),
        ],
    ),
    oracle=_factor_oracle,
)

_HINGES_BODY = """
ordered = sorted(values)
half = len(ordered) // 2
first = median(ordered[:half])
third = median(ordered[len(ordered) - half:])
reach = 1.5 * (third - first)
return sum(v < first - reach or v > third + reach for v in values)
"""


def _hinges_oracle(values: list[float]) -> object:
    if len(values) < 4:
        return 0
    ordered = np.sort(values)
    half = len(ordered) // 2
    low, high = float(np.median(ordered[:half])), float(np.median(ordered[-half:]))
    reach = 1.5 * (high - low)
    return int(((ordered < low - reach) | (ordered > high + reach)).sum())


_HINGES = levels(
    "hinges,count",
    heldout=True,
    doc="Return the number of outliers, with medians of the halves.",
    ask=text(
        en="""Count the outliers of `values` with the school method. Sort the values and cut them
        into a lower and an upper half of equal size (when their number is odd, the middle value
        belongs to neither). Let A be the median of the lower half and B that of the upper half. An
        outlier is less than A - 1.5*(B - A) or more than B + 1.5*(B - A).""",
        pt="""Conte os outliers de `values` pelo método escolar. Ordene os valores e separe-os em
        uma metade inferior e outra superior do mesmo tamanho (se a quantidade for ímpar, o valor
        do meio não entra em nenhuma). Seja A a mediana da metade inferior e B a da superior. É
        outlier quem é menor que A - 1.5*(B - A) ou maior que B + 1.5*(B - A).""",
    ),
    signature="def count_outliers(values: list[float]) -> int:",
    ordinary=_values,
    easy=Level(
        contract=text("Four values are the minimum.", "São no mínimo quatro valores."),
        imports="from statistics import median",
        body=_HINGES_BODY,
        edges=lambda rng: [
            ([float(rng.randint(1, 50))] * 5,),
            ([1.0, 2.0, 3.0, float(rng.randint(4, 9))],),
            ([1.0, 2.0, 3.0, 90.0, 4.0],),
            ([1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 12.0],),
            ([0.0] * 9 + [1.0],),
        ],
    ),
    hard=Level(
        contract=text(
            "Fewer than four values have no outliers; a value at a border is none either.",
            "Menos de quatro valores não têm outliers; um valor na fronteira também não é um.",
        ),
        imports="from statistics import median",
        body="if len(values) < 4:\n    return 0\n" + _HINGES_BODY.strip(),
        edges=lambda rng: [
            ([],),
            ([1.0, 1.0, 500.0],),
            ([2.0, 2.0, 2.0, 6.0, 6.0, 12.0],),
            ([1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 13.0, 5.0],),
            ([float(rng.randint(1, 9))] * 3 + [500.0],),
        ],
    ),
    oracle=_hinges_oracle,
)


_MISTAKES = (
    Mistake(
        "values,k=1.5",
        """
        a, b = np.percentile(values, [25, 75])
        return [v for v in values if v > b + 1.5 * (b - a)]
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "fences,k=1.5",
        """
        a, b = np.percentile(values, [25, 75])
        return a - 3 * (b - a), b + 3 * (b - a)
        """,
        imports="import numpy as np",
    ),
    Mistake(
        "fences,k=1.5",
        """
        s = sorted(values)
        a, b = s[len(s) // 4], s[3 * len(s) // 4]
        return a - 1.5 * (b - a), b + 1.5 * (b - a)
        """,
    ),
)

FAMILY = Family(
    "detect_outliers.iqr",
    CoderAction.DETECT_OUTLIERS,
    (*_VALUES, *_FENCES, *_INDICES, *_CLIPPED, *_KEPT, *_HINGES, *ADVANCED),
    mistakes=_MISTAKES,
)
