"""Outliers in a sliding window over a numpy array; the filter of Hampel (1974) among them."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd

from parelha.tasks.families.detect_outliers.rolling_advanced import ADVANCED
from parelha.tasks.family import Family, Level, Mistake, levels, text
from parelha.types import CoderAction

# Samples are whole numbers: medians, means of few samples and differences are exact.
FloatArray = npt.NDArray[np.float64]


def _signal(rng: Random, size: int) -> FloatArray:
    """A slowly moving level with one or two spikes."""
    level, samples = rng.randint(10, 40), []
    for _ in range(max(size, 5)):
        level += rng.randint(-2, 2)
        samples.append(float(level))
    for _ in range(1 + (size > 8)):
        samples[rng.randrange(len(samples))] += rng.choice((-1, 1)) * rng.randint(12, 40)
    return np.array(samples)


def _arrays(*lists: list[float]) -> list[FloatArray]:
    return [np.array(values, dtype=np.float64) for values in lists]


def _easy_arrays(rng: Random) -> list[FloatArray]:
    far = float(rng.randint(40, 90))
    return [
        *_arrays(
            [1.0, 2.0, far, 2.0, 1.0, 3.0, 4.0, 3.0],
            [far, 1.0, 2.0, 1.0, 1.0, 2.0, -far],
            [3.0, 5.0, 4.0, far, far, 6.0, 4.0, 5.0, 2.0],
            [float(rng.randint(1, 9))] * 6,
        ),
        -_signal(rng, 9),
    ]


def _small_arrays(rng: Random) -> list[FloatArray]:
    value = float(rng.randint(1, 9))
    return _arrays([], [value], [value, value + 40.0], [value, value + 50.0, value])


_MEDIAN_BODY = """
smooth = x.copy()
for i in range(1, len(x) - 1):
    smooth[i] = np.median(x[i - 1:i + 2])
return smooth
"""


def _median_oracle(x: FloatArray) -> object:
    smooth = pd.Series(x).rolling(3, center=True).median().to_numpy()
    return np.where(np.isnan(smooth), x, smooth)


_MEDIAN = levels(
    "median_of_three",
    doc="Return the array with each inner value replaced by a local median.",
    ask=text(
        """Single spikes in a numpy array `x` disappear if each value is replaced by the median of
        three: the value itself, the one before and the one after. Return the new array. The first
        and the last value stay as they are.""",
        """Picos isolados em um array numpy `x` desaparecem se cada valor é trocado pela mediana de
        três: o próprio valor, o anterior e o seguinte. Retorne o novo array. O primeiro e o último
        valor ficam como estão.""",
    ),
    signature="def median_of_three(x: np.ndarray) -> np.ndarray:",
    ordinary=lambda rng, size: (_signal(rng, size),),
    easy=Level(
        contract=text("There are at least three values.", "Há pelo menos três valores."),
        imports="import numpy as np",
        body=_MEDIAN_BODY,
        edges=lambda rng: [(x,) for x in _easy_arrays(rng)],
    ),
    hard=Level(
        contract=text(
            """All medians are those of the original values. An array of fewer than three values is
            returned unchanged; `x` itself must not change.""",
            """Todas as medianas são as dos valores originais. Um array com menos de três valores é
            retornado sem mudança; o próprio `x` não pode mudar.""",
        ),
        imports="import numpy as np",
        body=_MEDIAN_BODY,
        edges=lambda rng: [(x,) for x in _small_arrays(rng)],
    ),
    oracle=_median_oracle,
)


def _windowed(x: FloatArray, half: int, what: str) -> FloatArray:
    """Return a statistic over centred windows, cut off at the ends of the array."""
    rolled = pd.Series(x).rolling(2 * half + 1, center=True, min_periods=1)
    return np.asarray(getattr(rolled, what)())


_FLAGS_BODY = """
flags = []
for i, value in enumerate(x):
    window = x[max(i - 2, 0):i + 3]
    flags.append(bool(abs(value - np.median(window)) > limit))
