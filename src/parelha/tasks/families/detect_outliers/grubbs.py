"""Outliers by the test of Grubbs (Technometrics 11, 1969): one suspect, judged by mean and s."""

from random import Random

import numpy as np

from parelha.tasks.draws import distinct, redraw, with_outliers
from parelha.tasks.families.detect_outliers.grubbs_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _values(rng: Random, size: int) -> Args:
    return (with_outliers(rng, max(size, 4)),)


def _lists(rng: Random) -> list[list[float]]:
    return [
        [1.0, 2.0, float(rng.randint(6, 99))],
        [-value for value in with_outliers(rng, 9)],
        [-3.0] * 6 + [float(rng.randint(20, 40))],
        [5.0, 9.0, float(-rng.randint(9, 60)), 8.0],
    ]


def _easy_edges(rng: Random) -> list[Args]:
    return [(values,) for values in _lists(rng)]


def _flat_edges(rng: Random) -> list[Args]:
    value = float(rng.randint(1, 50))
    return [([],), ([value],), ([value, value + 9.0],), ([value] * 5,)]


def _distance(values: list[float]) -> float:
    """Return the statistic G; 0 where it is not defined."""
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0
    away = np.abs(np.asarray(values) - np.mean(values))
    return float(away.max() / np.std(values, ddof=1))


def _judged(rng: Random, size: int) -> Args:
    """Values and a critical value near the statistic, clear of rounding."""
    values = with_outliers(rng, max(size, 4))
    return values, _critical(rng, values)


def _critical(rng: Random, values: list[float]) -> float:
    statistic = _distance(values)
    return redraw(
        lambda: [round(statistic * rng.choice((0.8, 0.95, 1.05, 1.3)), 2)],
        lambda drawn: abs(drawn[0] - statistic) > 1e-3,
    )[0]


def _judged_edges(rng: Random) -> list[Args]:
    edges = [(values, _critical(rng, values)) for values in _lists(rng)]
    return [*edges, ([30.0, 29.0, 30.0, 2.0], 1.45)]


def _limit_edges(rng: Random) -> list[Args]:
    low, step = float(rng.randint(-9, 9)), float(rng.randint(1, 9))
    # Mean and s are exact and G is exactly 1: on the limit in any program.
    on_limit = [low, low + step, low + 2 * step]
    flat = [(*args, 0.5) for args in _flat_edges(rng)]
    return [*flat, (on_limit, 1.0), ([*on_limit[:2], low + 9 * step], 1.0)]


_G_EN = """The statistic G of the values is the largest absolute difference between a value and the
mean, divided by the sample standard deviation (n - 1 in the denominator)."""
_G_PT = """A estatística G dos valores é a maior diferença absoluta entre um valor e a média,
dividida pelo desvio padrão amostral (n - 1 no denominador)."""

_CENTRE = """
mean = sum(values) / len(values)
squares = sum((value - mean) ** 2 for value in values)
"""
_SPREAD = _CENTRE + "spread = math.sqrt(squares / (len(values) - 1))\n"
_FEW = "if len(values) < 3 or max(values) == min(values):\n    return {}\n"

_STATISTIC_END = "return max(abs(value - mean) for value in values) / spread\n"
_STATISTIC = levels(
    "statistic",
    doc="Return the statistic of Grubbs' test.",
    ask=text(
        f"Compute Grubbs' statistic of `values`. {_G_EN}",
        f"""Calcule a estatística de Grubbs
        de `values`. {_G_PT}""",
    ),
    signature="def grubbs_statistic(values: list[float]) -> float:",
    ordinary=_values,
    easy=Level(
        contract=text(
            "There are at least three values, not all equal.",
            "Há pelo menos três valores, nem todos iguais.",
        ),
        imports="import math",
        body=_SPREAD + _STATISTIC_END,
        edges=_easy_edges,
    ),
    hard=Level(
        contract=text(
            "With fewer than three values, or when all are equal, return 0.0.",
            "Com menos de três valores, ou quando todos são iguais, retorne 0.0.",
        ),
        imports="import math",
        body=_FEW.format("0.0") + _SPREAD + _STATISTIC_END,
        edges=_flat_edges,
    ),
    oracle=_distance,
)

_SUSPECT_END = "return max(values, key=lambda value: abs(value - mean))\n"


def _suspect_oracle(values: list[float]) -> object:
    if not values:
        return None
    return values[int(np.argmax(np.abs(np.asarray(values) - np.mean(values))))]


