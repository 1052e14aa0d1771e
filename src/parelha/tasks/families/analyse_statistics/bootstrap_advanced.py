"""Bootstrap at levels 3 and 4: two arms in one table, a robust basic interval, correlation."""

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.stats import mstats

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
NAN = float("nan")
_IMPORT = "import numpy as np"


def _quantiles(values: list[float], shares: list[float]) -> list[float]:
    """Quantiles by linear interpolation, from scipy."""
    found: Any = mstats.mquantiles(np.array(values), prob=shares, alphap=1.0, betap=1.0)
    return [float(value) for value in found]


def _draws(rng: Random, size: int, num_values: int) -> list[list[int]]:
    return [rng.choices(range(num_values), k=num_values) for _ in range(size)]


def _arms_case(x: list[float], arm: list[int], rows: list[list[int]]) -> Args:
    places = np.array(rows, dtype=np.int64).reshape(len(rows), len(x))
    return np.array(x, dtype=float), np.array(arm, dtype=np.int64), places


def _trial(rng: Random, size: int) -> Args:
    """A small trial with two arms, of which a resample now and then misses one."""
    num_values = rng.randint(4, 8)
    arm = [0, 1, *(rng.randint(0, 1) for _ in range(num_values - 2))]
    x = [NAN if rng.random() < 0.1 else value for value in numbers(rng, num_values)]
    return _arms_case(x, arm, _draws(rng, size, num_values))


def _arms_oracle(x: Floats, arm: Places, idx: Places) -> object:
    gaps = []
    for row in idx.tolist():
        own = [[float(x[k]) for k in row if arm[k] == a and not np.isnan(x[k])] for a in (0, 1)]
        if own[0] and own[1]:
            gaps.append(sum(own[1]) / len(own[1]) - sum(own[0]) / len(own[0]))
    if not gaps:
        return [0.0, 0.0, 0.0]
    return [*_quantiles(gaps, [0.05, 0.95]), float(len(gaps))]


_ARMS = advanced(
    "two_arms",
    3,
    doc="Return the 90 % interval of the difference of two arms.",
    ask=text(
        en="""In a trial, patient k had the outcome x[k] and belonged to the arm arm[k], 0 or 1; a
        NaN outcome is unknown. A row of the integer array `idx` is a bootstrap resample and names
        the patients it drew. For each resample form the mean known outcome of its patients in arm 1
        minus that of its patients in arm 0, a patient drawn twice counting twice. A resample with
        no known outcome in one of the arms is unusable. Hand over the list [low, high, used] of
        floats: the 5th and the 95th percentile of these differences, linearly interpolated, and the
        number of usable resamples. If it is zero, the list is [0.0, 0.0, 0.0].""",
        pt="""Em um ensaio, o paciente k teve o desfecho x[k] e pertenceu ao braço arm[k], 0 ou 1;
        um desfecho NaN é desconhecido. Uma linha do array de inteiros `idx` é uma reamostra
        bootstrap e nomeia os pacientes que sorteou. Para cada reamostra forme a média dos desfechos
        conhecidos dos seus pacientes no braço 1 menos a dos seus pacientes no braço 0; um paciente
        sorteado duas vezes conta duas vezes. Uma reamostra sem nenhum desfecho conhecido em um dos
        braços é inutilizável. Entregue a lista [inferior, superior, usadas] de floats: os percentis
        5 e 95 dessas diferenças, interpolados linearmente, e a quantidade de reamostras
        utilizáveis. Se ela é zero, a lista é [0.0, 0.0, 0.0].""",
    ),
    signature="def arms(x: np.ndarray, arm: np.ndarray, idx: np.ndarray) -> list[float]:",
    ordinary=_trial,
    imports=_IMPORT,
    body="""
    known = ~np.isnan(x)
    filled = np.where(known, x, 0.0)
    sums, counts = [], []
    for label in (0, 1):
        member = known & (arm == label)
        sums.append(np.where(member, filled, 0.0)[idx].sum(axis=1))
        counts.append(member[idx].sum(axis=1))
    usable = (counts[0] > 0) & (counts[1] > 0)
    if not usable.any():
        return [0.0, 0.0, 0.0]
    first = sums[0][usable] / counts[0][usable]
    gaps = sums[1][usable] / counts[1][usable] - first
    low, high = np.percentile(gaps, [5, 95])
    return [float(low), float(high), float(usable.sum())]
    """,
    edges=lambda rng: [
        _arms_case(numbers(rng, 3), [0, 1, 1], []),
        _arms_case(numbers(rng, 3), [0, 0, 0], _draws(rng, 4, 3)),
        _arms_case([NAN, *numbers(rng, 2)], [0, 1, 1], _draws(rng, 5, 3)),
        _arms_case(
            [*numbers(rng, 2), NAN], [0, 1, 1], [[0, 1, 2], [0, 0, 2], [1, 1, 0], [2, 2, 1]]
        ),
        _arms_case(numbers(rng, 2), [1, 0], [[0, 1], [0, 0], [1, 1]]),
        _arms_case(numbers(rng, 4), [0, 1, 1, 0], [[0, 1, 1, 1], [3, 3, 2, 2], [1, 2, 0, 3]]),
    ],
    oracle=_arms_oracle,
)