return flags
"""
_FLAGS = levels(
    "flags,limit=argument",
    doc="Return a flag for each value: is it far from its local median?",
    ask=text(
        """Compare each value of the numpy array `x` with the median of a window: the value itself,
        up to two values before it and up to two after it (fewer near the ends). Return a list of
        booleans: True where the value is more than `limit` away from the median of its window.""",
        """Compare cada valor do array numpy `x` com a mediana de uma janela: o próprio valor, até
        dois valores antes dele e até dois depois (menos perto das pontas). Retorne uma lista de
        booleanos: True onde o valor está a mais de `limit` da mediana da sua janela.""",
    ),
    signature="def local_flags(x: np.ndarray, limit: float) -> list[bool]:",
    ordinary=lambda rng, size: (_signal(rng, size), rng.choice((1.75, 2.25, 5.75))),
    easy=Level(
        contract=text("`x` has five values or more.", "`x` tem cinco valores ou mais."),
        imports="import numpy as np",
        body=_FLAGS_BODY,
        edges=lambda rng: [(x, 2.25) for x in _easy_arrays(rng)],
    ),
    hard=Level(
        contract=text(
            """A value at a distance of exactly `limit` is False. `x` may be shorter than a window,
            or empty.""",
            """Um valor a uma distância de exatamente `limit` é False. `x` pode ser mais curto que
            uma janela, ou vazio.""",
        ),
        imports="import numpy as np",
        body=_FLAGS_BODY,
        edges=lambda rng: [
            *((x, 20.0) for x in _small_arrays(rng)),
            (np.array([1.0, 2.0, 3.0, 9.0, 2.0, float(rng.randint(2, 3))]), 7.0),
            (np.array([1.0, 2.0, 3.0, 9.0, 2.0, float(rng.randint(2, 3))]), 6.5),
        ],
    ),
    oracle=lambda x, limit: [bool(d > limit) for d in abs(x - _windowed(x, 2, "median"))],
)


_HAMPEL_BODY = """
clean = x.copy()
for i, value in enumerate(x):
    window = x[max(i - half, 0):i + half + 1]
    centre = np.median(window)
    mad = np.median(np.abs(window - centre))
    if abs(value - centre) > 3 * 1.4826 * mad:
        clean[i] = centre
return clean
"""


def _hampel_oracle(x: FloatArray, half: int) -> object:
    centre = _windowed(x, half, "median")
    mad = np.array(
        [
            np.median([abs(x[j] - centre[i]) for j in range(len(x)) if abs(i - j) <= half])
            for i in range(len(x))
        ]
    )
    return np.where(abs(x - centre) > 3 * 1.4826 * mad, centre, x)


_HAMPEL = levels(
    "hampel,k=3",
    doc="Return the array after the filter of Hampel.",
    ask=text(
        """Apply the Hampel filter to the numpy array `x` and return the new array. The window of
        the value at index i holds the original values from i - half to i + half, as far as they
        exist. With m the median of the window and d the median of the absolute differences from m
        in the window, the value becomes m if it differs from m by more than 3 * 1.4826 * d;
        otherwise it stays.""",
        """Aplique o filtro de Hampel ao array numpy `x` e retorne o novo array. A janela do valor
        de índice i contém os valores originais de i - half até i + half, enquanto existirem. Sendo
        m a mediana da janela e d a mediana das diferenças absolutas até m na janela, o valor passa
        a ser m se difere de m em mais de 3 * 1.4826 * d; caso contrário, fica como está.""",
    ),
    signature="def hampel(x: np.ndarray, half: int) -> np.ndarray:",
    ordinary=lambda rng, size: (_signal(rng, size), rng.randint(1, 4)),
    easy=Level(
        contract=text(
            "`x` is not empty and `half` is at least 1.", "`x` não é vazio e `half` é no mínimo 1."
        ),
        imports="import numpy as np",
        body=_HAMPEL_BODY,
        edges=lambda rng: [
            *((x, rng.randint(1, 3)) for x in _easy_arrays(rng)),
            # Median 0 and d = 2: the limit 8.9 lies between the distances 8 and 9.
            (np.array([0.0, -2.0, 2.0, 2.0, -2.0, 8.0, -9.0, -1.0, 1.0]), rng.randint(8, 12)),
        ],
    ),
    hard=Level(
        contract=text(
            """Where d is 0, every value other than m becomes m. `half` may be 0 or larger than the
            array, and `x` may be empty; it must not be changed itself.""",
            """Onde d é 0, todo valor diferente de m passa a ser m. `half` pode ser 0 ou maior que
            o array, e `x` pode ser vazio; ele próprio não pode ser alterado.""",
        ),
        imports="import numpy as np",
        body=_HAMPEL_BODY,
        edges=lambda rng: [
            *((x, 2) for x in _small_arrays(rng)),
            (_signal(rng, 8), 0),
            (np.array([4.0, 4.0, 5.0, 4.0, float(rng.randint(6, 9)), 4.0]), 20),
        ],
    ),
    oracle=_hampel_oracle,
)


def _trailing_oracle(x: FloatArray, window: int, limit: float) -> object:
    before = pd.Series(x).rolling(window).mean().shift(1).to_numpy()
    return [int(i) for i in np.flatnonzero(np.abs(x - before) > limit)]


_TRAILING_BODY = """
found = []
for i in range(window, len(x)):
    if abs(x[i] - x[i - window:i].mean()) > limit:
        found.append(i)
