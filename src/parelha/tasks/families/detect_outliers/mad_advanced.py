"""Levels 3 and 4 of outliers by the MAD: skewed data with two MADs, and hours of a long log."""

from random import Random

import numpy as np
from scipy import stats

from parelha.tasks.family import Args, Variant, advanced, text

# Whole numbers have an exact median and MAD: a value on a limit is on it in any program.


def _skewed(rng: Random, size: int) -> Args:
    """Whole numbers with a long tail above, outliers on both sides, some lost."""
    values: list[float | None] = []
    for _ in range(size):
        value = 50 - rng.randint(0, 4) if rng.random() < 0.5 else 50 + rng.randint(0, 16)
        if rng.random() < 0.06:
            value += rng.choice((-15, -22, 40, 75))
        values.append(None if rng.random() < 0.05 else float(value))
    return values, rng.choice((2.53, 3.57))


def _double_oracle(values: list[float | None], k: float) -> object:
    known = np.array([value for value in values if value is not None])
    if len(known) == 0:
        return []
    centre = np.median(known)
    low = float(np.median(centre - known[known <= centre]))
    high = float(np.median(known[known >= centre] - centre))
    found = []
    for place, value in enumerate(values):
        mad = low if value is not None and value < centre else high
        if value is not None and mad > 0 and abs(value - centre) / mad > k:
            found.append(place)
    return found


_DOUBLE = advanced(
    "double_mad",
    3,
    doc="Return the indices of outliers, with a MAD for each side.",
    ask=text(
        """The data in `values` are skewed, so each side of the median gets a scale of its own.
        Ignore None. Let m be the median of the known values. The lower MAD is the median of
        m - v over the known values v <= m, the upper MAD is the median of v - m over the known
        values v >= m (a value equal to m belongs to both). A value below m is an outlier if m - v
        is greater than `k` times the lower MAD, a value above m if v - m is greater than `k` times
        the upper MAD; a side whose MAD is 0 has no outliers. Return the indices of the outliers in
        `values`, None counted among the places, in increasing order.""",
        """Os dados de `values` são assimétricos; por isso, cada lado da mediana recebe uma escala
        própria. Ignore None. Seja m a mediana dos valores conhecidos. O MAD inferior é a mediana de
        m - v sobre os valores conhecidos v <= m, e o MAD superior é a mediana de v - m sobre os
        valores conhecidos v >= m (um valor igual a m pertence aos dois). Um valor abaixo de m é um
        outlier se m - v é maior que `k` vezes o MAD inferior, e um valor acima de m, se v - m é
        maior que `k` vezes o MAD superior; um lado cujo MAD é 0 não tem outliers. Retorne os
        índices dos outliers em `values`, contando None entre as posições, em ordem crescente.""",
    ),
    signature="def skewed_outliers(values: list[float | None], k: float) -> list[int]:",
    ordinary=_skewed,
    imports="from statistics import median",
    body="""
    known = [value for value in values if value is not None]
    if not known:
        return []
    centre = median(known)
    low = median(centre - value for value in known if value <= centre)
    high = median(value - centre for value in known if value >= centre)
    found = []
    for i, value in enumerate(values):
        if value is None:
            continue
        below, above = centre - value, value - centre
        if 0 < k * low < below or 0 < k * high < above:
            found.append(i)
    return found
    """,
    edges=lambda rng: [
        ([], 3.0),
        ([None, None, float(rng.randint(1, 9))], 3.0),
        ([5.0, 5.0, 5.0, None, 5.0, float(rng.randint(40, 90))], 2.0),
        # Below the median the MAD is 1, above it is 4.
        ([10.0, 9.0, 8.0, 14.0, 18.0, None, 7.0, 20.0 + rng.randint(0, 1), 10.0], 2.5),
        ([10.0, 9.0, 8.0, 14.0, 18.0, None, 4.0, 30.0 + rng.randint(0, 9), 10.0], 3.0),
        ([0.0, 0.125, -0.125, 0.25, -0.25, 0.75, -float(rng.randint(1, 3))], 2.5),
    ],
    oracle=_double_oracle,
)


