"""Levels 3 and 4 of outliers in sliding windows: gaps, trends, long arrays."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd

from parelha.tasks.family import Args, Variant, advanced, text

FloatArray = npt.NDArray[np.float64]


def _walk(rng: Random, size: int, spikes: float = 0.04, gaps: float = 0.0) -> list[float]:
    """Whole numbers around a slowly moving level, with spikes and gaps (NaN)."""
    level, samples = 40, []
    for _ in range(size):
        level += rng.randint(-1, 1)
        sample = float(level + rng.randint(-2, 2))
        if rng.random() < spikes:
            sample += rng.choice((-1, 1)) * rng.randint(10, 50)
        samples.append(math.nan if rng.random() < gaps else sample)
    return samples


def _repaired_draw(rng: Random, size: int) -> Args:
    samples = _walk(rng, size, gaps=0.08)
    samples[rng.randrange(size)] = 41.0  # never gaps alone
    return np.array(samples), rng.randint(1, 4)


def _repaired_oracle(x: FloatArray, half: int) -> object:
    filled = pd.Series(x, dtype="float64").interpolate(limit_direction="both").to_numpy()
    clean, count = filled.copy(), 0
    for place in range(len(x)):
        window = filled[max(place - half, 0) : place + half + 1]
        centre = float(np.median(window))
        if abs(filled[place] - centre) > 4 * float(np.median(np.abs(window - centre))) + 0.05:
            clean[place] = centre
            count += 1
    return clean, count


_REPAIRED = advanced(
    "repaired",
    3,
    doc="Return the array without gaps and spikes, and how many spikes.",
    ask=text(
        """Repair the numpy array `x` in two steps. First fill its gaps (NaN) by linear
        interpolation over the index between the nearest known values; gaps at the ends take the
        nearest known value. Then look for spikes in the filled array: the window of index i holds
        the filled values from i - half to i + half, as far as they exist; m is the median of the
        window and d the median of the absolute differences from m in it. A filled value is a spike
        if it differs from m by more than 4 * d + 0.05, and is then replaced by m; all medians are
        those of the filled array, before any replacement. Return the tuple (repaired array, number
        of spikes). `x` has at least one known value, unless it is empty; do not change `x`
        itself.""",
        """Conserte o array numpy `x` em dois passos. Primeiro, preencha as lacunas (NaN) por
        interpolação linear sobre o índice entre os valores conhecidos mais próximos; lacunas nas
        pontas recebem o valor conhecido mais próximo. Depois, procure picos no array preenchido: a
        janela do índice i contém os valores preenchidos de i - half até i + half, enquanto
        existirem; m é a mediana da janela e d é a mediana das diferenças absolutas até m dentro
        dela. Um valor preenchido é um pico se difere de m em mais de 4 * d + 0.05, e então é
        trocado por m; todas as medianas são as do array preenchido, antes de qualquer troca.
        Retorne a tupla (array consertado, quantidade de picos). `x` tem pelo menos um valor
        conhecido, a menos que seja vazio; não altere o próprio `x`.""",
    ),
    signature="def repair(x: np.ndarray, half: int) -> tuple[np.ndarray, int]:",
    ordinary=_repaired_draw,
    imports="import numpy as np",
    body="""
    known = np.flatnonzero(~np.isnan(x))
    if len(known) == 0:
        return x.copy(), 0
    filled = np.interp(np.arange(len(x)), known, x[known])
    clean, count = filled.copy(), 0
    for i, value in enumerate(filled):
        window = filled[max(i - half, 0):i + half + 1]
        centre = np.median(window)
        spread = np.median(np.abs(window - centre))
        if abs(value - centre) > 4 * spread + 0.05:
            clean[i] = centre
            count += 1
    return clean, count
    """,
    edges=lambda rng: [
        (np.array(values, dtype=np.float64), half)
        for values, half in (
            ([], 2),
            ([math.nan, float(rng.randint(1, 9)), math.nan], 1),
            ([1.0, math.nan, math.nan, 4.0 + 3 * rng.randint(0, 5), math.nan, 90.0, 9.0], 2),
            ([5.0, 5.0, 60.0, 60.0, 5.0, float(rng.randint(5, 7)), 5.0], 2),
            ([7.0, 7.0, float(rng.randint(20, 30))], 9),
            ([float(rng.randint(1, 9)), 50.0, 3.0], 0),
            ([7.0, 7.0, 7.07, 7.0, 7.0, float(rng.randint(7, 9)), 7.0], 2),
        )
    ],
    oracle=_repaired_oracle,
)


def _runs_draw(rng: Random, size: int) -> Args:
    tilt = rng.uniform(-0.8, 0.8)
    samples = [round(tilt * place + rng.gauss(0.0, 1.0), 2) for place in range(size)]
    for _ in range(1 + size // 25):
        start, shift = rng.randrange(size), rng.choice((-1, 1)) * rng.uniform(9.0, 20.0)
        for place in range(start, min(start + rng.randint(1, 4), size)):
            samples[place] = round(samples[place] + shift, 2)
    return np.array(samples), rng.choice((2.003, 3.001)), rng.randint(1, 3)


def _runs_oracle(series: FloatArray, factor: float, least: int) -> object:
    if len(series) < 3:
        return []
    place = np.arange(len(series))
    design = np.column_stack([place, np.ones(len(series))])
    rest = series - design @ np.linalg.lstsq(design, series, rcond=None)[0]
    odd = (np.abs(rest) > factor * rest.std()).tolist()
    runs, start = [], None
    for index, flag in enumerate([*odd, False]):
        if flag and start is None:
            start = index
        if not flag and start is not None:
            if index - start >= least:
                runs.append((start, index - 1))
            start = None
    return runs


_RUNS = advanced(
    "runs",
    3,
    heldout=True,
    doc="Return the runs of samples that leave the straight line.",
    ask=text(
        """The numpy array `path` drifts along a straight line. Fit the line by least squares on
        the index, take the residuals, and call a sample odd when its residual is larger in size
        than `factor` population standard deviations of all residuals. Neighbouring odd samples
        form a run. Give every run of `least` or more samples as a tuple (first index, last index),
        earliest run first. Fewer than three samples hold no run.""",
        """O array numpy `path` deriva ao longo de uma reta. Ajuste a reta por mínimos quadrados
        sobre o índice, tome os resíduos e chame de estranha a amostra cujo resíduo, em módulo, é
        maior que `factor` desvios padrão populacionais de todos os resíduos. Amostras estranhas
        vizinhas formam uma sequência. Devolva cada sequência de `least` ou mais amostras como uma
        tupla (primeiro índice, último índice), a mais antiga antes. Menos de três amostras não têm
        sequência.""",
    ),
    signature="def runs(path: np.ndarray, factor: float, least: int) -> list[tuple[int, int]]:",
    ordinary=_runs_draw,
    imports="import numpy as np",
    body="""
    if len(path) < 3:
        return []
    index = np.arange(len(path))
    slope, intercept = np.polyfit(index, path, 1)
    residuals = path - (slope * index + intercept)
    odd = np.abs(residuals) > factor * residuals.std()
    edges = np.diff(odd.astype(int), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    pairs = zip(starts, ends)
    return [(int(a), int(b) - 1) for a, b in pairs if b - a >= least]
    """,
    edges=lambda rng: [
        (np.array(values, dtype=np.float64), factor, least)
        for values, factor, least in (
            ([], 1.0, 1),
            ([1.0, float(rng.randint(20, 90))], 0.5, 1),
            ([1.0, 2.0, float(rng.randint(20, 90))], 1.2, 1),
            ([90.0 + rng.randint(0, 5), 1.0, 2.0, 1.5, 2.0, 1.0, 95.0], 1.001, 1),
            ([1.0, 2.0, 1.0, 60.0, 61.0 + rng.randint(0, 5), 2.0, 1.0, 2.0], 1.001, 2),
            ([1.0, 2.0, 1.0, 60.0, 61.0 + rng.randint(0, 5), 2.0, 1.0, 2.0], 1.001, 3),
        )
    ],
    oracle=_runs_oracle,
)


def _scored_draw(rng: Random, size: int) -> Args:
    return np.array(_walk(rng, size)), rng.randint(3, 3 + size // 20), rng.choice((2.501, 3.001))


def _scored_oracle(x: FloatArray, window: int, k: float) -> object:
    rolled = pd.Series(x, dtype="float64").rolling(window)
    mean, spread = rolled.mean().shift(1), rolled.std(ddof=0).shift(1)
    away = (x - mean).abs()
    far = (away > k * spread + 1e-9) & (away > 1e-9)
    return [int(place) for place in np.flatnonzero(far)]


_SCORED = advanced(
    "scored",
    4,
    doc="Return the indices of values that the window before disowns.",
    ask=text(
        """Judge each value of the numpy array `x` by the `window` values just before it (the value
        itself is not among them): it is an outlier if its absolute difference from their mean is
        greater than `k` times their population standard deviation. Where those values are all
        equal, each value other than them is an outlier. The first `window` values cannot be
        judged and are no outliers. `x` holds whole numbers as floats and may have thousands of
        them, and `window` may be large or exceed the length of `x`. Return the indices of the
        outliers in increasing order.""",
        """Avalie cada valor do array numpy `x` pelos `window` valores imediatamente anteriores (o
        próprio valor não está entre eles): ele é um outlier se sua diferença absoluta até a média
        deles é maior que `k` vezes o desvio padrão populacional deles. Onde esses valores são
        todos iguais, todo valor diferente deles é um outlier. Os primeiros `window` valores não
        podem ser avaliados e não são outliers. `x` contém números inteiros em forma de float e
        pode ter milhares deles, e `window` pode ser grande ou exceder o tamanho de `x`. Retorne os
        índices dos outliers em ordem crescente.""",
    ),
    signature="def disowned(x: np.ndarray, window: int, k: float) -> list[int]:",
    ordinary=_scored_draw,
    imports="import numpy as np",
    body="""
    # Sums of whole numbers are exact, and so is the zero of equal values.
    total = np.concatenate([[0.0], np.cumsum(x)])
    squares = np.concatenate([[0.0], np.cumsum(x * x)])
    sums = total[window:-1] - total[:-window - 1]
    second = squares[window:-1] - squares[:-window - 1]
    scaled = window * second - sums * sums
    away = np.abs(window * x[window:] - sums)
    far = away > k * np.sqrt(scaled)
    return [int(i) + window for i in np.flatnonzero(far)]
    """,
    edges=lambda rng: [
        (np.array(values, dtype=np.float64), window, k)
        for values, window, k in (
            ([], 3, 2.0),
            ([1.0, float(rng.randint(50, 90))], 2, 2.0),
            ([1.0, float(rng.randint(50, 90))], 1, 2.0),
            ([4.0] * 5 + [5.0] + [4.0] * rng.randint(3, 6), 4, 3.0),
            ([1.0, 3.0, 2.0, 4.0, float(rng.randint(8, 20)), 2.0, 5.0], 3, 2.1),
            ([-1.0, -3.0, -2.0, -4.0, float(-rng.randint(8, 20)), -2.0, 5.0], 2, 1.6),
        )
    ],
    oracle=_scored_oracle,
)


def _calm_oracle(noise: FloatArray, span: float) -> object:
    best, length = 0, 0
    for start in range(len(noise)):
        if start + length + 1 > len(noise):
            break
        low = np.minimum.accumulate(noise[start:])
        calm = np.maximum.accumulate(noise[start:]) - low <= span
        run = len(calm) if calm.all() else int(np.argmin(calm))
        if run > length:
            best, length = start, run
    return best, length


_CALM = advanced(
    "calm",
    4,
    heldout=True,
    doc="Return where the longest calm stretch begins, and its length.",
    ask=text(
        """A stretch of neighbouring samples of the numpy array `noise` is calm when its largest
        and smallest sample are at most `span` apart and none of its samples is NaN. Find the
        longest calm stretch, the leftmost of equally long ones, and give the tuple (index of its
        first sample, number of its samples); (0, 0) if there is none. The array may have thousands
        of samples, and comparing all pairs of ends would take too long.""",
        """Um trecho de amostras vizinhas do array numpy `noise` é calmo quando a maior e a menor
        amostra distam no máximo `span` e nenhuma das amostras é NaN. Encontre o trecho calmo mais
        longo, o mais à esquerda entre os de mesmo tamanho, e devolva a tupla (índice da primeira
        amostra, quantidade de amostras); (0, 0) se não houver nenhum. O array pode ter milhares de
        amostras, e comparar todos os pares de extremos levaria tempo demais.""",
    ),
    signature="def calmest(noise: np.ndarray, span: float) -> tuple[int, int]:",
    ordinary=lambda rng, size: (
        np.array(_walk(rng, size, spikes=0.01, gaps=0.005)),
        float(rng.randint(4, 9)),
    ),
    imports="from collections import deque\n\nimport numpy as np",
    body="""
    # Indices whose samples fall, and rise: their heads are the extremes.
    highs: deque[int] = deque()
    lows: deque[int] = deque()
    start = best = length = 0
    for i, sample in enumerate(noise.tolist()):
        if np.isnan(sample):
            highs.clear()
            lows.clear()
            start = i + 1
            continue
        while highs and noise[highs[-1]] <= sample:
            highs.pop()
        while lows and noise[lows[-1]] >= sample:
            lows.pop()
        highs.append(i)
        lows.append(i)
        while noise[highs[0]] - noise[lows[0]] > span:
            start += 1
            if highs[0] < start:
                highs.popleft()
            if lows[0] < start:
                lows.popleft()
        if i + 1 - start > length:
            best, length = start, i + 1 - start
    return best, length
    """,
    edges=lambda rng: [
        (np.array(values, dtype=np.float64), span)
        for values, span in (
            ([], 1.0),
            ([math.nan, math.nan], float(rng.randint(1, 3))),
            ([1.0, 2.0, math.nan, 1.0, 2.0, 2.0, float(rng.randint(9, 20))], 1.0),
            ([float(rng.randint(1, 9))] * 5 + [50.0] + [3.0] * 5, 0.0),
            ([1.0, 4.0, 2.0, 5.0, 3.0, 6.0, float(rng.randint(5, 6))], 3.0),
            ([9.0, 1.0, 8.0, 2.0, 7.0, 3.0, float(rng.randint(5, 6))], 5.0),
        )
    ],
    oracle=_calm_oracle,
)

ADVANCED: tuple[Variant, ...] = (_REPAIRED, _RUNS, _SCORED, _CALM)