def _pairs_case(x: list[float], y: list[float], rows: list[list[int]]) -> Args:
    places = np.array(rows, dtype=np.int64).reshape(len(rows), len(x))
    return np.array(x, dtype=float), np.array(y, dtype=float), places


def _heights(rng: Random, size: int) -> Args:
    """Few pairs of whole numbers, so that some resamples have no spread; many resamples."""
    num_pairs = rng.randint(3, 6)
    x = [float(value) for value in rng.sample(range(20), num_pairs)]
    y = [float(round(2 * value + rng.gauss(0.0, 12.0))) for value in x]
    y[0] = y[1]
    return _pairs_case(x, y, _draws(rng, size, num_pairs))


def _fisher_oracle(x: Floats, y: Floats, idx: Places) -> object:
    found = []
    for row in idx.tolist():
        pairs = {(float(x[k]), float(y[k])) for k in row}
        if len({a for a, _ in pairs}) > 1 and len({b for _, b in pairs}) > 1:
            if len(pairs) == 2:  # two points lie on a line
                (a, b), (c, d) = pairs
                found.append(1.0 if (a - c) * (b - d) > 0 else -1.0)
            else:
                found.append(float(stats.pearsonr(x[row], y[row]).statistic))
    if not found:
        return (0.0, 0.0)
    low, high = _quantiles([float(np.arctanh(np.clip(r, -0.99, 0.99))) for r in found], [0.1, 0.9])
    return (float(np.tanh(low)), float(np.tanh(high)))


_FISHER = advanced(
    "correlation",
    4,
    doc="Return the 80 % interval of a correlation on Fisher's scale.",
    ask=text(
        en="""How certain is the correlation of the float arrays `x` and `y`? The rows of the
        integer array `idx` are thousands of bootstrap resamples, each naming the places that were
        drawn from both arrays. Resamples in which all drawn x are equal, or all drawn y, are
        ignored. For each of the others find the Pearson correlation of the drawn pairs, clip it to
        the range from -0.99 to 0.99, and transform it by artanh. The ends of the interval are the
        10th and the 90th percentile of the transformed correlations (linear interpolation),
        transformed back by tanh. Hand them over as a tuple, or (0.0, 0.0) if every resample was
        ignored or there was none. All values are whole numbers. Work on all resamples at once, not
        in a Python loop.""",
        pt="""Quão certa é a correlação dos arrays de floats `x` e `y`? As linhas do array de
        inteiros `idx` são milhares de reamostras bootstrap, cada uma nomeando as posições que foram
        sorteadas dos dois arrays. Reamostras em que todos os x sorteados são iguais, ou todos os y
        sorteados, são ignoradas. Para cada uma das outras encontre a correlação de Pearson dos
        pares sorteados, limite-a à faixa de -0.99 a 0.99 e transforme-a por artanh. Os extremos do
        intervalo são os percentis 10 e 90 das correlações transformadas (interpolação linear),
        transformados de volta por tanh. Entregue-os como uma tupla, ou (0.0, 0.0) se todas as
        reamostras foram ignoradas ou não havia nenhuma. Todos os valores são números inteiros.
        Trabalhe em todas as reamostras de uma vez, e não em um laço do Python.""",
    ),
    signature="def ci(x: np.ndarray, y: np.ndarray, idx: np.ndarray) -> tuple[float, float]:",
    ordinary=_heights,
    imports=_IMPORT,
    body="""
    a, b = x[idx], y[idx]
    varied = (np.ptp(a, axis=1) > 0) & (np.ptp(b, axis=1) > 0)
    if not varied.any():
        return 0.0, 0.0
    a, b = a[varied], b[varied]
    a -= a.mean(axis=1, keepdims=True)
    b -= b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    r = np.clip((a * b).sum(axis=1) / scale, -0.99, 0.99)
    low, high = np.tanh(np.percentile(np.arctanh(r), [10, 90]))
    return float(low), float(high)
    """,
    edges=lambda rng: [
        _pairs_case([1.0, 2.0], [5.0, float(rng.randint(6, 9))], []),
        _pairs_case([4.0, 4.0, 4.0], [1.0, 2.0, float(rng.randint(3, 9))], _draws(rng, 4, 3)),
        _pairs_case([1.0, 2.0, 3.0], [7.0, 7.0, 7.0], _draws(rng, 4 + rng.randint(0, 3), 3)),
        _pairs_case([1.0, 2.0], [5.0, 9.0], [[0, 0], [1, 1], [0, 1], [rng.randint(0, 1), 1]]),
        _pairs_case([1.0, 2.0, 5.0], [float(rng.randint(1, 9)), 4.0, 4.0], [[1, 2, 1], [0, 1, 2]]),
    ],
    oracle=_fisher_oracle,
)


