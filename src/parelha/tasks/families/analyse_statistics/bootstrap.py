"""Bootstrap with given resamples, so that the answer is determined: kept whole for evaluation."""

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import mstats

from parelha.tasks.draws import numbers
from parelha.tasks.families.analyse_statistics.bootstrap_advanced import ADVANCED
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
NAN = float("nan")
_IMPORT = "import numpy as np"

# In all variants idx has one row per resample; its entries are places in the array of values.


def _draws(rng: Random, size: int, num_values: int, width: int | None = None) -> Places:
    """`size` resamples of `width` places (as many as values, by default) out of `num_values`."""
    wide = num_values if width is None else width
    rows = [[rng.randrange(num_values) for _ in range(wide)] for _ in range(size)]
    return np.array(rows, dtype=np.int64).reshape(size, wide)


def _resampled(rng: Random, size: int) -> Args:
    num_values = rng.randint(4, 7)
    return np.array(numbers(rng, num_values), dtype=float), _draws(rng, size, num_values)


def _edge(values: list[float], rows: list[list[int]], width: int = 0) -> Args:
    places = np.array(rows, dtype=np.int64).reshape(len(rows), len(rows[0]) if rows else width)
    return np.array(values, dtype=float), places


def _plain_edges(rng: Random) -> list[Args]:
    return [
        _edge(numbers(rng, 1), [[0], [0]]),
        _edge(numbers(rng, 3), [[2, 2, 2], [0, 1, 2], [0, 0, 0], [1, 0, 1]]),
        _edge(numbers(rng, 4), [[3, 1], [0, 0], [1, 2]]),
    ]


def _gap_edges(rng: Random) -> list[Args]:
    one, two, three = numbers(rng, 3)
    return [
        _edge(numbers(rng, 3), [], 3),
        _edge([one, NAN], [[1, 1], [1, 1]]),
        _edge([NAN, two], [[0, 1], [0, 0]]),
        _edge([one, NAN, two, 90.0], [[0, 0], [1, 1], [2, 3]]),
        _edge([one, NAN, two], [[0, 1, 2], [1, 1, 1], [2, 2, 1], [0, 0, 0]]),
        _edge([NAN, two, three], [[0, 1, 0], [0, 2, 2], [1, 2, 1]]),
    ]


def _resamples(x: Floats, idx: Places) -> list[list[float]]:
    """The resamples as lists, without NaN; those with nothing left are dropped."""
    drawn = [[float(x[place]) for place in row if not np.isnan(x[place])] for row in idx.tolist()]
    return [own for own in drawn if own]


def _means_oracle(x: Floats, idx: Places) -> object:
    table = pd.DataFrame([[float(x[place]) for place in row] for row in idx.tolist()], dtype=float)
    return table.mean(axis=1).to_numpy(dtype=float).reshape(len(idx))


