"""Moving windows over a pandas Series: means, ranges, medians, changes, drawdowns."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.families.analyse_statistics.moving_windows_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

NAN = float("nan")
_IMPORT = "import pandas as pd"


def _series(values: list[float]) -> "pd.Series[float]":
    return pd.Series(values, dtype=float)


def _windowed(rng: Random, size: int) -> Args:
    return _series(numbers(rng, size)), rng.randint(2, 3)


def _plain_edges(rng: Random) -> list[Args]:
    days = pd.Index([10, 20, 30, 40, 50])
    return [
        (_series(numbers(rng, 5)), 1),
        (_series(numbers(rng, 4)), 4),
        (pd.Series(numbers(rng, 5), index=days, dtype=float), 2),
    ]


def _long_edges(rng: Random) -> list[Args]:
    return [
        (_series([]), 2),
        (_series(numbers(rng, 1)), 3),
        (_series(numbers(rng, 3)), 5),
        (_series([NAN, *numbers(rng, 4), NAN, NAN, NAN, 1.0]), 2),
    ]


def _views(s: "pd.Series[float]", window: int) -> list[list[float]]:
    """For each place the values in the window that ends there; shorter at the start."""
    values = [float(value) for value in s]
    return [values[max(0, stop - window) : stop] for stop in range(1, len(values) + 1)]


def _like(s: "pd.Series[float]", values: list[float]) -> "pd.Series[float]":
    return pd.Series(values, index=s.index, dtype=float)


def _mean_oracle(s: "pd.Series[float]", window: int) -> object:
    answer = []
    for own in _views(s, window)[window - 1 :]:
        known = [value for value in own if not np.isnan(value)]
        answer.append(sum(known) / len(known) if known else NAN)
    return _like(s.iloc[window - 1 :], answer)


_MEAN = levels(
    "mean",
    doc="Return the mean of each full window.",
    ask=text(
        en="""Return the moving average of the Series `s`: for each full window of `window`
        consecutive values their mean, under the index label of the last value of the window. The
        first window - 1 labels, which have no full window, are not in the result.""",
        pt="""Retorne a média móvel da Series `s`: para cada janela completa de `window` valores
        consecutivos, a média deles, com o rótulo do índice do último valor da janela. Os primeiros
        window - 1 rótulos, que não têm janela completa, não aparecem no resultado.""",
    ),
    signature="def moving_average(s: pd.Series, window: int) -> pd.Series:",
    ordinary=_windowed,
    easy=Level(
        contract=text(
            "The window is at least 1 and no longer than the series.",
            "A janela é de pelo menos 1 e não é mais longa que a série.",
        ),
        imports=_IMPORT,
        body="return s.rolling(window).mean().iloc[window - 1:]",
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""NaN values are left out of the mean of their window; a window with only NaN has
            the mean NaN. If the series is shorter than the window, the result is an empty
            Series.""",
            pt="""Valores NaN ficam de fora da média da sua janela; uma janela só com NaN tem a
            média NaN. Se a série é mais curta que a janela, o resultado é uma Series vazia.""",
        ),
        imports=_IMPORT,
        body="return s.rolling(window, min_periods=1).mean().iloc[window - 1:]",
        edges=_long_edges,
    ),
    oracle=_mean_oracle,
)


def _range_oracle(s: "pd.Series[float]", window: int) -> object:
    known = [[x for x in own if not np.isnan(x)] for own in _views(s, window)]
    return _like(s, [float(np.ptp(own)) if own else 0.0 for own in known])