return found
"""
_TRAILING = levels(
    "trailing,limit=argument",
    doc="Return the indices of values far from the mean of those before.",
    ask=text(
        """Return the indices, in increasing order, of the values in the numpy array `x` that
        differ by more than `limit` from the mean of the `window` values just before them. The
        first `window` values are never returned.""",
        """Retorne os índices, em ordem crescente, dos valores do array numpy `x` que diferem em
        mais de `limit` da média dos `window` valores imediatamente anteriores. Os primeiros
        `window` valores nunca são retornados.""",
    ),
    signature="def jumps(x: np.ndarray, window: int, limit: float) -> list[int]:",
    ordinary=lambda rng, size: (_signal(rng, size), rng.choice((2, 4)), rng.choice((2.3, 9.1))),
    easy=Level(
        contract=text(
            "`x` is longer than `window`, which is at least 1.",
            "`x` é mais longo que `window`, que é no mínimo 1.",
        ),
        imports="import numpy as np",
        body=_TRAILING_BODY,
        edges=lambda rng: [(x, rng.randint(1, 2), 3.6) for x in _easy_arrays(rng)],
    ),
    hard=Level(
        contract=text(
            """A difference of exactly `limit` does not count. If `x` has no more than `window`
            values, the list is empty.""",
            """Uma diferença de exatamente `limit` não conta. Se `x` não tem mais que `window`
            valores, a lista é vazia.""",
        ),
        imports="import numpy as np",
        body=_TRAILING_BODY,
        edges=lambda rng: [
            *((x, 2, 3.5) for x in _small_arrays(rng)),
            (np.array([1.0, 3.0, 7.0, float(rng.randint(4, 6)), 10.0]), 2, 5.0),
        ],
    ),
    oracle=_trailing_oracle,
)


def _steps_oracle(pressure: FloatArray, factor: float) -> object:
    steps = np.abs(pressure[1:] - pressure[:-1])
    return int((steps > factor * np.median(steps)).sum()) if len(steps) else 0


_STEPS_BODY = """
steps = np.abs(np.diff(pressure))
return int(np.sum(steps > factor * np.median(steps)))
"""
_STEPS = levels(
    "steps",
    heldout=True,
    doc="Return the number of unusually large steps.",
    ask=text(
        """A step is the absolute change from one element of the numpy array `pressure` to the
        next. Count the steps that are larger than `factor` times the median step.""",
        """Um passo é a variação absoluta de um elemento do array numpy `pressure` para o seguinte.
        Conte os passos que são maiores que `factor` vezes o passo mediano.""",
    ),
    signature="def count_large_steps(pressure: np.ndarray, factor: float) -> int:",
    ordinary=lambda rng, size: (_signal(rng, size), rng.choice((1.3, 2.7, 4.1))),
    easy=Level(
        contract=text("`pressure` has several elements.", "`pressure` tem vários elementos."),
        imports="import numpy as np",
        body=_STEPS_BODY,
        edges=lambda rng: [(x, 2.2) for x in _easy_arrays(rng)],
    ),
    hard=Level(
        contract=text(
            """A step that equals the bound is no large one. Fewer than two elements make no steps,
            so that the count is 0.""",
            """Um passo igual ao limite não é grande. Menos de dois elementos não formam passos, e
            a contagem é 0.""",
        ),
        imports="import numpy as np",
        body="if len(pressure) < 2:\n    return 0\n" + _STEPS_BODY.strip(),
        edges=lambda rng: [
            *((x, 0.5) for x in _small_arrays(rng)),
            (np.array([1.0, 3.0, 5.0, 9.0, 7.0, 7.0 + rng.randint(1, 2)]), 2.0),
        ],
    ),
    oracle=_steps_oracle,
)


def _swings_oracle(load: FloatArray, width: int) -> object:
    rolled = pd.Series(load).rolling(width)
    return [float(v) for v in (rolled.max() - rolled.min()).dropna()]


_SWINGS_BODY = """
windows = [load[i:i + width] for i in range(len(load) - width + 1)]
return [float(window.max() - window.min()) for window in windows]
"""
_SWINGS = levels(
    "swings",
    heldout=True,
    doc="Return the range of each window.",
    ask=text(
        """How wildly does the numpy array `load` swing? For every stretch of `width` neighbouring
        elements, from left to right, give the largest element minus the smallest, as a list of
        floats.""",
        """Com que força oscila o array numpy `load`? Para cada trecho de `width` elementos
        vizinhos, da esquerda para a direita, dê o maior elemento menos o menor, em uma lista de
        floats.""",
    ),
    signature="def swings(load: np.ndarray, width: int) -> list[float]:",
    ordinary=lambda rng, size: (_signal(rng, size), rng.randint(2, 4)),
    easy=Level(
        contract=text(
            "At least one such stretch fits into `load`.",
            "Cabe ao menos um trecho assim em `load`.",
        ),
        imports="import numpy as np",
        body=_SWINGS_BODY,
        edges=lambda rng: [(x, rng.randint(1, len(x))) for x in _easy_arrays(rng)],
    ),
    hard=Level(
        contract=text(
            "When the array is too short for one stretch, the list has no elements.",
            "Quando o array é curto demais para um trecho, a lista não tem elementos.",
        ),
        imports="import numpy as np",
        body=_SWINGS_BODY,
        edges=lambda rng: [(x, 3) for x in _small_arrays(rng)],
    ),
    oracle=_swings_oracle,
)


_MISTAKES = (
    Mistake(
        "median_of_three",
        """
        for i in range(1, len(x) - 1):
            x[i] = np.median(x[i - 1:i + 2])
        return x
        """,
        "import numpy as np",
    ),
    Mistake(
        "hampel,k=3",
        """
        y = x.copy()
        for i in range(half, len(x) - half):
            w = x[i - half:i + half + 1]
            m = np.median(w)
            if abs(x[i] - m) > 3 * 1.4826 * np.median(abs(w - m)):
                y[i] = m
        return y
        """,
        "import numpy as np",
    ),
    Mistake(
        "trailing,limit=argument",
        """
        means = np.convolve(x, np.ones(window) / window, "valid")
        return [i for i in range(window, len(x)) if abs(x[i] - means[i - window + 1]) > limit]
        """,
        "import numpy as np",
    ),
)

FAMILY = Family(
    "detect_outliers.rolling",
    CoderAction.DETECT_OUTLIERS,
    (*_MEDIAN, *_FLAGS, *_HAMPEL, *_TRAILING, *_STEPS, *_SWINGS, *ADVANCED),
    mistakes=_MISTAKES,
)