_MEANS = levels(
    "means",
    doc="Return the mean of every resample.",
    ask=text(
        en="""Each row of the integer array `idx` is a bootstrap resample of the numbers in the
        array `x` and says which places of `x` were drawn, some of them repeatedly. Obtain a numpy
        array with the mean of the drawn numbers, resample by resample.""",
        pt="""Cada linha do array de inteiros `idx` é uma reamostra bootstrap dos números do array
        `x` e diz quais posições de `x` foram sorteadas, algumas repetidamente. Obtenha um array do
        numpy com a média dos números sorteados, reamostra por reamostra.""",
    ),
    signature="def resample_means(x: np.ndarray, idx: np.ndarray) -> np.ndarray:",
    ordinary=_resampled,
    easy=Level(
        contract=text("Every resample drew something.", "Toda reamostra sorteou algo."),
        imports=_IMPORT,
        body="return np.asarray(x[idx].mean(axis=1))",
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""A drawn NaN does not take part in its mean, which is NaN for a resample that drew
            NaN only. The number of resamples can be zero.""",
            pt="""Um NaN sorteado não toma parte na média, que é NaN para uma reamostra que só
            sorteou NaN. O número de reamostras pode ser zero.""",
        ),
        imports=_IMPORT,
        body="""
        drawn = x[idx]
        known = ~np.isnan(drawn)
        counts = known.sum(axis=1)
        sums = np.where(known, drawn, 0.0).sum(axis=1)
        means = sums / np.where(counts > 0, counts, 1)
        return np.where(counts > 0, means, np.nan)
        """,
        edges=_gap_edges,
    ),
    oracle=_means_oracle,
)


def _type7(values: list[float], shares: list[float]) -> Any:
    return mstats.mquantiles(np.array(values), prob=shares, alphap=1.0, betap=1.0)


def _interval_oracle(x: Floats, idx: Places) -> object:
    means = [sum(own) / len(own) for own in _resamples(x, idx)]
    if not means:
        return (NAN, NAN)
    low, high = _type7(means, [0.025, 0.975])
    return (float(low), float(high))


_INTERVAL = levels(
    "percentile_interval",
    doc="Return the 95 % percentile interval of the mean.",
    ask=text(
        en="""Find the 95 % percentile interval that the bootstrap gives for the mean of `x`. The
        resamples have been drawn already: a row of the array `idx` lists the places of `x` that one
        of them consists of. The ends of the interval are the 2.5th and the 97.5th percentile
        (interpolated linearly, as numpy does) of the means of the resamples.""",
        pt="""Encontre o intervalo percentil de 95 % que o bootstrap dá para a média de `x`. As
        reamostras já foram sorteadas: uma linha do array `idx` lista as posições de `x` de que uma
        delas consiste. Os extremos do intervalo são os percentis 2.5 e 97.5 (interpolados
        linearmente, como faz o numpy) das médias das reamostras.""",
    ),
    signature="def percentile_interval(x: np.ndarray, idx: np.ndarray) -> tuple[float, float]:",
    ordinary=_resampled,
    easy=Level(
        contract=text(
            "At least one resample exists, and no NaN.",
            "Existe pelo menos uma reamostra, e nenhum NaN.",
        ),
        imports=_IMPORT,
        body="""
        means = x[idx].mean(axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        return float(low), float(high)
        """,
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""NaN places are skipped inside a resample; a resample of NaN only is skipped as a
            whole. Both ends are NaN if nothing comes of it.""",
            pt="""Posições com NaN são puladas dentro de uma reamostra; uma reamostra só de NaN é
            pulada por inteiro. Os dois extremos são NaN se disso não resulta nada.""",
        ),
        imports=_IMPORT,
        body="""
        drawn = x[idx]
        drawn = drawn[~np.isnan(drawn).all(axis=1)]
        if len(drawn) == 0:
            return float("nan"), float("nan")
        means = np.nanmean(drawn, axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        return float(low), float(high)
        """,
        edges=_gap_edges,
    ),
    oracle=_interval_oracle,
)


def _error_oracle(x: Floats, idx: Places) -> object:
    medians = pd.Series([float(np.median(own)) for own in _resamples(x, idx)], dtype=float)
    return float(medians.std()) if len(medians) > 1 else 0.0