def _log(rng: Random, size: int) -> Args:
    start = rng.randint(0, 5000)
    log = []
    for _ in range(size):
        minute = start + rng.randint(0, 6 * size)
        value = 20 + (minute // 60) % 24 + rng.randint(-3, 3)
        if rng.random() < 0.05:
            value += rng.choice((-30, -14, 14, 30))
        log.append((minute, float(value)))
    return log, rng.choice((3.53, 5.57))


def _hours_oracle(log: list[tuple[int, float]], k: float) -> object:
    hours = np.array([minute // 60 for minute, _ in log])
    values = np.array([value for _, value in log])
    counts = {}
    for hour in np.unique(hours):
        part = values[hours == hour]
        mad = stats.median_abs_deviation(part)
        if len(part) >= 5 and mad > 0:
            far = int((np.abs(part - np.median(part)) > k * mad).sum())
            if far:
                counts[int(hour)] = far
    return counts


_HOURS = advanced(
    "hours",
    4,
    doc="Return the number of outliers of each hour that has any.",
    ask=text(
        """`log` is a long list of tuples (minute, value) in no particular order; the minute is a
        whole number counted from the start of the record, and minutes 0 to 59 are hour 0, minutes
        60 to 119 hour 1, and so on. Judge the values of each hour by themselves: a value is an
        outlier if its absolute difference from the median of the hour is greater than `k` times
        the MAD of the hour, the median of these differences. Hours with fewer than five values, or
        with a MAD of 0, have no outliers. Return a dict from hour to number of outliers, with only
        those hours that have outliers.""",
        """`log` é uma lista longa de tuplas (minuto, valor) sem ordem definida; o minuto é um
        número inteiro contado desde o início do registro, e os minutos de 0 a 59 são a hora 0, os
        de 60 a 119 a hora 1, e assim por diante. Avalie os valores de cada hora separadamente: um
        valor é um outlier se a sua diferença absoluta até a mediana da hora é maior que `k` vezes o
        MAD da hora, a mediana dessas diferenças. Horas com menos de cinco valores, ou com MAD igual
        a 0, não têm outliers. Retorne um dicionário da hora para a quantidade de outliers, só com
        as horas que têm outliers.""",
    ),
    signature="def hourly(log: list[tuple[int, float]], k: float) -> dict[int, int]:",
    ordinary=_log,
    imports="from statistics import median",
    body="""
    hours: dict[int, list[float]] = {}
    for minute, value in log:
        hours.setdefault(minute // 60, []).append(value)
    counts = {}
    for hour, values in hours.items():
        centre = median(values)
        gaps = [abs(value - centre) for value in values]
        limit = k * median(gaps)
        far = sum(0 < limit < gap for gap in gaps)
        if far > 0 and len(values) >= 5:
            counts[hour] = far
    return counts
    """,
    edges=lambda rng: [
        ([], 3.0),
        ([(minute, float(minute % 7)) for minute in (0, 1, 2)] + [(59, 90.0)], 3.0),
        ([(minute, float(minute % 7)) for minute in (0, 1, 2, 3)] + [(59, 90.0)], 3.0),
        ([(minute, float(minute % 7)) for minute in (0, 1, 2, 3)] + [(60, 90.0)], 3.0),
        ([(70 + minute, 4.0) for minute in range(6)] + [(119, float(rng.randint(50, 90)))], 3.0),
        # Median 10 and MAD 1: one value is exactly on the limit, then beyond it.
        ([(130 + int(v), v) for v in (8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 13.0)], 3.0),
        ([(130 + int(v), v) for v in (8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 13.0, 6.0)], 2.5),
        ([(10, v / 8) for v in (8.0, 9.0, 9.0, 10.0, 11.0, 11.0, 16.0 + rng.randint(0, 3))], 3.0),
    ],
    oracle=_hours_oracle,
)

ADVANCED: tuple[Variant, ...] = (_DOUBLE, _HOURS)