def _prices_case(x: list[float], rows: list[list[int]]) -> Args:
    return np.array(x, dtype=float), np.array(rows, dtype=np.int64).reshape(len(rows), len(x))


def _prices(rng: Random, size: int) -> Args:
    num_values = rng.randint(6, 12)
    x = [float(rng.randint(80, 200)) for _ in range(num_values)]
    x[rng.randrange(num_values)] = rng.choice((-1.0, 0.0, 5000.0))
    return _prices_case(x, _draws(rng, size, num_values))


def _basic_oracle(x: Floats, idx: Places) -> object:
    def centre(values: list[float]) -> float:
        return float(stats.trim_mean(values, 0.25))

    if len(idx) == 0:
        return (centre(x.tolist()), centre(x.tolist()))
    centres = [centre([float(x[k]) for k in row]) for row in idx.tolist()]
    low, high = _quantiles(centres, [0.05, 0.95])
    return (2 * centre(x.tolist()) - high, 2 * centre(x.tolist()) - low)


_BASIC = advanced(
    "basic_interval",
    3,
    doc="Return the basic bootstrap interval of a trimmed mean.",
    ask=text(
        en="""House prices in the array `x` contain gross errors, so their centre is measured by the
        trimmed mean: with n numbers and g the whole part of n / 4, sort them and average all but
        the g lowest and the g highest. Let m be the trimmed mean of `x`. Apply the same to every
        bootstrap resample x[idx[r]], r being a row of `idx`; each resample is as long as `x`. With
        p and q the 5th and the 95th percentile of the resampled trimmed means (linearly
        interpolated), the basic interval runs from 2 * m - q to 2 * m - p. Hand over its two ends;
        without any resample both are m. Prices are never NaN, and there is at least one.""",
        pt="""Os preços de casas no array `x` contêm erros grosseiros, então o seu centro é medido
        pela média aparada: com n números e g a parte inteira de n / 4, ordene-os e tire a média de
        todos menos os g menores e os g maiores. Seja m a média aparada de `x`. Aplique o mesmo a
        toda reamostra bootstrap x[idx[r]], sendo r uma linha de `idx`; cada reamostra é tão longa
        quanto `x`. Sendo p e q os percentis 5 e 95 das médias aparadas das reamostras (interpolados
        linearmente), o intervalo básico vai de 2 * m - q a 2 * m - p. Entregue os seus dois
        extremos; sem nenhuma reamostra ambos são m. Os preços nunca são NaN, e há pelo menos
        um.""",
    ),
    signature="def basic(x: np.ndarray, idx: np.ndarray) -> tuple[float, float]:",
    ordinary=_prices,
    imports=_IMPORT,
    body="""
    n = len(x)
    g = n // 4
    m = float(np.sort(x)[g:n - g].mean())
    if len(idx) == 0:
        return m, m
    centres = np.sort(x[idx], axis=1)[:, g:n - g].mean(axis=1)
    low, high = np.percentile(centres, [5, 95])
    return 2 * m - float(high), 2 * m - float(low)
    """,
    edges=lambda rng: [
        _prices_case(numbers(rng, 5, 1.0), []),
        _prices_case(numbers(rng, 1, 1.0), [[0], [0]]),
        _prices_case(numbers(rng, 3, 1.0), _draws(rng, 5, 3)),
        _prices_case([0.0, 100.0, 120.0, 9000.0], [[0, 1, 2, 3], [3, 3, 3, 0], [0, 0, 1, 1]]),
        _prices_case(numbers(rng, 8, 1.0), _draws(rng, 2, 8)),
        _prices_case(numbers(rng, 9, 1.0), _draws(rng, 7, 9)),
    ],
    oracle=_basic_oracle,
)


ADVANCED: tuple[Variant, ...] = (_ARMS, _BASIC, _FISHER)
