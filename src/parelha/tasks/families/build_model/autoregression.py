"""Autoregression of order one, AR(1); the whole family is kept for evaluation."""

import math
from random import Random

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.stats import linregress

from parelha.tasks.draws import numbers
from parelha.tasks.families.build_model import autoregression_advanced
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _levels(rng: Random, size: int) -> list[float]:
    """A series in which every value remembers the one before."""
    phi, level = rng.uniform(-0.8, 0.9), rng.uniform(-5.0, 40.0)
    series = [level]
    while len(series) < size:
        series.append(level + phi * (series[-1] - level) + rng.gauss(0.0, 3.0))
    return [round(value, 1) for value in series]


def _memory_oracle(tides: list[float]) -> object:
    if len(tides) < 2 or np.ptp(tides) == 0.0:
        return 0.0
    z = np.array(tides) - np.mean(tides)
    return float(np.correlate(z, z, "full")[len(z)] / np.sum(z**2))


_MEMORY = levels(
    "lag_one",
    doc="Return the lag-one autocorrelation of the tides.",
    ask=text(
        en="""Does a high tide follow a high tide? For the series `tides`, let z be a tide minus the
        average tide. Compute the lag-one autocorrelation: the sum of z[t] * z[t - 1] for t = 1, 2,
        ... over the sum of all z[t]**2.""",
        pt="""Uma maré alta se segue a outra maré alta? Para a série `tides`, seja z uma maré menos
        a maré média. Calcule a autocorrelação de defasagem um: a soma de z[t] * z[t - 1] para t =
        1, 2, ... dividida pela soma de todos os z[t]**2.""",
    ),
    signature="def autocorrelation(tides: list[float]) -> float:",
    ordinary=lambda rng, size: (_levels(rng, size),),
    easy=Level(
        contract=text("Not all tides are the same.", "Nem todas as marés são iguais."),
        body="""
        mean = sum(tides) / len(tides)
        z = [tide - mean for tide in tides]
        return sum(a * b for a, b in zip(z, z[1:])) / sum(a * a for a in z)
        """,
        edges=lambda rng: [
            (numbers(rng, 2),),
            ([1.0, 5.0, 1.0, 5.0, 1.0, float(rng.randint(4, 9))],),
            ([1.0, 2.0, 3.0, 4.0, float(rng.randint(5, 99))],),
        ],
    ),
    hard=Level(
        contract=text(
            "A series of one tide, of none or of equal tides has the autocorrelation 0.0.",
            "Uma série de uma maré, de nenhuma ou de marés iguais tem autocorrelação 0.0.",
        ),
        body="""
        if len(set(tides)) < 2:
            return 0.0
        mean = sum(tides) / len(tides)
        z = [tide - mean for tide in tides]
        return sum(a * b for a, b in zip(z, z[1:])) / sum(a * a for a in z)
        """,
        edges=lambda rng: [
            ([],),
            (numbers(rng, 1),),
            ([0.1] * rng.randint(3, 9),),
        ],
    ),
    oracle=_memory_oracle,
)


def _decay_args(rng: Random, size: int) -> Args:
    level, last = numbers(rng, 2)
    return last, level, rng.choice([-0.5, 0.3, 0.6, 0.9]), rng.randint(2, size + 1)


def _path_oracle(height: float, level: float, phi: float, days: int) -> object:
    if not 0.0 <= phi <= 1.0 or height < 0.0 or level < 0.0 or days < 1:
        return NotImplemented
    # The deviation is the impulse response of a recursive filter.
    impulse = np.zeros(days + 1)
    impulse[0] = height - level
    return [float(level + gap) for gap in lfilter([1.0], [1.0, -phi], impulse)[1:]]


