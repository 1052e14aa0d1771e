"""Quantiles of numpy arrays: quartiles, ranks, ratios of percentiles, winsorising."""

from random import Random

import numpy as np
import numpy.typing as npt
from scipy import stats

from parelha.tasks.draws import distinct, numbers
from parelha.tasks.families.analyse_statistics.quantiles_advanced import ADVANCED, type7
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Floats = npt.NDArray[np.float64]
NAN = float("nan")


def _array(*values: float) -> Floats:
    return np.array(values, dtype=float)


def _values(rng: Random, size: int) -> Args:
    return (_array(*numbers(rng, size)),)


def _plain_edges(rng: Random) -> list[Args]:
    value = numbers(rng, 1)[0]
    return [
        (_array(value),),
        (_array(value, value, value + 8.0),),
        (_array(*numbers(rng, 5, -90.0, -10.0)),),
    ]


def _nan_edges(rng: Random) -> list[Args]:
    one, two, three = numbers(rng, 3)
    return [
        (_array(),),
        (_array(NAN, NAN),),
        (_array(NAN, one, two, NAN, three),),
        (_array(one, NAN),),
    ]


def _kept(x: Floats) -> Floats:
    return x[np.isfinite(x)]


_QUARTILES = levels(
    "quartiles",
    doc="Return the three quartiles.",
    ask=text(
        en="""Return a numpy array with the three quartiles (25 %, 50 %, 75 %) of the numpy array
        `x`, from low to high, with numpy's default linear interpolation.""",
        pt="""Retorne um array do numpy com os três quartis (25 %, 50 %, 75 %) do array `x` do
        numpy, do menor para o maior, com a interpolação linear padrão do numpy.""",
    ),
    signature="def quartiles(x: np.ndarray) -> np.ndarray:",
    ordinary=_values,
    easy=Level(
        contract=text("The array has at least one number.", "O array tem pelo menos um número."),
        imports="import numpy as np",
        body="""
        cuts: np.ndarray = np.quantile(x, [0.25, 0.5, 0.75])
        return cuts
        """,
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""Leave NaN out; if that leaves no number, return an array of three NaN.""",
            pt="""Deixe os NaN de fora; se não sobrar número, retorne um array de três NaN.""",
        ),
        imports="import numpy as np",
        body="""
        known = x[~np.isnan(x)]
        if known.size == 0:
            return np.full(3, np.nan)
        cuts: np.ndarray = np.quantile(known, [0.25, 0.5, 0.75])
        return cuts
        """,
        edges=_nan_edges,
    ),
    oracle=lambda x: type7(_kept(x), [0.25, 0.5, 0.75]),
)


def _scored(rng: Random, size: int) -> Args:
    scores = _array(*[float(rng.randint(0, 20)) for _ in range(size)])
    return scores, float(rng.choice(scores.tolist()))


_RANK = levels(
    "percentile_rank",
    doc="Return the percentage of values up to the score.",
    ask=text(
        en="""`x` is a numpy array with the points of all participants. Return the percentile rank
        of `score`: the percentage (0 to 100) of the values in `x` that are less than or equal to
        it.""",
        pt="""`x` é um array do numpy com os pontos de todos os participantes. Retorne o posto
        percentual de `score`: a porcentagem (0 a 100) dos valores de `x` que são menores ou iguais
        a ele.""",
    ),
    signature="def percentile_rank(x: np.ndarray, score: float) -> float:",
    ordinary=_scored,
    easy=Level(
        contract=text("There is always a participant.", "Há sempre um participante."),
        imports="import numpy as np",
        body="return float(100 * np.mean(x <= score))",
        edges=lambda rng: [
            (_array(5.0), 5.0),
            (_array(5.0, 6.0), float(rng.randint(7, 30))),
            (_array(*distinct(rng, 6)), -1.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN values are people who did not take part: leave them out of everything. With
            no participants return NaN.""",
            pt="""Valores NaN são pessoas que não participaram: deixe-as fora de tudo. Sem nenhum
            participante, retorne NaN.""",
        ),
        imports="import numpy as np",
        body="""
        known = x[~np.isnan(x)]
        if len(known) == 0:
            return float("nan")
        return float(100 * np.mean(known <= score))
        """,
        edges=lambda rng: [
            (_array(), 3.0),
            (_array(NAN, NAN), float(rng.randint(0, 9))),
            (_array(NAN, *distinct(rng, 3), NAN), 50.0),
            (_array(4.0, NAN), float(rng.randint(4, 9))),
        ],
    ),
    oracle=lambda x, score: (
        float(stats.percentileofscore(_kept(x), score, kind="weak")) if len(_kept(x)) else NAN
    ),
)


