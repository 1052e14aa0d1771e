"""Quantiles at levels 3 and 4: by station, at many limits at once, between two samples."""

from collections.abc import Sequence
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.stats import mstats

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Floats = npt.NDArray[np.float64]
NAN = float("nan")


def type7(x: Floats, shares: Sequence[float]) -> Floats:
    """Return quantiles by linear interpolation (Hyndman and Fan's type 7); NaN for no values."""
    if len(x) == 0:
        return np.full(len(shares), NAN)
    found = mstats.mquantiles(np.asarray(x), prob=list(shares), alphap=1.0, betap=1.0)
    return np.asarray(found, dtype=float)


def _floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=float)


def _stations(rng: Random, size: int) -> Args:
    codes = rng.sample(range(100, 140), 2 + size // 20)
    levels = numbers(rng, size, 0.0, 60.0)
    for place in rng.sample(range(size), size // 6):
        levels[place] = rng.choice((NAN, -1.0, -999.0))
    return np.array([rng.choice(codes) for _ in levels], dtype=np.int64), _floats(levels)


def _stations_oracle(station: npt.NDArray[np.int64], level: Floats) -> object:
    rows = []
    for code in np.unique(station):
        own = _floats([x for s, x in zip(station, level, strict=True) if s == code and x >= 0])
        if len(own) >= 3:
            rows.append([float(code), float(len(own)), *type7(own, [0.5, 0.9])])
    return np.array(rows, dtype=float).reshape(-1, 4)


def _pair(station: list[int], level: list[float]) -> Args:
    return np.array(station, dtype=np.int64), _floats(level)


_STATIONS = advanced(
    "by_station",
    3,
    doc="Return code, count, median and 90th percentile of each station.",
    ask=text(
        en="""`level` is a numpy array of water levels and `station` an array of the same length
        with the integer code of the station of each. Negative levels and NaN are failures of the
        sensor and are dropped first. Return a two-dimensional float array with one row per station
        that still has at least three levels, in rising order of the code. Its four columns are the
        code, the number of valid levels, their median and their 90th percentile (linear
        interpolation). If no station has enough levels, the result has the shape (0, 4).""",
        pt="""`level` é um array do numpy com níveis de água e `station` um array do mesmo
        comprimento com o código inteiro da estação de cada um. Níveis negativos e NaN são falhas do
        sensor e são descartados primeiro. Retorne um array bidimensional de floats com uma linha
        para cada estação que ainda tenha pelo menos três níveis, em ordem crescente do código. As
        quatro colunas são o código, a quantidade de níveis válidos, a mediana e o percentil 90
        deles (interpolação linear). Se nenhuma estação tem níveis suficientes, o resultado tem a
        forma (0, 4).""",
    ),
    signature="def by_station(station: np.ndarray, level: np.ndarray) -> np.ndarray:",
    ordinary=_stations,
    imports="import numpy as np",
    body="""
    valid = level >= 0
    codes, levels = station[valid], level[valid]
    rows = []
    for code in np.unique(codes):
        own = levels[codes == code]
        if own.size >= 3:
            rows.append([code, own.size, *np.quantile(own, [0.5, 0.9])])
    return np.array(rows, dtype=float).reshape(-1, 4)
    """,
    edges=lambda rng: [
        _pair([], []),
        _pair([7, 7, 7, 9], [-1.0, NAN, 2.0, float(rng.randint(0, 9))]),
        _pair([9, 7, 9, 7, 9, 7, 7], [0.0, *numbers(rng, 6, 0.0)]),
        _pair([5, 5, 5], numbers(rng, 3, 0.0)),
        _pair([5, 5, 4, 4, 4, 4], [*numbers(rng, 2, 0.0), 3.0, -2.0, 0.0, 8.0]),
    ],
    oracle=_stations_oracle,
)


def _limits(rng: Random, size: int) -> Args:
    observed = [float(rng.randint(0, 300)) for _ in range(size)]
    limits = [float(rng.randint(-20, 320)) for _ in range(max(3, size // 2))]
    for place in rng.sample(range(size), size // 15):
        observed[place] = NAN
    limits[rng.randrange(len(limits))] = NAN
    return _floats(observed), _floats(limits)


def _limits_oracle(observed: Floats, limits: Floats) -> object:
    known = observed[np.isfinite(observed)]
    if len(known) == 0:
        return np.full(len(limits), NAN)
    shares = (known[None, :] > limits[:, None]).mean(axis=1)
    return np.where(np.isnan(limits), NAN, shares)


_EXCEEDANCE = advanced(
    "exceedance",
    4,
    doc="Return for each limit the share of observations above it.",
    ask=text(
        en="""For each number in the numpy array `limits` return the share (0 to 1) of the known
        values of the numpy array `observed` that are strictly greater. NaN in `observed` is an
        unknown value: it does not count, neither above nor in the total. A limit that is NaN has
        the share NaN, and so have all limits if nothing is known. The result is an array as long as
        `limits` and in its order, which is not sorted. Both arrays hold thousands of numbers: do
        not compare each with each.""",
        pt="""Para cada número do array `limits` do numpy, retorne a fração (0 a 1) dos valores
        conhecidos do array `observed` do numpy que são estritamente maiores. NaN em `observed` é um
        valor desconhecido: não conta, nem acima nem no total. Um limite que é NaN tem a fração NaN,
        e assim todos os limites se nada é conhecido. O resultado é um array tão longo quanto
        `limits` e na mesma ordem, que não está ordenada. Os dois arrays têm milhares de números:
        não compare cada um com cada um.""",
    ),
    signature="def exceedance(observed: np.ndarray, limits: np.ndarray) -> np.ndarray:",
    ordinary=_limits,
    imports="import numpy as np",
    body="""
    known = np.sort(observed[~np.isnan(observed)])
    if known.size == 0:
        return np.full(limits.size, np.nan)
    shares = 1 - np.searchsorted(known, limits, side="right") / known.size
    return np.where(np.isnan(limits), np.nan, shares)
    """,
    edges=lambda rng: [
        (_floats([]), _floats([1.0, NAN])),
        (_floats([NAN, NAN]), _floats(numbers(rng, 2))),
        (_floats(numbers(rng, 3)), _floats([])),
        (_floats([2.0, 2.0, 5.0, NAN]), _floats([5.0, 2.0, 1.0, float(rng.randint(6, 9))])),
        (_floats([float(rng.randint(1, 9))]), _floats([NAN, 4.5])),
    ],
    oracle=_limits_oracle,
)


def _two_samples(rng: Random, size: int) -> Args:
    half = size // 2 + 3
    before, after = numbers(rng, half), numbers(rng, half + rng.randint(0, 5))
    for values in (before, after):
        values[rng.randrange(len(values))] = NAN
        values[rng.randrange(len(values))] = rng.choice((-500.0, 500.0))
    return _floats(before), _floats(after)


def _shift_oracle(before: Floats, after: Floats) -> object:
    kept = [_floats([x for x in sample if -100 <= x <= 100]) for sample in (before, after)]
    if min(len(sample) for sample in kept) < 5:
        return _floats([])
    tenths = [k / 10 for k in range(1, 10)]
    return type7(kept[1], tenths) - type7(kept[0], tenths)


_SHIFT = advanced(
    "shift_function",
    3,
    heldout=True,
    doc="Return by how much each decile moved from one sample to the other.",
    ask=text(
        en="""How did a treatment move the whole distribution, and not only its centre? `before` and
        `after` are numpy arrays of readings, not necessarily of the same length. Readings outside
        the instrument's range of -100 to 100 (both ends are inside) and NaN are struck out. Compute
        the nine deciles (10 %, 20 %, up to 90 %) of what remains on either side, interpolating
        linearly, and answer with the array of nine differences, after minus before. When fewer than
        five readings remain on one of the sides, answer with an array of length zero.""",
        pt="""Como um tratamento deslocou a distribuição inteira, e não só o seu centro? `before` e
        `after` são arrays do numpy com leituras, não necessariamente do mesmo comprimento. Leituras
        fora da faixa do instrumento, de -100 a 100 (as duas pontas estão dentro), e NaN são
        riscadas. Calcule os nove decis (10 %, 20 %, até 90 %) do que resta de cada lado,
        interpolando linearmente, e responda com o array das nove diferenças, depois menos antes.
        Quando restam menos de cinco leituras em um dos lados, responda com um array de comprimento
        zero.""",
    ),
    signature="def shift(before: np.ndarray, after: np.ndarray) -> np.ndarray:",
    ordinary=_two_samples,
    imports="import numpy as np",
    body="""
    first = before[np.abs(before) <= 100]
    second = after[np.abs(after) <= 100]
    if min(first.size, second.size) < 5:
        return np.array([])
    tenths = np.arange(1, 10) / 10
    return np.asarray(np.quantile(second, tenths) - np.quantile(first, tenths))
    """,
    edges=lambda rng: [
        (_floats([]), _floats(numbers(rng, 6))),
        (_floats(numbers(rng, 5)), _floats([*numbers(rng, 5), NAN])),
        (_floats(numbers(rng, 7)), _floats([*numbers(rng, 4), 100.5])),
        (_floats([-100.0, 100.0, *numbers(rng, 3)]), _floats(numbers(rng, 8))),
        (_floats([*numbers(rng, 6), -100.0]), _floats([-300.0, *numbers(rng, 6), 100.0])),
        (_floats([*numbers(rng, 4), NAN]), _floats(numbers(rng, 5))),
    ],
    oracle=_shift_oracle,
)


ADVANCED: tuple[Variant, ...] = (_STATIONS, _EXCEEDANCE, _SHIFT)