_DECAY = levels(
    "forecast_path",
    doc="Return the path along which a river returns to its level.",
    ask=text(
        en="""A river returns to its usual `level` step by step: each day its deviation from the
        level is `phi` times the deviation of the day before. Today it stands at `height`. Project
        the heights of the coming `days` days, tomorrow first.""",
        pt="""Um rio volta ao seu nível usual `level` passo a passo: a cada dia, o desvio dele em
        relação ao nível é `phi` vezes o desvio do dia anterior. Hoje ele está em `height`. Projete
        as alturas dos próximos `days` dias, amanhã primeiro.""",
    ),
    signature="def path(height: float, level: float, phi: float, days: int) -> list[float]:",
    ordinary=_decay_args,
    easy=Level(
        contract=text("days is never negative.", "days nunca é negativo."),
        body="""
        gap = height - level
        return [level + phi**day * gap for day in range(1, days + 1)]
        """,
        edges=lambda rng: [
            (*numbers(rng, 2), 0.5, 0),
            (*numbers(rng, 2), 0.0, 2),
            (4.0, 4.0, float(rng.randint(1, 9)), 3),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A phi beyond -1 or 1 is brought back to the nearer of the two. Heights below zero
            are projected as 0.0 (the deviation goes on as if they were not). A negative number of
            days gives no heights.""",
            pt="""Um phi além de -1 ou 1 é trazido de volta ao mais próximo dos dois. Alturas abaixo
            de zero são projetadas como 0.0 (o desvio segue como se não fossem). Uma quantidade
            negativa de dias não dá alturas.""",
        ),
        body="""
        phi = max(-1.0, min(1.0, phi))
        gap = height - level
        path_ = [level + phi**day * gap for day in range(1, days + 1)]
        return [max(value, 0.0) for value in path_]
        """,
        edges=lambda rng: [
            (float(rng.randint(20, 40)), 10.0, 1.5, 3),
            (float(rng.randint(20, 40)), 10.0, -4.0, 4),
            (*numbers(rng, 2), 0.5, -2),
            (1.0, 5.0, -0.9, 3),
        ],
    ),
    oracle=_path_oracle,
)


def _shock_args(rng: Random, size: int) -> Args:
    return numbers(rng, size, -3.0, 3.0), rng.choice([-0.5, 0.25, 0.8]), numbers(rng, 1)[0]


_SIMULATE = levels(
    "simulate",
    doc="Return the simulated moods.",
    ask=text(
        en="""Simulate a mood that carries over: starting from `start`, each new mood is `carry`
        times the previous mood plus the next of `shocks`. List the moods after each shock, without
        the start.""",
        pt="""Simule um humor que se prolonga: a partir de `start`, cada novo humor é `carry` vezes
        o humor anterior mais o próximo de `shocks`. Liste os humores depois de cada choque, sem o
        inicial.""",
    ),
    signature="def simulate(shocks: list[float], carry: float, start: float) -> list[float]:",
    ordinary=_shock_args,
    easy=Level(
        contract=text("", ""),
        body="""
        mood = start
        moods = []
        for shock in shocks:
            mood = carry * mood + shock
            moods.append(mood)
        return moods
        """,
        edges=lambda rng: [
            ([], 0.5, float(rng.randint(1, 9))),
            ([0.0, 0.0, 0.0], 0.5, 8.0),
            (numbers(rng, 3), 1.0, 0.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""A shock that is NaN is no shock: the mood only carries over. Moods never leave the
            range from -100 to 100: what would is set to its border before it carries over.""",
            pt="""Um choque NaN não é choque: o humor só se prolonga. Os humores nunca saem do
            intervalo de -100 a 100: o que sairia é posto na borda dele antes de se prolongar.""",
        ),
        imports="import math",
        body="""
        mood = start
        moods = []
        for shock in shocks:
            mood *= carry
            if not math.isnan(shock):
                mood += shock
            mood = max(-100.0, min(100.0, mood))
            moods.append(mood)
        return moods
        """,
        edges=lambda rng: [
            ([math.nan, *numbers(rng, 2)], 0.5, 8.0),
            ([90.0, 90.0, float(rng.randint(-9, -1))], 0.5, 40.0),
            ([-80.0, -90.0, float(rng.randint(1, 9))], 0.5, 0.0),
            ([math.nan, math.nan], -2.0, float(rng.randint(60, 90))),
        ],
    ),
    oracle=lambda shocks, carry, start: (
        [float(v) for v in lfilter([1.0], [1.0, -carry], shocks, zi=[carry * start])[0]]
        if shocks and abs(start) + sum(map(abs, shocks)) < 100.0
        else NotImplemented
    ),
)


def _fit_oracle(prices: "pd.Series[float]") -> object:
    pairs = pd.DataFrame({"now": prices, "before": prices.shift()}).dropna()
    if pairs["before"].nunique() < 2:
        return float(pairs["now"].mean()) if len(pairs) else 0.0, 0.0
    found = linregress(pairs["before"], pairs["now"])
    return float(found.intercept), float(found.slope)


def _prices(values: list[float], index: list[int] | None = None) -> Args:
    return (pd.Series(values, index=index, dtype="float64"),)


