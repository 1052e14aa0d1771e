"""Winsorising numpy arrays: at limits, quantiles, counts, standard deviations and fences."""

import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import mstats

from parelha.tasks.draws import distinct, numbers, with_outliers
from parelha.tasks.families.clean_data.winsorising_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _array(values: list[float]) -> Any:
    return np.array(values, dtype=np.float64)


def _limited(rng: Random, size: int) -> Args:
    low = float(rng.randint(-5, 20))
    return _array(numbers(rng, size)), low, low + float(rng.randint(5, 40))


def _limits_oracle(x: Any, low: float, high: float) -> object:
    return pd.Series(x, dtype=float).clip(min(low, high), max(low, high)).to_numpy()


_LIMITS = levels(
    "limits",
    doc="Return the array with its values limited to a range.",
    ask=text(
        en="""Limit the values of the numpy array `x`: those below `low` become `low` and those
        above `high` become `high`. Return a new float array of the same length.""",
        pt="""Limite os valores do array numpy `x`: os que estão abaixo de `low` viram `low` e os
        que estão acima de `high` viram `high`. Retorne um novo array de floats do mesmo
        comprimento.""",
    ),
    signature="def limit(x: np.ndarray, low: float, high: float) -> np.ndarray:",
    ordinary=_limited,
    easy=Level(
        contract=text("", ""),
        imports="import numpy as np",
        body="""
        limited: np.ndarray = np.clip(x, low, high)
        return limited
        """,
        edges=lambda rng: [
            (_array([]), 0.0, 1.0),
            (_array(numbers(rng, 3)), -99.0, 99.0),
            (_array([*numbers(rng, 3), 5.0]), 5.0, 5.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN stays NaN. The limits may come in the wrong order; then swap them.""",
            pt="""NaN continua NaN. Os limites podem vir na ordem errada; nesse caso troque um pelo
            outro.""",
        ),
        imports="import numpy as np",
        body="""
        limited: np.ndarray = np.clip(x, min(low, high), max(low, high))
        return limited
        """,
        edges=lambda rng: [
            (_array([math.nan, *numbers(rng, 3), 90.0]), 10.0, 20.0),
            (_array(numbers(rng, 6)), 30.0, 10.0),
            (_array([math.nan, 4.0, -4.0]), 2.0, float(rng.randint(-3, 1))),
        ],
    ),
    oracle=_limits_oracle,
)


def _with_share(rng: Random, size: int) -> Args:
    return _array(with_outliers(rng, size)), rng.choice([0.05, 0.1, 0.2])


def _quantiles_oracle(x: Any, p: float) -> object:
    column = pd.Series(x, dtype=float)
    return column.clip(float(column.quantile(p)), float(column.quantile(1.0 - p))).to_numpy()


_QUANTILES = levels(
    "quantiles",
    doc="Return the array limited to its p and 1 - p quantiles.",
    ask=text(
        en="""Winsorise the numpy array `x`: values below its quantile `p` become that quantile, and
        values above its quantile 1 - `p` become that one. Use np.quantile with its default, linear
        interpolation. Return a new float array.""",
        pt="""Winsorize o array numpy `x`: valores abaixo do quantil `p` viram esse quantil, e
        valores acima do quantil 1 - `p` viram este último. Use np.quantile com o padrão,
        interpolação linear. Retorne um novo array de floats.""",
    ),
    signature="def winsorise(x: np.ndarray, p: float) -> np.ndarray:",
    ordinary=_with_share,
    easy=Level(
        contract=text("`x` has at least one value.", "`x` tem pelo menos um valor."),
        imports="import numpy as np",
        body="""
        low, high = np.quantile(x, [p, 1 - p])
        clipped: np.ndarray = np.clip(x, low, high)
        return clipped
        """,
        edges=lambda rng: [
            (_array(numbers(rng, 1)), 0.1),
            (_array(numbers(rng, 5)), 0.0),
            (_array(numbers(rng, 4)), 0.5),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN stays NaN and has no influence on the quantiles. An array without numbers is
            returned as it is.""",
            pt="""NaN continua NaN e não influencia os quantis. Um array sem números é retornado
            como está.""",
        ),
        imports="import numpy as np",
        body="""
        known = x[~np.isnan(x)]
        if known.size == 0:
            return x
        low, high = np.quantile(known, [p, 1 - p])
        clipped: np.ndarray = np.clip(x, low, high)
        return clipped
        """,
        edges=lambda rng: [
            (_array([]), 0.1),
            (_array([math.nan] * rng.randint(1, 3)), 0.1),
            (_array([math.nan, *numbers(rng, 6), math.nan]), 0.25),
        ],
    ),
    oracle=_quantiles_oracle,
)


def _with_count(rng: Random, size: int) -> Args:
    return _array(distinct(rng, size)), rng.randint(1, max(1, (size - 1) // 3))


def _counts_oracle(x: Any, k: int) -> object:
    if 2 * k >= len(x):
        return NotImplemented
    return np.asarray(mstats.winsorize(x, limits=((k + 0.5) / len(x), (k + 0.5) / len(x))))


_COUNTS = levels(
    "counts",
    doc="Return the array with its k smallest and k largest values drawn in.",
    ask=text(
        en="""In the numpy array `x` the `k` smallest values become equal to the next larger one,
        and the `k` largest become equal to the next smaller one: after sorting, these are the
        values at the positions `k` and -`k` - 1. Return the changed values in the original order,
        as a new array.""",
        pt="""No array numpy `x`, os `k` menores valores ficam iguais ao seguinte maior, e os `k`
        maiores ficam iguais ao seguinte menor: depois de ordenar, esses são os valores nas posições
        `k` e -`k` - 1. Retorne os valores alterados na ordem original, em um novo array.""",
    ),
    signature="def pull_in(x: np.ndarray, k: int) -> np.ndarray:",
    ordinary=_with_count,
    easy=Level(
        contract=text("`x` has more than 2 * `k` values.", "`x` tem mais de 2 * `k` valores."),
        imports="import numpy as np",
        body="""
        ordered = np.sort(x)
        drawn: np.ndarray = np.clip(x, ordered[k], ordered[-k - 1])
        return drawn
        """,
        edges=lambda rng: [
            (_array(numbers(rng, 3)), 1),
            (_array(numbers(rng, 5)), 0),
            (_array([2.0, 2.0, 9.0, 9.0, float(rng.randint(3, 8))]), 2),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Where `k` is too large for the array, use the largest `k` that leaves a value in
            the middle, (n - 1) // 2. An empty array gives an empty array.""",
            pt="""Se `k` é grande demais para o array, use o maior `k` que deixa algum valor no
            meio, (n - 1) // 2. Um array vazio dá um array vazio.""",
        ),
        imports="import numpy as np",
        body="""
        if x.size == 0:
            return x
        ordered = np.sort(x)
        last = min(k, (x.size - 1) // 2)
        drawn: np.ndarray = np.clip(x, ordered[last], ordered[-last - 1])
        return drawn
        """,
        edges=lambda rng: [
            (_array([]), 2),
            (_array(numbers(rng, 4)), 2),
            (_array(distinct(rng, 6)), 9),
        ],
    ),
    oracle=_counts_oracle,
)


def _with_factor(rng: Random, size: int) -> Args:
    return _array(with_outliers(rng, size)), rng.choice([1.0, 1.5, 2.0])


def _sigma_oracle(signal: Any, c: float) -> object:
    column = pd.Series(signal, dtype=float)
    known = column[np.isfinite(column)]
    if known.empty:
        return NotImplemented
    return column.clip(known.mean() - c * known.std(ddof=0), known.mean() + c * known.std(ddof=0))


_SIGMA = levels(
    "standard_deviations",
    heldout=True,
    doc="Return the signal limited to c standard deviations around its mean.",
    ask=text(
        en="""Spikes spoil a recorded `signal`, which is a numpy array. Cut each of them off at c
        population standard deviations (numpy's default) from the mean: no sample of the array you
        give back exceeds mean + `c` * std or falls short of mean - `c` * std, with both computed
        from the signal as recorded.""",
        pt="""Picos estragam um sinal gravado, `signal`, que é um array numpy. Corte cada um deles a
        c desvios padrão populacionais (o padrão do numpy) da média: nenhuma amostra do array
        devolvido passa de média + `c` * desvio nem fica aquém de média - `c` * desvio, ambos
        calculados do sinal como foi gravado.""",
    ),
    signature="def despike(signal: np.ndarray, c: float) -> np.ndarray:",
    ordinary=_with_factor,
    easy=Level(
        contract=text("The signal is not empty.", "O sinal não é vazio."),
        imports="import numpy as np",
        body="""
        reach = c * signal.std()
        centre = signal.mean()
        cut: np.ndarray = np.clip(signal, centre - reach, centre + reach)
        return cut
        """,
        edges=lambda rng: [
            (_array(numbers(rng, 1)), 1.0),
            (_array(numbers(rng, 4)), 0.0),
            (_array([3.0] * rng.randint(2, 5)), 2.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Mean and standard deviation come from the finite samples only; infinite samples
            are cut off like other spikes, while NaN passes through. If no sample is finite, hand
            the signal back unchanged.""",
            pt="""Média e desvio vêm apenas das amostras finitas; amostras infinitas são cortadas
            como os outros picos, enquanto NaN passa sem mudança. Se nenhuma amostra é finita,
            devolva o sinal inalterado.""",
        ),
        imports="import numpy as np",
        body="""
        finite = signal[np.isfinite(signal)]
        if finite.size == 0:
            return signal
        reach = c * finite.std()
        centre = finite.mean()
        cut: np.ndarray = np.clip(signal, centre - reach, centre + reach)
        return cut
        """,
        edges=lambda rng: [
            (_array([math.nan, math.inf]), float(rng.randint(1, 3))),
            (_array([math.inf, *numbers(rng, 4), -math.inf]), 1.0),
            (_array([*numbers(rng, 5), math.nan]), 0.5),
        ],
    ),
    oracle=lambda signal, c: (
        answer
        if isinstance(answer := _sigma_oracle(signal, c), type(NotImplemented))
        else np.asarray(answer)
    ),
)


def _fence_gap(values: list[float]) -> float:
    """Return how far the values keep from the fences, where two right programs might differ."""
    low, high = (float(q) for q in np.quantile(values, [0.25, 0.75]))
    fences = (low - 1.5 * (high - low), high + 1.5 * (high - low))
    return min(abs(value - fence) for value in values for fence in fences)


def _fenced(rng: Random, size: int) -> Args:
    while _fence_gap(values := with_outliers(rng, size + 3, 2)) < 1e-6:
        continue
    return (_array(values),)


_FENCES = levels(
    "nearest_inside_fences",
    heldout=True,
    doc="Return the sample with its outliers moved to the nearest inner value.",
    ask=text(
        en="""Tukey's fences for a numpy array `sample` lie 1.5 interquartile ranges outside its
        quartiles (np.quantile at 0.25 and 0.75). Observations beyond a fence are to be moved, not
        dropped: a high one to the largest observation that is not beyond the upper fence, a low one
        to the smallest that is not beyond the lower fence. Give the moved observations back in an
        array, each in its place.""",
        pt="""As cercas de Tukey de um array numpy `sample` ficam a 1.5 amplitude interquartil para
        fora dos quartis (np.quantile em 0.25 e 0.75). Observações além de uma cerca devem ser
        movidas, e não eliminadas: uma alta, para a maior observação que não passa da cerca
        superior; uma baixa, para a menor que não passa da cerca inferior. Devolva as observações
        movidas em um array, cada uma em seu lugar.""",
    ),
    signature="def move_in(sample: np.ndarray) -> np.ndarray:",
    ordinary=_fenced,
    easy=Level(
        contract=text("There are four observations or more.", "Há quatro observações ou mais."),
        imports="import numpy as np",
        body="""
        low, high = np.quantile(sample, [0.25, 0.75])
        reach = 1.5 * (high - low)
        inner = sample[(sample >= low - reach) & (sample <= high + reach)]
        moved: np.ndarray = np.clip(sample, inner.min(), inner.max())
        return moved
        """,
        edges=lambda rng: [
            (_array([1.0, 2.0, 3.0, 4.0, float(rng.randint(50, 99))]),),
            (_array([-float(rng.randint(50, 99)), 1.0, 2.0, 3.0, 4.0]),),
            (_array([5.0, 5.0, 5.0, 5.0, 6.0]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""An empty array or one of NaN alone comes back as it went in; elsewhere NaN is no
            observation and stays where it is.""",
            pt="""Um array vazio, ou só com NaN, volta como entrou; nos demais, NaN não é uma
            observação e fica onde está.""",
        ),
        imports="import numpy as np",
        body="""
        known = sample[~np.isnan(sample)]
        if known.size == 0:
            return sample
        low, high = np.quantile(known, [0.25, 0.75])
        reach = 1.5 * (high - low)
        inner = known[(known >= low - reach) & (known <= high + reach)]
        moved: np.ndarray = np.clip(sample, inner.min(), inner.max())
        return moved
        """,
        edges=lambda rng: [
            (_array([]),),
            (_array([math.nan] * rng.randint(1, 3)),),
            (_array([math.nan, 1.0, 2.0, 3.0, 4.0, float(rng.randint(50, 99)), math.nan]),),
        ],
    ),
)

_MISTAKES = (
    Mistake("limits", "return np.where(x < low, low, x)", imports="import numpy as np"),
    Mistake(
        "quantiles",
        "return x[(x >= np.quantile(x, p)) & (x <= np.quantile(x, 1 - p))]",
        imports="import numpy as np",
    ),
    Mistake(
        "counts",
        "return np.clip(x, np.sort(x)[k], np.sort(x)[-k])",
        imports="import numpy as np",
    ),
    Mistake(
        "standard_deviations",
        "return np.clip(signal, -c * signal.std(), c * signal.std())",
        imports="import numpy as np",
    ),
)

FAMILY = Family(
    "clean_data.winsorising",
    CoderAction.CLEAN_DATA,
    (*_LIMITS, *_QUANTILES, *_COUNTS, *_SIGMA, *_FENCES, *ADVANCED),
    mistakes=_MISTAKES,
)