_SUSPECT = levels(
    "suspect",
    doc="Return the value furthest from the mean.",
    ask=text(
        """The suspect in `values` is the value with the largest absolute difference from the mean
        of all the values. Return the suspect.""",
        """O valor suspeito de `values` é o que tem a maior diferença absoluta em relação à média
        de todos os valores. Retorne o valor suspeito.""",
    ),
    signature="def most_suspect(values: list[float]) -> float:",
    ordinary=_values,
    easy=Level(
        contract=text("There is at least one value.", "Há pelo menos um valor."),
        body="mean = sum(values) / len(values)\n" + _SUSPECT_END,
        edges=lambda rng: [*_easy_edges(rng), ([float(rng.randint(1, 9))],)],
    ),
    hard=Level(
        contract=text(
            """If two values are equally far from the mean, return the one that comes first in the
            list. Without values return None.""",
            """Se dois valores estão igualmente longe da média, retorne o que aparece primeiro na
            lista. Sem valores, retorne None.""",
        ),
        signature="def most_suspect(values: list[float]) -> float | None:",
        body="if not values:\n    return None\nmean = sum(values) / len(values)\n" + _SUSPECT_END,
        edges=lambda rng: [
            ([],),
            ([float(rng.randint(1, 4)), 9.0],),
            ([6.0, 2.0, 4.0, 4.0],),
            ([7.0, 8.0, 3.0, 4.0, 5.5],),
            ([3.0, 4.0, 7.0, 8.0, 5.5],),
        ],
    ),
    oracle=_suspect_oracle,
)

_TEST_END = "return max(abs(value - mean) for value in values) / spread > critical\n"
_TEST = levels(
    "test,critical=argument",
    doc="Return whether Grubbs' statistic exceeds the critical value.",
    ask=text(
        f"Say whether `values` contain an outlier: True if G is greater than `critical`. {_G_EN}",
        f"Diga se há um outlier em `values`: True se G é maior que `critical`. {_G_PT}",
    ),
    signature="def has_outlier(values: list[float], critical: float) -> bool:",
    ordinary=_judged,
    easy=Level(
        contract=text(
            "Three or more values are given, and they differ.",
            "São dados três ou mais valores, e eles diferem.",
        ),
        imports="import math",
        body=_SPREAD + _TEST_END,
        edges=_judged_edges,
    ),
    hard=Level(
        contract=text(
            """A G equal to `critical` is not enough. Fewer than three values, or values that are
            all equal, have no outlier.""",
            """Um G igual a `critical` não basta. Menos de três valores, ou valores todos iguais,
            não têm outlier.""",
        ),
        imports="import math",
        body=_FEW.format("False") + _SPREAD + _TEST_END,
        edges=_limit_edges,
    ),
    oracle=lambda values, critical: _distance(values) > critical,
)

_REMOVED_END = """
suspect = max(values, key=lambda value: abs(value - mean))
if abs(suspect - mean) / spread <= critical:
    return list(values)
place = values.index(suspect)
return values[:place] + values[place + 1:]
"""


def _removed_oracle(values: list[float], critical: float) -> object:
    if _distance(values) <= critical:
        return values
    place = int(np.argmax(np.abs(np.asarray(values) - np.mean(values))))
    return [float(value) for value in np.delete(values, place)]


_REMOVED = levels(
    "removed,critical=argument",
    doc="Return the values without the one that fails Grubbs' test.",
    ask=text(
        f"""If the statistic G of `values` is greater than `critical`, remove the one value that is
        furthest from the mean; otherwise remove nothing. Return the remaining values in their
        order. {_G_EN}""",
        f"""Se a estatística G de `values` é maior que `critical`, remova o único valor que está
        mais longe da média; caso contrário, não remova nada. Retorne os valores restantes na ordem
        em que estão. {_G_PT}""",
    ),
    signature="def drop(values: list[float], critical: float) -> list[float]:",
    ordinary=_judged,
    easy=Level(
        contract=text(
            "At least three values are given and some differ.",
            "São dados pelo menos três valores e alguns diferem.",
        ),
        imports="import math",
        body=_SPREAD + _REMOVED_END,
        edges=_judged_edges,
    ),
    hard=Level(
        contract=text(
            """If several values are equally far, only the first of them goes. Nothing is removed
            when G equals `critical`, when there are fewer than three values or when all are
            equal.""",
            """Se vários valores estão igualmente longe, só o primeiro deles sai. Nada é removido
            quando G é igual a `critical`, quando há menos de três valores ou quando todos são
            iguais.""",
        ),
        imports="import math",
        body=_FEW.format("list(values)") + _SPREAD + _REMOVED_END,
        edges=lambda rng: [
            *_limit_edges(rng),
            ([1.0, 5.0, 5.0, 9.0, 5.0], 1.0 + 0.01 * rng.randint(1, 9)),
        ],
    ),
    oracle=_removed_oracle,
)


def _bound(rng: Random, size: int) -> Args:
    return size + rng.randint(0, 40), round(rng.uniform(1.8, 4.5), 3)


def _bound_oracle(count: int, quantile: float) -> object:
    if count < 3:
        return float("inf")
    ratio = np.square(quantile) / (count - 2 + np.square(quantile))
    return float((count - 1) * np.sqrt(ratio / count))


