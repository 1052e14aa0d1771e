"""Feature scaling at levels 3 and 4: robust columns with gaps, and ranks with ties."""

from random import Random

import numpy as np
from scipy.stats import rankdata
from sklearn.preprocessing import RobustScaler

from parelha.tasks.draws import numbers, sprinkle, with_outliers
from parelha.tasks.family import Args, Variant, advanced, text

Column = list[float | None]


def _gappy_columns(rng: Random, size: int) -> Args:
    table: dict[str, Column] = {}
    for name in rng.sample(["a", "b", "c", "d"], 2):
        table[name] = sprinkle(rng, with_outliers(rng, size), None, rng.randint(1, 3))
    table["flat"] = [5.0, None, *[5.0] * rng.randint(1, 4)]
    return (table,)


def _robust_oracle(table: dict[str, Column]) -> object:
    scaled = {}
    for name, column in table.items():
        known = [value for value in column if value is not None]
        if known:
            values = np.array([np.nan if v is None else v for v in column]).reshape(-1, 1)
            result = RobustScaler().fit_transform(values)[:, 0]
            scaled[name] = [None if np.isnan(v) else float(v) for v in result]
    return scaled


_ROBUST = advanced(
    "robust_columns",
    3,
    doc="Return the columns centred on the median, in units of the IQR.",
    ask=text(
        en="""`table` gives each column as a list of numbers in which None marks a gap. Scale each
        column by itself so that outliers hardly matter: subtract the median of its known numbers
        and divide by their interquartile range, the quantile 0.75 minus the quantile 0.25, both by
        linear interpolation as numpy.quantile has it. If that range is zero, only subtract the
        median. Gaps stay None. Columns without known numbers are left out of the dictionary that
        you return.""",
        pt="""`table` dá cada coluna como uma lista de números em que None marca uma lacuna. Mude a
        escala de cada coluna por si, de modo que valores extremos quase não pesem: subtraia a
        mediana dos números conhecidos e divida pela amplitude interquartil deles, o quantil 0.75
        menos o quantil 0.25, ambos por interpolação linear, como em numpy.quantile. Se essa
        amplitude é zero, só subtraia a mediana. Lacunas continuam None. Colunas sem números
        conhecidos ficam fora do dicionário retornado.""",
    ),
    signature="def robust(table: dict[str, list[float | None]]) -> dict[str, object]:",
    ordinary=_gappy_columns,
    imports="import numpy as np",
    body="""
    scaled: dict[str, object] = {}
    for name, column in table.items():
        known = [value for value in column if value is not None]
        if known:
            low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist()
            spread = (high - low) or 1.0
            scaled[name] = [
                None if value is None else (value - middle) / spread
                for value in column
            ]
    return scaled
    """,
    edges=lambda rng: [
        ({},),
        ({"a": [], "b": [None, None], "c": [float(rng.randint(1, 9))]},),
        ({"a": [1.0, 2.0, 3.0, None, float(rng.randint(10, 99))]},),
        ({"a": [4.0, 4.0, 4.0, 4.0, float(rng.randint(50, 99))], "b": numbers(rng, 2)},),
        ({"x": [0.0, None, 0.0, -float(rng.randint(1, 9))]},),
        ({"x": numbers(rng, 5), "y": [*numbers(rng, 3), None]},),
    ],
    oracle=_robust_oracle,
)


def _scores(rng: Random, size: int) -> Args:
    scores = [float(rng.randint(0, max(2, size // 2))) for _ in range(size)]
    return (sprinkle(rng, scores, None, 3),)


def _rank_oracle(values: list[float | None]) -> object:
    known = [value for value in values if value is not None]
    ranks = iter((rankdata(known) - 1.0) / max(len(known) - 1, 1))
    single = len(known) == 1
    return [None if v is None else (0.5 if single else float(next(ranks))) for v in values]


_RANKS = advanced(
    "rank_scale",
    4,
    doc="Return the values on the scale of their ranks from 0 to 1.",
    ask=text(
        en="""Put `values` on a scale from 0 to 1 by rank. Sort the n known values (None is not
        known); the one at position k of the sorted list, counted from 0, has the rank k, and equal
        values all have the mean of their positions. The result for a value is its rank divided by
        n - 1; if n is 1 it is 0.5. None stays None. Return the list in the original order.""",
        pt="""Ponha `values` em uma escala de 0 a 1 pelo posto. Ordene os n valores conhecidos (None
        não é conhecido); o que está na posição k da lista ordenada, contada a partir de 0, tem o
        posto k, e valores iguais têm todos a média das suas posições. O resultado de um valor é o
        seu posto dividido por n - 1; se n é 1, é 0.5. None continua None. Retorne a lista na ordem
        original.""",
    ),
    signature="def rank_scale(values: list[float | None]) -> list[float | None]:",
    ordinary=_scores,
    body="""
    known = sorted(value for value in values if value is not None)
    if len(known) == 1:
        return [None if value is None else 0.5 for value in values]
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, value in enumerate(known):
        first.setdefault(value, place)
        last[value] = place
    top = 2 * (len(known) - 1)
    return [
        None if value is None else (first[value] + last[value]) / top
        for value in values
    ]
    """,
    edges=lambda rng: [
        ([],),
        ([None, None],),
        ([None, float(rng.randint(1, 9))],),
        ([3.0, 3.0, 3.0, None],),
        ([float(rng.randint(2, 9)), 1.0],),
        ([2.0, 1.0, 2.0, -1.0, None, float(rng.randint(2, 9))],),
    ],
    oracle=_rank_oracle,
)

ADVANCED: tuple[Variant, ...] = (_ROBUST, _RANKS)