def _incomes(rng: Random, size: int) -> Args:
    return (_array(*numbers(rng, size, 5.0, 90.0)),)


def _ratio_oracle(x: Floats) -> object:
    if len(x) == 0:
        return 1.0
    low, high = type7(x, [0.1, 0.9])
    return float(high / low) if low else float("inf")


_RATIO = levels(
    "decile_ratio",
    doc="Return the ratio of the ninth to the first decile.",
    ask=text(
        en="""A common measure of inequality is the decile ratio: the 90th percentile of the incomes
        divided by the 10th percentile. Return it for the numpy array `x` of incomes, using linear
        interpolation as np.percentile does.""",
        pt="""Uma medida comum de desigualdade é a razão entre decis: o percentil 90 das rendas
        dividido pelo percentil 10. Retorne essa razão para o array do numpy `x` de rendas, com
        interpolação linear, como faz np.percentile.""",
    ),
    signature="def decile_ratio(x: np.ndarray) -> float:",
    ordinary=_incomes,
    easy=Level(
        contract=text(
            "All incomes are positive, and there is one or more.",
            "Todas as rendas são positivas, e há uma ou mais.",
        ),
        imports="import numpy as np",
        body="""
        low, high = np.percentile(x, [10, 90])
        return float(high / low)
        """,
        edges=lambda rng: [
            (_array(*numbers(rng, 1, 5.0)),),
            (_array(4.0, 4.0, 4.0, 4.0),),
            (_array(1.0, 2.0, float(rng.randint(50, 90))),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Incomes may be zero. If the 10th percentile is zero, return infinity; without any
            income at all, return 1.0.""",
            pt="""As rendas podem ser zero. Se o percentil 10 é zero, retorne infinito; sem nenhuma
            renda, retorne 1.0.""",
        ),
        imports="import numpy as np",
        body="""
        if len(x) == 0:
            return 1.0
        low, high = np.percentile(x, [10, 90])
        return float(high / low) if low > 0 else float("inf")
        """,
        edges=lambda rng: [
            (_array(),),
            (_array(0.0, 0.0),),
            (_array(0.0, 0.0, *numbers(rng, 3, 5.0)),),
            (_array(0.0, *numbers(rng, 3, 0.1, 1.0)),),
        ],
    ),
    oracle=_ratio_oracle,
)


def _winsorised(x: Floats) -> object:
    if len(_kept(x)) == 0:
        return x
    low, high = type7(_kept(x), [0.05, 0.95])
    return np.where(x < low, low, np.where(x > high, high, x))


_WINSORISE = levels(
    "winsorise",
    heldout=True,
    doc="Return the array with both tails pulled in to percentiles.",
    ask=text(
        en="""Winsorise the measurements in the numpy array `x`: everything below the 5th percentile
        is raised to it, and everything above the 95th percentile is lowered to that one. Give back
        a new array of the same length. The percentiles are interpolated linearly.""",
        pt="""Winsorize as medições do array `x` do numpy: tudo o que está abaixo do percentil 5
        sobe até ele, e tudo o que está acima do percentil 95 desce até este. Devolva um novo array
        do mesmo comprimento. Os percentis são interpolados linearmente.""",
    ),
    signature="def winsorise(x: np.ndarray) -> np.ndarray:",
    ordinary=_values,
    easy=Level(
        contract=text("Nothing is missing from it.", "Nada falta nele, nem está vazio."),
        imports="import numpy as np",
        body="""
        low, high = np.percentile(x, [5, 95])
        return np.asarray(np.clip(x, low, high))
        """,
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""NaN stays where it is and plays no part in the percentiles. `x` may consist of
            NaN only, or be empty.""",
            pt="""NaN fica onde está e não participa dos percentis. `x` pode ter só NaN, ou ser
            vazio.""",
        ),
        imports="import numpy as np",
        body="""
        if np.isnan(x).all():
            return x.copy()
        low, high = np.nanpercentile(x, [5, 95])
        return np.asarray(np.clip(x, low, high))
        """,
        edges=_nan_edges,
    ),
    oracle=_winsorised,
)


def _delays(rng: Random, size: int) -> Args:
    return _array(*distinct(rng, size)), rng.choice((5, 20, 33, 50, 80, 90, 95, 99))


def _nearest(x: Floats, percent: int) -> object:
    if len(x) == 0:
        return NAN
    return float(np.percentile(x, percent, method="inverted_cdf"))


_NEAREST = levels(
    "nearest_rank",
    heldout=True,
    doc="Return a percentile by the nearest-rank rule.",
    ask=text(
        en="""The response times of a server are in the numpy array `x`. Its operators never
        interpolate: they sort the n times and pick number k from the bottom, counting from 1, where
        k is percent * n / 100 rounded up. Which time do they pick?""",
        pt="""Os tempos de resposta de um servidor estão no array do numpy `x`. Os operadores nunca
        interpolam: ordenam os n tempos e escolhem o de número k a partir de baixo, contando de 1,
        sendo k igual a percent * n / 100 arredondado para cima. Qual tempo eles escolhem?""",
    ),
    signature="def nearest_rank(x: np.ndarray, percent: int) -> float:",
    ordinary=_delays,
    easy=Level(
        contract=text(
            "`percent` is a whole number from 1 to 100.",
            "`percent` é um número inteiro de 1 a 100.",
        ),
        imports="import numpy as np",
        body="""
        k = -(-percent * len(x) // 100)
        return float(np.sort(x)[k - 1])
        """,
        edges=lambda rng: [
            (_array(7.0), rng.randint(1, 100)),
            (_array(*distinct(rng, 4)), 50),
            (_array(*distinct(rng, 10)), 100),
            (_array(*distinct(rng, 5)), 1),
        ],
    ),
    hard=Level(
        contract=text(
            en="""With `percent` equal to 0 they pick the smallest time. Without any times the
            answer is NaN.""",
            pt="""Com `percent` igual a 0 eles escolhem o menor tempo. Sem nenhum tempo, a resposta
            é NaN.""",
        ),
        imports="import numpy as np",
        body="""
        if len(x) == 0:
            return float("nan")
        k = max(-(-percent * len(x) // 100), 1)
        return float(np.sort(x)[k - 1])
        """,
        edges=lambda rng: [
            (_array(), rng.choice((0, 50))),
            (_array(*distinct(rng, 6)), 0),
            (_array(3.0, 3.0, 1.0), rng.randint(34, 100)),
        ],
    ),
    oracle=_nearest,
)


_MISTAKES = (
    Mistake(
        "quartiles",
        "return np.array([x.min(), np.median(x), x.max()])",
        imports="import numpy as np",
    ),
    Mistake(
        "percentile_rank",
        "return float(100 * np.mean(x < score))",
        imports="import numpy as np",
    ),
    Mistake(
        "decile_ratio",
        "return float(np.percentile(x, 90) - np.percentile(x, 10))",
        imports="import numpy as np",
    ),
    Mistake(
        "percentile_rank",
        "return float(100 * np.sum(x <= score) / max(len(x), 1))",
        imports="import numpy as np",
        level=2,
    ),
)

FAMILY = Family(
    "analyse_statistics.quantiles",
    CoderAction.ANALYSE_STATISTICS,
    (*_QUARTILES, *_RANK, *_RATIO, *_WINSORISE, *_NEAREST, *ADVANCED),
    mistakes=_MISTAKES,
)