_ERROR = levels(
    "standard_error",
    doc="Return the bootstrap standard error of the median.",
    ask=text(
        en="""There is no simple formula for the standard error of a median, but the bootstrap has
        one: take the median of the numbers x[idx[b]] for every row b of the integer array `idx`,
        and then the standard deviation of these medians, with one less than their number as its
        divisor. Which standard error results?""",
        pt="""Não há fórmula simples para o erro padrão de uma mediana, mas o bootstrap tem uma:
        tome a mediana dos números x[idx[b]] para toda linha b do array de inteiros `idx`, e depois
        o desvio padrão dessas medianas, tendo como divisor um a menos que a quantidade delas. Que
        erro padrão resulta?""",
    ),
    signature="def median_error(x: np.ndarray, idx: np.ndarray) -> float:",
    ordinary=_resampled,
    easy=Level(
        contract=text("`idx` has two rows at the least.", "`idx` tem no mínimo duas linhas."),
        imports=_IMPORT,
        body="return float(np.median(x[idx], axis=1).std(ddof=1))",
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""Drawn NaN have no say in a median, and a row that drew nothing else has no median.
            Fewer than two medians make the error 0.0.""",
            pt="""Os NaN sorteados não contam na mediana, e uma linha que não sorteou outra coisa
            não tem mediana. Menos de duas medianas fazem o erro ser 0.0.""",
        ),
        imports=_IMPORT,
        body="""
        drawn = x[idx]
        drawn = drawn[~np.isnan(drawn).all(axis=1)]
        if len(drawn) < 2:
            return 0.0
        return float(np.nanmedian(drawn, axis=1).std(ddof=1))
        """,
        edges=_gap_edges,
    ),
    oracle=_error_oracle,
)


def _bias_oracle(x: Floats, idx: Places) -> object:
    largest = [max(own) for own in _resamples(x, idx)]
    known = [value for value in x.tolist() if not np.isnan(value)]
    return sum(largest) / len(largest) - max(known) if largest else 0.0


_BIAS = levels(
    "bias",
    doc="Return the bootstrap estimate of the bias of the maximum.",
    ask=text(
        en="""The largest number of a sample tends to fall short of what is possible. Let the
        bootstrap say by how much: average the largest drawn number over the resamples, whose places
        in `x` are the rows of `idx`, and subtract the largest number of `x` itself. Hand over this
        estimate of the bias.""",
        pt="""O maior número de uma amostra costuma ficar aquém do possível. Deixe o bootstrap dizer
        quanto: tire a média do maior número sorteado sobre as reamostras, cujas posições em `x` são
        as linhas de `idx`, e subtraia o maior número do próprio `x`. Entregue essa estimativa do
        viés.""",
    ),
    signature="def bias_of_maximum(x: np.ndarray, idx: np.ndarray) -> float:",
    ordinary=_resampled,
    easy=Level(
        contract=text(
            "Rows there are, each with a place or more.",
            "Linhas há, cada uma com uma posição ou mais.",
        ),
        imports=_IMPORT,
        body="return float(x[idx].max(axis=1).mean() - x.max())",
        edges=_plain_edges,
    ),
    hard=Level(
        contract=text(
            en="""NaN is never a largest number; a resample without any other value is passed by. If
            all are passed by, the bias is put at 0.0.""",
            pt="""NaN nunca é o maior número; uma reamostra sem nenhum outro valor é deixada de
            lado. Se todas ficam de lado, o viés é dado como 0.0.""",
        ),
        imports=_IMPORT,
        body="""
        drawn = x[idx]
        drawn = drawn[~np.isnan(drawn).all(axis=1)]
        if len(drawn) == 0:
            return 0.0
        return float(np.nanmax(drawn, axis=1).mean() - np.nanmax(x))
        """,
        edges=_gap_edges,
    ),
    oracle=_bias_oracle,
)


def _two_groups(rng: Random, size: int) -> Args:
    # Thirds, quarters and sixths of whole numbers never equal a quarter plus a tenth: no ties.
    a = [float(rng.randint(0, 20)) for _ in range(rng.choice((3, 4, 6)))]
    b = [rng.randint(3, 23) + 0.1 for _ in range(4)]
    return (
        np.array(a, dtype=float),
        np.array(b, dtype=float),
        _draws(rng, size, len(a)),
        _draws(rng, size, len(b)),
    )


def _share_oracle(a: Floats, b: Floats, ia: Places, ib: Places) -> object:
    wins = 0.0
    for first, second in zip(ia.tolist(), ib.tolist(), strict=True):
        left, right = sum(a[k] for k in first), sum(b[k] for k in second)
        gap = float(right * len(first) - left * len(second))
        wins += 0.5 if abs(gap) < 1e-6 else float(gap > 0)
    return wins / len(ia) if len(ia) else 0.5


def _four(a: list[float], b: list[float], ia: list[list[int]], ib: list[list[int]]) -> Args:
    first, second = _edge(a, ia, 2), _edge(b, ib, 2)
    return first[0], second[0], first[1], second[1]


_SHARE = levels(
    "share_of_wins",
    doc="Return the share of resamples in which b has the larger sum.",
    ask=text(
        en="""Is the medicine better than the placebo? In resample r the placebo group holds the
        values a[ia[r]] and the medicine group the values b[ib[r]]. Hand over the share of the
        resamples in which the medicine group has the larger mean.""",
        pt="""O remédio é melhor que o placebo? Na reamostra r, o grupo do placebo tem os valores
        a[ia[r]] e o grupo do remédio os valores b[ib[r]]. Entregue a fração das reamostras em que o
        grupo do remédio tem a média maior.""",
    ),
    signature="def win(a: np.ndarray, b: np.ndarray, ia: np.ndarray, ib: np.ndarray) -> float:",
    ordinary=_two_groups,
    easy=Level(
        contract=text(
            "All arrays are of numpy, with a resample or more in `ia` and as many in `ib`.",
            "Todos os arrays são do numpy, com uma ou mais reamostras em `ia` e tantas em `ib`.",
        ),
        imports=_IMPORT,
        body="""
        gap = b[ib].mean(axis=1) - a[ia].mean(axis=1)
        return float((gap > 0).mean())
        """,
        edges=lambda rng: [
            _four([5.0], [float(rng.randint(6, 9))], [[0, 0]], [[0, 0]]),
            _four([1.0, 9.0], [4.1, 6.1], [[0, 0], [1, 1], [0, 1]], [[1, 1], [0, 0], [1, 1]]),
            _four([8.0, 7.0], [0.1, float(rng.randint(1, 6))], [[0, 1]] * 3, [[0, 1]] * 3),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Equal means, to within 1e-9, are half a win. Zero resamples speak for neither: the
            share is 0.5 then.""",
            pt="""Médias iguais, com folga de 1e-9, são meia vitória. Zero reamostras não falam por
            nenhum dos dois: a fração é então 0.5.""",
        ),
        imports=_IMPORT,
        body="""
        gap = b[ib].mean(axis=1) - a[ia].mean(axis=1)
        if len(gap) == 0:
            return 0.5
        ties = np.abs(gap) < 1e-9
        return float((ties / 2 + (gap > 1e-9)).mean())
        """,
        edges=lambda rng: [
            _four(numbers(rng, 2), numbers(rng, 2), [], []),
            _four([4.0, 6.0], [5.0, float(rng.randint(6, 9))], [[0, 1]] * 2, [[0, 0], [1, 1]]),
            _four([0.1, 0.2], [0.2, 0.1], [[0, 1], [0, 0]], [[0, 1], [rng.randint(0, 1)] * 2]),
            _four([3.0, 1.0], [3.0, 2.0], [[0, 0]] * 2, [[0, 0], [rng.randint(0, 1), 1]]),
        ],
    ),
    oracle=_share_oracle,
)


_MISTAKES = (
    Mistake("means", "return np.asarray(np.median(x[idx], axis=1))", _IMPORT),
    Mistake(
        "percentile_interval", "return tuple(np.percentile(x[idx], [2.5, 97.5]).tolist())", _IMPORT
    ),
    Mistake("standard_error", "return float(np.median(x[idx], axis=1).std())", _IMPORT),
)

FAMILY = Family(
    "analyse_statistics.bootstrap",
    CoderAction.ANALYSE_STATISTICS,
    (*_MEANS, *_INTERVAL, *_ERROR, *_BIAS, *_SHARE, *ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