_RANGE = levels(
    "range",
    doc="Return the spread of the window that ends at each value.",
    ask=text(
        en="""For every value of the Series `s` take the window of the last `window` values, itself
        included, and return a Series with the range of each window (largest minus smallest value),
        with the index of `s`.""",
        pt="""Para cada valor da Series `s`, tome a janela dos últimos `window` valores, incluindo
        ele mesmo, e retorne uma Series com a amplitude de cada janela (maior valor menos menor
        valor), com o índice de `s`.""",
    ),
    signature="def moving_range(s: pd.Series, window: int) -> pd.Series:",
    ordinary=_windowed,
    easy=Level(
        contract=text(
            "At the start, where there are fewer values than that, take those there are.",
            "No início, onde há menos valores que isso, tome os que houver.",
        ),
        imports=_IMPORT,
        body="""
        windows = s.rolling(window, min_periods=1)
        return windows.max() - windows.min()
        """,
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""NaN values are ignored, and a window that holds nothing else has the range 0.0.
            The window may be longer than the whole series, and the series may be empty.""",
            pt="""Valores NaN são ignorados, e uma janela que não tem mais nada tem a amplitude 0.0.
            A janela pode ser mais longa que a série inteira, e a série pode ser vazia.""",
        ),
        imports=_IMPORT,
        body="""
        ends = range(1, len(s) + 1)
        windows = [s.iloc[max(end - window, 0):end] for end in ends]
        ranges = [float(own.max() - own.min()) for own in windows]
        return pd.Series(ranges, index=s.index, dtype=float).fillna(0.0)
        """,
        edges=_long_edges,
    ),
    oracle=_range_oracle,
)


def _surprise_oracle(s: "pd.Series[float]", window: int) -> object:
    values = [float(value) for value in s]
    answer = []
    for place, value in enumerate(values):
        before = [x for x in values[max(0, place - window) : place] if not np.isnan(x)]
        answer.append(value - float(np.mean(before)) if place and before else 0.0)
    if s.isna().any():
        answer = [0.0 if np.isnan(x) else a for x, a in zip(values, answer, strict=True)]
    return _like(s, answer)


_SURPRISE = levels(
    "surprise",
    doc="Return each value minus the mean of the values just before it.",
    ask=text(
        en="""How much does each value of the Series `s` differ from what came just before? Return a
        Series with the same index that holds the value minus the mean of the `window` values before
        it, itself not included (near the start, of as many as there are). The first value has
        nothing before it and gets 0.0.""",
        pt="""Quanto cada valor da Series `s` difere do que veio logo antes? Retorne uma Series com
        o mesmo índice que traz o valor menos a média dos `window` valores anteriores a ele, sem
        incluí-lo (perto do início, de quantos houver). O primeiro valor não tem nada antes e recebe
        0.0.""",
    ),
    signature="def surprise(s: pd.Series, window: int) -> pd.Series:",
    ordinary=_windowed,
    easy=Level(
        contract=text("There are no gaps in it.", "Não há lacunas nela."),
        imports=_IMPORT,
        body="""
        before = s.shift(1).rolling(window, min_periods=1).mean()
        return (s - before).fillna(0.0)
        """,
        edges=lambda rng: [
            *_plain_edges(rng),
            (_series(numbers(rng, 1)), 3),
            (_series(numbers(rng, 3)), 5),
        ],
    ),
    hard=Level(
        contract=text(
            en="""NaN marks a gap: gaps do not enter the mean, and a gap itself gets 0.0, as does a
            value that has only gaps in its window. The series may be empty.""",
            pt="""NaN marca uma lacuna: lacunas não entram na média, e a própria lacuna recebe 0.0,
            assim como um valor que só tem lacunas na sua janela. A série pode ser vazia.""",
        ),
        imports=_IMPORT,
        body="""
        before = s.shift(1).rolling(window, min_periods=1).mean()
        return (s - before).fillna(0.0)
        """,
        edges=lambda rng: [
            (_series([]), 2),
            (_series([NAN, *numbers(rng, 3), NAN, NAN, NAN, 1.0]), 2),
            (_series([4.0, NAN, float(rng.randint(5, 30))]), 1),
        ],
    ),
    oracle=_surprise_oracle,
)


def _centred_oracle(s: "pd.Series[float]", half: int) -> object:
    values = [float(value) for value in s]
    answer = []
    for place, value in enumerate(values):
        around = values[max(0, place - half) : place + half + 1]
        answer.append(NAN if np.isnan(value) else float(np.nanmedian(around)))
    return _like(s, answer)


_CENTRED = levels(
    "centred_median",
    heldout=True,
    doc="Return the median around each sample.",
    ask=text(
        en="""Take the noise out of the signal in the Series `s` by a median filter: each sample
        gives way to the median of itself, the `half` samples to its left and the `half` samples to
        its right. The answer keeps the labels of `s`.""",
        pt="""Tire o ruído do sinal na Series `s` com um filtro de mediana: cada amostra dá lugar à
        mediana dela mesma, das `half` amostras à sua esquerda e das `half` amostras à sua direita.
        A resposta mantém os rótulos de `s`.""",
    ),
    signature="def median_filter(s: pd.Series, half: int) -> pd.Series:",
    ordinary=lambda rng, size: (_series(numbers(rng, size)), rng.randint(1, 2)),
    easy=Level(
        contract=text(
            "Where the signal ends on one side, the neighbours there are suffice.",
            "Onde o sinal acaba de um lado, bastam as vizinhas que houver.",
        ),
        imports=_IMPORT,
        body="""
        around = [s.iloc[max(i - half, 0):i + half + 1] for i in range(len(s))]
        medians = [float(samples.median()) for samples in around]
        return pd.Series(medians, index=s.index, dtype=float)
        """,
        edges=lambda rng: [*_plain_edges(rng), (_series(numbers(rng, 6)), 0)],
    ),
    hard=Level(
        contract=text(
            en="""A lost sample is NaN: it stays NaN, and does not enter the median of any other
            sample. There may be no samples at all.""",
            pt="""Uma amostra perdida é NaN: continua NaN, e não entra na mediana de nenhuma outra
            amostra. Pode não haver nenhuma amostra.""",
        ),
        imports=_IMPORT,
        body="""
        around = [s.iloc[max(i - half, 0):i + half + 1] for i in range(len(s))]
        medians = [float(samples.median()) for samples in around]
        return pd.Series(medians, index=s.index, dtype=float).where(s.notna())
        """,
        edges=_long_edges,
    ),
    oracle=_centred_oracle,
)


def _drawdown_oracle(s: "pd.Series[float]") -> object:
    worst, peak = 0.0, 0.0
    for price in s:
        if not np.isnan(price):
            peak = max(peak, price)
            worst = max(worst, 1 - price / peak)
    return worst


_DRAWDOWN = levels(
    "drawdown",
    heldout=True,
    doc="Return the largest fall from a peak, as a share of the peak.",
    ask=text(
        en="""An investor fears falling prices. At any time the fall is how far the price lies below
        the highest price up to then, as a share of that highest price: 0.25 after going from 80 to
        60. What is the largest fall in the price series `s`?""",
        pt="""Um investidor teme preços em queda. A cada momento, a queda é quanto o preço está
        abaixo do maior preço até ali, como fração desse maior preço: 0.25 depois de ir de 80 a 60.
        Qual é a maior queda na série de preços `s`?""",
    ),
    signature="def drawdown(s: pd.Series) -> float:",
    ordinary=lambda rng, size: (_series(numbers(rng, size, 20.0, 90.0)),),
    easy=Level(
        contract=text(
            "Prices are positive and never lacking.", "Os preços são positivos e nunca faltam."
        ),
        imports=_IMPORT,
        body="return float((1 - s / s.cummax()).max())",
        edges=lambda rng: [
            (_series(numbers(rng, 1, 20.0)),),
            (_series([10.0, 20.0, float(rng.randint(30, 90))]),),
            (_series([50.0, 10.0, float(rng.randint(60, 90)), 30.0]),),
        ],
    ),
    hard=Level(
        contract=text(
            en="""On a day without trade the price is NaN, which is neither a peak nor a fall. If
            there was no trade on any day, the largest fall is 0.0.""",
            pt="""Em um dia sem negócios o preço é NaN, que não é nem pico nem queda. Se não houve
            negócios em nenhum dia, a maior queda é 0.0.""",
        ),
        imports=_IMPORT,
        body="""
        prices = s.dropna()
        if prices.empty:
            return 0.0
        return float((1 - prices / prices.cummax()).max())
        """,
        edges=lambda rng: [
            (_series([]),),
            (_series([NAN] * rng.randint(1, 5)),),
            (_series([NAN, *numbers(rng, 3, 20.0), NAN]),),
            (_series([80.0, NAN, float(rng.randint(20, 60)), 90.0]),),
        ],
    ),
    oracle=_drawdown_oracle,
)


_MISTAKES = (
    Mistake("mean", "return s.rolling(window).mean()", imports=_IMPORT),
    Mistake("range", "return s.rolling(window).max() - s.rolling(window).min()", imports=_IMPORT),
    Mistake(
        "surprise",
        "return s - s.rolling(window, min_periods=1).mean()",
        imports=_IMPORT,
    ),
    Mistake(
        "mean",
        "return s.dropna().rolling(window).mean().iloc[window - 1:]",
        imports=_IMPORT,
        level=2,
    ),
)

FAMILY = Family(
    "analyse_statistics.moving_windows",
    CoderAction.ANALYSE_STATISTICS,
    (*_MEAN, *_RANGE, *_SURPRISE, *_CENTRED, *_DRAWDOWN, *ADVANCED),
    mistakes=_MISTAKES,
)
