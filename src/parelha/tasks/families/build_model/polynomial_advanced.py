"""Polynomials at levels 3 and 4: choice of the degree, trends by group, smoothing windows."""

from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.polynomial import Polynomial
from scipy.signal import savgol_filter

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Vector = npt.NDArray[np.float64]


def _curve(rng: Random, size: int, noise: float) -> tuple[list[float], list[float]]:
    coefs = [rng.uniform(-3.0, 3.0) for _ in range(rng.randint(2, 4))]
    xs = [round(rng.uniform(-2.0, 2.0), 2) for _ in range(size)]
    ys = [sum(c * x**k for k, c in enumerate(coefs)) + rng.gauss(0.0, noise) for x in xs]
    return xs, [round(y, 2) for y in ys]


def _split_curve(rng: Random, size: int) -> Args:
    xs, ys = _curve(rng, max(size, 12), 1.0)
    last = [float("nan")] if rng.random() < 0.5 else []
    return np.array(xs + xs[: len(last)]), np.array(ys + last), 3


def _choice_edges(rng: Random) -> list[Args]:
    gap = np.nan
    # Different values, or two degrees would tie and rounding decide.
    noise = [value / 10 for value in rng.sample(range(-30, 31), 8)]
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    return [
        (x, np.array(noise), 0),
        (x, np.array([*noise[:5], gap, gap, gap]), 1),
        (x, np.array([*noise[:3], gap, *noise[4:]]), 2),
        (x[:4], np.array(noise[:4]), 2),
        (x[:3], np.array([gap, gap, gap]), 1),
        (x[:2], np.array([noise[0], noise[0] + 5.0]), 1),
        (x[:1], np.array(noise[:1]), 1),
    ]


def _choice_oracle(x: Vector, y: Vector, max_degree: int) -> object:
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if len(x) < 2:
        return 0, 0.0
    test = np.arange(len(x)) % 2 == 1
    found = []
    for degree in range(max_degree + 1):
        if len(np.unique(x[~test])) > degree:
            curve = Polynomial.fit(x[~test], y[~test], degree)
            found.append((float(np.sqrt(np.mean((y[test] - curve(x[test])) ** 2))), degree))
    return min(found)[1], min(found)[0]


_DEGREE = advanced(
    "degree",
    3,
    doc="Return the degree that validates best, and its error.",
    ask=text(
        en="""Choose the degree of a polynomial by validation. `x` and `y` are numpy arrays. Drop
        the points whose y is NaN; of the remaining ones, those at the positions 0, 2, 4, ... train
        and those at 1, 3, 5, ... validate. For each degree from 0 to `max_degree` fit a polynomial
        to the training points by least squares and compute its RMSE (root of the mean squared
        error) on the validation points. Skip degrees that need more different x than the training
        points have: degree d needs d + 1. Return (degree, rmse) of the degree with the smallest
        RMSE. Return (0, 0.0) if fewer than two points remain.""",
        pt="""Escolha o grau de um polinômio por validação. `x` e `y` são arrays numpy. Descarte os
        pontos cujo y é NaN; dos restantes, os das posições 0, 2, 4, ... treinam e os das posições
        1, 3, 5, ... validam. Para cada grau de 0 a `max_degree`, ajuste um polinômio aos pontos de
        treino por mínimos quadrados e calcule o RMSE dele (raiz do erro quadrático médio) nos
        pontos de validação. Pule graus que precisam de mais x diferentes do que os pontos de treino
        têm: o grau d precisa de d + 1. Retorne (grau, rmse) do grau com o menor RMSE. Retorne (0,
        0.0) se restam menos de dois pontos.""",
    ),
    signature="def degree(x: np.ndarray, y: np.ndarray, max_degree: int) -> tuple[int, float]:",
    ordinary=_split_curve,
    imports="import numpy as np",
    body="""
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if len(x) < 2:
        return 0, 0.0
    num_different = len(np.unique(x[::2]))
    scores = []
    for power in range(min(max_degree + 1, num_different)):
        coefs = np.polyfit(x[::2], y[::2], power)
        errors = y[1::2] - np.polyval(coefs, x[1::2])
        scores.append((float(np.sqrt(np.mean(errors**2))), power))
    rmse, best = min(scores)
    return best, rmse
    """,
    edges=_choice_edges,
    oracle=_choice_oracle,
)