_BOUND_BODY = """
ratio = quantile**2 / (count - 2 + quantile**2)
return (count - 1) / math.sqrt(count) * math.sqrt(ratio)
"""
_BOUND = levels(
    "bound,t",
    heldout=True,
    doc="Return the critical value that belongs to a quantile of t.",
    ask=text(
        """How large may the statistic of Grubbs become for a sample of `count` numbers? With q the
        `quantile` of Student's t, the bound is (count - 1) / sqrt(count) times the square root of
        q**2 / (count - 2 + q**2). Give this bound.""",
        """Até que valor pode chegar a estatística de Grubbs numa amostra de `count` números? Sendo
        q o quantil `quantile` da t de Student, o limite é (count - 1) / sqrt(count) vezes a raiz
        quadrada de q**2 / (count - 2 + q**2). Dê esse limite.""",
    ),
    signature="def grubbs_bound(count: int, quantile: float) -> float:",
    ordinary=_bound,
    easy=Level(
        contract=text(
            "Samples have three numbers or more.", "As amostras têm no mínimo três números."
        ),
        imports="import math",
        body=_BOUND_BODY,
        edges=lambda rng: [
            (3, float(rng.randint(2, 12))),
            (4, round(rng.uniform(1.0, 2.0), 2)),
            (rng.randint(1000, 2000), 4.25),
        ],
    ),
    hard=Level(
        contract=text(
            "Smaller samples have an infinite bound; a negative quantile counts as positive.",
            "Amostras menores têm limite infinito; um quantil negativo conta como positivo.",
        ),
        imports="import math",
        body="if count < 3:\n    return math.inf\n" + _BOUND_BODY.strip(),
        edges=lambda rng: [
            (2, round(rng.uniform(1.0, 2.0), 2)),
            (0, 2.0),
            (rng.randint(5, 30), -2.5),
            (rng.randint(5, 30), 0.0),
        ],
    ),
    oracle=_bound_oracle,
)


def _low_oracle(weights: list[float]) -> object:
    if len(weights) < 2 or np.ptp(weights) == 0:
        return (0, 0.0)
    return (
        int(np.argmin(weights)),
        float((np.mean(weights) - np.min(weights)) / np.std(weights, ddof=1)),
    )


_LOW_BODY = """
least = min(weights)
gap = mean(weights) - least
return weights.index(least), gap / stdev(weights)
"""
_LOW = levels(
    "lightest",
    heldout=True,
    doc="Return the position of the lightest piece and its statistic.",
    ask=text(
        """Only light pieces are suspicious. Give the position (from 0) of the smallest of the
        `weights`, and how many sample standard deviations it lies below the average weight, as a
        tuple of the two.""",
        """Só peças leves são suspeitas. Informe a posição (a partir de 0) do menor dos `weights`
        (pesos) e quantos desvios padrão amostrais ele fica abaixo do peso médio, em uma tupla com
        os dois.""",
    ),
    signature="def lightest(weights: list[float]) -> tuple[int, float]:",
    ordinary=lambda rng, size: (distinct(rng, max(size, 3), 40, 160),),
    easy=Level(
        contract=text("No two pieces weigh the same.", "Não há duas peças com o mesmo peso."),
        imports="from statistics import mean, stdev",
        body=_LOW_BODY,
        edges=lambda rng: [
            ([3.0, float(rng.randint(4, 9))],),
            ([float(rng.randint(90, 99)), 12.0, 80.0, 85.0],),
            ([0.5, 0.25, 0.75, float(rng.randint(1, 5))],),
        ],
    ),
    hard=Level(
        contract=text(
            """Of several lightest pieces name the earliest. Fewer than two pieces, or pieces of
            one weight, give (0, 0.0).""",
            """Entre várias peças mais leves, indique a primeira. Menos de duas peças, ou peças de
            um só peso, dão (0, 0.0).""",
        ),
        imports="from statistics import mean, stdev",
        body="if len(set(weights)) < 2:\n    return 0, 0.0\n" + _LOW_BODY.strip(),
        edges=lambda rng: [
            ([],),
            ([float(rng.randint(1, 9))],),
            ([float(rng.randint(1, 9))] * 4,),
            ([30.0, 10.0, float(rng.randint(40, 60)), 10.0],),
        ],
    ),
    oracle=_low_oracle,
)


_MISTAKES = (
    Mistake(
        "statistic",
        "return max(abs(v - mean(values)) for v in values) / pstdev(values)",
        imports="from statistics import mean, pstdev",
    ),
    Mistake(
        "statistic",
        "return (max(values) - mean(values)) / stdev(values)",
        imports="from statistics import mean, stdev",
    ),
    Mistake("suspect", "return max(values, key=abs)"),
    Mistake(
        "removed,critical=argument",
        """
        m, s = mean(values), stdev(values)
        return [v for v in values if abs(v - m) / s <= critical]
        """,
        imports="from statistics import mean, stdev",
        level=2,
    ),
)

FAMILY = Family(
    "detect_outliers.grubbs",
    CoderAction.DETECT_OUTLIERS,
    (*_STATISTIC, *_SUSPECT, *_TEST, *_REMOVED, *_BOUND, *_LOW, *ADVANCED),
    mistakes=_MISTAKES,
)