_FIT = levels(
    "conditional_fit",
    doc="Return intercept and slope of each price on the price before.",
    ask=text(
        en="""How does a price depend on the price before? Regress each price of the pandas Series
        `prices` on its predecessor (ordinary least squares with intercept, over all neighbouring
        pairs) and report (intercept, slope).""",
        pt="""Como um preço depende do preço anterior? Faça a regressão de cada preço da Series do
        pandas `prices` sobre o seu antecessor (mínimos quadrados ordinários com intercepto, sobre
        todos os pares vizinhos) e informe (intercepto, inclinação).""",
    ),
    signature="def fit(prices: pd.Series) -> tuple[float, float]:",
    ordinary=lambda rng, size: _prices(_levels(rng, max(size, 4))),
    easy=Level(
        contract=text(
            "Three prices or more; those before the last are not all equal.",
            "Três preços ou mais; os anteriores ao último não são todos iguais.",
        ),
        imports="import numpy as np\nimport pandas as pd",
        body="""
        values = prices.to_numpy()
        slope, intercept = np.polyfit(values[:-1], values[1:], 1)
        return float(intercept), float(slope)
        """,
        edges=lambda rng: [
            _prices([1.0, 2.0, float(rng.randint(3, 9))]),
            _prices([8.0, 4.0, 2.0, 1.0], [3, 1, 4, 1]),
            _prices([1.0, 2.0, 1.0, 2.0, 1.0]),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Pairs in which a price is NaN are left out (a gap is not bridged). If the
            predecessors do not vary, report the average of the later prices and slope 0.0; without
            pairs (0.0, 0.0).""",
            pt="""Pares em que um preço é NaN ficam de fora (uma lacuna não é transposta). Se os
            antecessores não variam, informe a média dos preços posteriores e inclinação 0.0; sem
            pares, (0.0, 0.0).""",
        ),
        imports="import numpy as np\nimport pandas as pd",
        body="""
        frame = pd.DataFrame({"now": prices, "before": prices.shift()})
        pairs = frame.dropna()
        if pairs.empty:
            return 0.0, 0.0
        degree = 1 if pairs["before"].nunique() > 1 else 0
        line = np.polyfit(pairs["before"], pairs["now"], degree)
        slope = float(line[0]) if degree else 0.0
        return float(line[-1]), slope
        """,
        edges=lambda rng: [
            _prices([]),
            _prices(numbers(rng, 1)),
            _prices(numbers(rng, 2)),
            _prices([*numbers(rng, 3), math.nan, *numbers(rng, 3)]),
            _prices([5.0, 5.0, float(rng.randint(6, 9))], [2, 1, 0]),
            _prices([1.0, math.nan, 2.0]),
        ],
    ),
    oracle=_fit_oracle,
)


def _surprise_args(rng: Random, size: int) -> Args:
    return np.array(_levels(rng, size)), *numbers(rng, 1, -3, 3), rng.choice([-0.5, 0.4, 0.9])


_SURPRISES = levels(
    "one_step_errors",
    doc="Return the surprises of an autoregression.",
    ask=text(
        en="""An autoregression predicts each of the `loads` (a numpy array) as `base` + `phi` * the
        load before it. Produce the array of surprises, load minus prediction, one shorter than
        `loads` because the first has no prediction.""",
        pt="""Uma autorregressão prevê cada carga de `loads` (um array numpy) como `base` + `phi` *
        a carga anterior. Produza o array das surpresas, carga menos previsão, um elemento mais
        curto que `loads`, porque a primeira não tem previsão.""",
    ),
    signature="def surprises(loads: np.ndarray, base: float, phi: float) -> np.ndarray:",
    ordinary=_surprise_args,
    easy=Level(
        contract=text("At least one load is on record.", "Há ao menos uma carga registrada."),
        imports="import numpy as np",
        body="return loads[1:] - (base + phi * loads[:-1])",
        edges=lambda rng: [
            (np.array(numbers(rng, 1)), 1.0, 0.5),
            (np.array([8.0, 4.0, 2.0, 1.0]), 0.0, 0.5),
            (np.array(numbers(rng, 3)), 2.0, 0.0),
        ],
    ),
    hard=Level(
        contract=text(
            en="""Where a load is NaN its surprise is 0.0, and the load after it is predicted from
            the last known one; before any is known, from base alone. No loads, no surprises.""",
            pt="""Onde uma carga é NaN, a surpresa dela é 0.0, e a carga seguinte é prevista a
            partir da última conhecida; antes de alguma ser conhecida, só a partir de base. Sem
            cargas, não há surpresas.""",
        ),
        imports="import numpy as np",
        body="""
        result = []
        last = 0.0
        for place, load in enumerate(loads):
            if place:
                known = not np.isnan(load)
                result.append(load - base - phi * last if known else 0.0)
            last = last if np.isnan(load) else load
        return np.array(result, dtype=float)
        """,
        edges=lambda rng: [
            (np.array([], dtype=float), 1.0, 0.5),
            (np.array([np.nan, *numbers(rng, 2)]), 1.0, 0.5),
            (np.array([*numbers(rng, 2), np.nan, np.nan, *numbers(rng, 2)]), -1.0, 0.25),
            (np.array([np.nan]), 1.0, 0.5),
        ],
    ),
    oracle=lambda loads, base, phi: (
        np.nan_to_num(loads[1:] - base - phi * pd.Series(loads).ffill().fillna(0.0).to_numpy()[:-1])
        if len(loads)
        else np.zeros(0)
    ),
)


_MISTAKES = (
    Mistake(
        "lag_one",
        "return sum(a * b for a, b in zip(tides, tides[1:])) / sum(a * a for a in tides)",
    ),
    Mistake("forecast_path", "return [level + phi * (height - level) for _ in range(days)]"),
    Mistake(
        "conditional_fit",
        """
        x = prices.to_numpy()
        slope, intercept = np.polyfit(x[1:], x[:-1], 1)
        return float(intercept), float(slope)
        """,
        imports="import numpy as np\nimport pandas as pd",
    ),
    Mistake("simulate", "return [carry * start + shock for shock in shocks]"),
)

FAMILY = Family(
    "build_model.autoregression",
    CoderAction.BUILD_MODEL,
    (*_MEMORY, *_DECAY, *_SIMULATE, *_FIT, *_SURPRISES, *autoregression_advanced.ADVANCED),
    mistakes=_MISTAKES,
    heldout=True,
)