def _machines(rng: Random, size: int) -> Args:
    num_machines = max(1, min(size // 3, 12))
    rows = []
    for place in range(size):
        level = 5.0 * (place % num_machines)
        hour = round(rng.uniform(0.0, 10.0), 1)
        heat = round(level + 0.5 * hour + 0.2 * hour**2 + rng.gauss(0.0, 1.0), 1)
        rows.append((f"m{place % num_machines}", hour, heat if rng.random() > 0.05 else np.nan))
    rng.shuffle(rows)
    return (pd.DataFrame(rows, columns=["machine", "hour", "heat"]),)


def _machine_edges(rng: Random) -> list[Args]:
    gap = np.nan
    heat = numbers(rng, 7)
    names = ["machine", "hour", "heat"]
    hours = [0.0, 1.0, 3.0, 3.0, 7.0, 8.0, 9.0]

    def frame(machines: str, hours: list[float], heat: list[float]) -> Args:
        return (pd.DataFrame(list(zip(machines, hours, heat, strict=True)), columns=names),)

    ordered = frame("aabaaba", hours, heat)[0]
    assert isinstance(ordered, pd.DataFrame)
    return [
        frame("aaab", [1.0, 2.0, 4.0, 1.0], heat[:4]),
        frame("aaaaa", [1.0, 2.0, 4.0, 6.0, 2.0], heat[:5]),
        frame("aaaa", [1.0, 2.0, 4.0, 6.0], [*heat[:3], gap]),
        frame("baba", [1.0, 2.0, 4.0, 6.0], [gap, heat[0], gap, heat[1]]),
        (ordered.set_axis([70, 60, 50, 40, 30, 20, 10], axis=0),),
    ]


def _detrend_oracle(df: pd.DataFrame) -> object:
    rest = df["heat"].copy()
    for machine in df["machine"].unique():
        own = df[(df["machine"] == machine) & df["heat"].notna()]
        degree = 2 if own["hour"].nunique() >= 4 else 0
        if len(own):
            matrix = np.vander(own["hour"].to_numpy(), degree + 1)
            heat = own["heat"].to_numpy()
            rest.loc[own.index] = heat - matrix @ np.linalg.lstsq(matrix, heat, rcond=None)[0]
    return rest


_DETREND = advanced(
    "detrend",
    4,
    doc="Return the heat of every row without its machine's trend.",
    ask=text(
        en="""Take the trend out of machine temperatures. The DataFrame `df` has the columns
        `machine`, `hour` and `heat`. For each machine fit a parabola of heat on hour by least
        squares to its rows with known heat, provided that these have at least four different hours;
        otherwise take the mean heat of these rows in place of the parabola. Return a Series named
        "heat", with the index of `df` in its order: heat minus the machine's trend at that hour. It
        is NaN where heat is NaN.""",
        pt="""Retire a tendência de temperaturas de máquinas. O DataFrame `df` tem as colunas
        `machine`, `hour` e `heat`. Para cada máquina, ajuste uma parábola de heat em função de hour
        por mínimos quadrados às linhas dela com heat conhecido, desde que estas tenham pelo menos
        quatro horas diferentes; senão, use a média de heat dessas linhas no lugar da parábola.
        Retorne uma Series chamada "heat", com o índice de `df` na mesma ordem: heat menos a
        tendência da máquina naquela hora. É NaN onde heat é NaN.""",
    ),
    signature="def detrend(df: pd.DataFrame) -> pd.Series:",
    ordinary=_machines,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    result = df["heat"].copy()
    for _, own in df.dropna(subset=["heat"]).groupby("machine"):
        hour, heat = own["hour"].to_numpy(), own["heat"].to_numpy()
        power = 2 if len(np.unique(hour)) > 3 else 0
        trend = np.polyval(np.polyfit(hour, heat, power), hour)
        result.loc[own.index] = heat - trend
    return result
    """,
    edges=_machine_edges,
    oracle=_detrend_oracle,
)


def _smoothing(rng: Random, size: int) -> Args:
    return np.array(numbers(rng, max(size, 7))), rng.choice([5, 7])


def _smoothing_oracle(signal: Vector, width: int) -> object:
    if np.isnan(signal).any() or len(signal) < width:
        return NotImplemented
    smooth = signal.copy()
    half = width // 2
    smooth[half:-half] = savgol_filter(signal, width, 2)[half:-half]
    return smooth


_WINDOWS = advanced(
    "moving_parabola",
    4,
    heldout=True,
    doc="Return a signal smoothed by parabolas through moving windows.",
    ask=text(
        en="""Smooth a `signal`, a numpy array of equally spaced samples, the way Savitzky and Golay
        do: replace each sample by the value that a least-squares parabola through the `width`
        samples centred on it takes at the centre. `width` is odd and at least 5. Samples with fewer
        than width // 2 neighbours on a side keep their value, and so does every sample whose window
        holds a NaN. Signals can be long; the weights are the same for all windows.""",
        pt="""Suavize um sinal `signal`, um array numpy de amostras igualmente espaçadas, como fazem
        Savitzky e Golay: troque cada amostra pelo valor que uma parábola de mínimos quadrados pelas
        `width` amostras centradas nela assume no centro. `width` é ímpar e no mínimo 5. Amostras
        com menos de width // 2 vizinhas de um lado conservam o seu valor, e também toda amostra
        cuja janela contém um NaN. Os sinais podem ser longos; os pesos são os mesmos para todas as
        janelas.""",
    ),
    signature="def smooth(signal: np.ndarray, width: int) -> np.ndarray:",
    ordinary=_smoothing,
    imports="import numpy as np",
    body="""
    result = signal.copy()
    if len(signal) < width:
        return result
    half = width // 2
    design = np.vander(np.arange(-half, half + 1), 3, increasing=True)
    weights = np.linalg.pinv(design)[0]
    windows = np.lib.stride_tricks.sliding_window_view(signal, width)
    smoothed = windows @ weights
    centre = result[half:-half]
    centre[:] = np.where(np.isnan(smoothed), centre, smoothed)
    return result
    """,
    edges=lambda rng: [
        (np.array(numbers(rng, 4)), 5),
        (np.array(numbers(rng, 5)), 5),
        (np.array([1.0, 4.0, 9.0, 16.0, 25.0, 36.0, float(rng.randint(1, 99))]), 5),
        (np.array([*numbers(rng, 6), np.nan, *numbers(rng, 4)]), 5),
        (np.array([np.nan, *numbers(rng, 8)]), 7),
        (np.array([], dtype=float), 5),
    ],
    oracle=_smoothing_oracle,
)

ADVANCED: tuple[Variant, ...] = (_DEGREE, _DETREND, _WINDOWS)
