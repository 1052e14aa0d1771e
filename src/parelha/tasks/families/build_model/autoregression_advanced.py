"""AR(1) at levels 3 and 4: fits on cleaned series, by station, and as time goes on."""

import math
from random import Random

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import linregress

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Vector = npt.NDArray[np.float64]


def _series(rng: Random, size: int) -> list[float]:
    phi, value = rng.uniform(-0.7, 0.9), 0.0
    values = []
    for _ in range(size):
        value = phi * value + rng.gauss(0.0, 2.0)
        values.append(round(20.0 + value, 2))
    return values


def _interval_args(rng: Random, size: int) -> Args:
    values = _series(rng, max(size, 5))
    if size > 9:
        values[rng.randint(1, size - 2)] = math.nan
    return np.array(values), rng.randint(1, 5)


def _filled(series: Vector) -> Vector:
    """A gap takes the value that lies on the line between its neighbours, or the nearest value."""
    filled = pd.Series(series).interpolate(limit_direction="both")
    return np.asarray(filled, dtype=np.float64)


def _interval_oracle(series: Vector, steps: int) -> object:
    if len(series) - np.isnan(series).sum() < 1:
        return []
    values = _filled(series)
    if len(values) < 4 or np.ptp(values[:-1]) == 0.0:
        return [float(values[-1])] * steps
    found = linregress(values[:-1], values[1:])
    path = [float(values[-1])]
    for _ in range(steps):
        path.append(float(found.intercept + found.slope * path[-1]))
    return path[1:]


_FILLED = advanced(
    "filled_forecast",
    3,
    doc="Return forecasts of a series with gaps, step by step.",
    ask=text(
        en="""Forecast a measured series that has gaps. In the numpy array `series`, first fill
        every NaN on the straight line between the nearest known values before and after it; NaNs
        before the first or after the last known value take that value. Then fit each value on the
        one before it, by least squares with an intercept, and feed the fit with the last value to
        project the next one, with that projection to project the one after, and so on for `steps`
        steps. List the projections. A series shorter than four, or one whose values without the
        last are all equal, is projected to stay at its last value; one without any known value
        gives an empty list.""",
        pt="""Preveja uma série medida que tem lacunas. No array numpy `series`, primeiro preencha
        todo NaN sobre a reta entre os valores conhecidos mais próximos antes e depois dele; NaNs
        antes do primeiro ou depois do último valor conhecido recebem esse valor. Depois ajuste cada
        valor em função do anterior, por mínimos quadrados com intercepto, e alimente o ajuste com o
        último valor para projetar o próximo, com essa projeção para projetar o seguinte, e assim
        por `steps` passos. Liste as projeções. Uma série mais curta que quatro, ou cujos valores
        sem o último são todos iguais, é projetada parada no seu último valor; uma sem nenhum valor
        conhecido dá uma lista vazia.""",
    ),
    signature="def project(series: np.ndarray, steps: int) -> list[float]:",
    ordinary=_interval_args,
    imports="import numpy as np",
    body="""
    known = ~np.isnan(series)
    if not known.any():
        return []
    times = np.arange(len(series))
    values = np.interp(times, times[known], series[known])
    slope, intercept = 0.0, values[-1]
    if len(values) > 3 and np.ptp(values[:-1]) > 0:
        slope, intercept = np.polyfit(values[:-1], values[1:], 1)
    path = [float(values[-1])]
    for _ in range(steps):
        path.append(float(intercept + slope * path[-1]))
    return path[1:]
    """,
    edges=lambda rng: [
        (np.array([], dtype=float), 2),
        (np.array([math.nan, math.nan]), 2),
        (np.array(numbers(rng, 3)), 2),
        (np.array([5.0, 5.0, 5.0, 5.0, float(rng.randint(6, 9))]), 3),
        (np.array([math.nan, 1.0, 2.0, math.nan, math.nan, 8.0, 4.0, math.nan]), 2),
        (np.array(numbers(rng, 5)), 0),
    ],
    oracle=_interval_oracle,
)


def _stations(rng: Random, size: int) -> Args:
    num_stations = max(2, min(size // 8, 20))
    num_days = 1 + 3 * size // (2 * num_stations)  # a third of them go missing
    levels = {f"s{n}": _series(rng, num_days) for n in range(num_stations)}
    rows = [(day, name, levels[name][day]) for day in range(num_days) for name in levels]
    rows = rng.sample(rows, size)
    return (pd.DataFrame(rows, columns=["day", "station", "level"]),)


def _station_oracle(df: pd.DataFrame) -> object:
    result = {}
    for station in sorted(set(df["station"])):
        own = dict(
            zip(*df.loc[df["station"] == station, ["day", "level"]].to_numpy().T, strict=True)
        )
        pairs = [(own[day - 1], level) for day, level in own.items() if day - 1 in own]
        if len({before for before, _ in pairs}) > 1:
            before, now = np.array(pairs).T
            result[str(station)] = float(linregress(before, now).slope)
    return result


def _station_edges(rng: Random) -> list[Args]:
    def frame(days: list[int], stations: str, levels: list[float]) -> Args:
        table = {"day": pd.Series(days, dtype="int64"), "station": list(stations)}
        return (pd.DataFrame(table | {"level": pd.Series(levels, dtype="float64")}),)

    return [
        frame([], "", []),
        frame([3, 1, 2, 9], "aaaa", numbers(rng, 4)),
        frame([1, 2, 3, 1, 2, 3], "bababa", numbers(rng, 6)),
        frame([1, 2, 3, 5, 6, 7], "aaaaaa", numbers(rng, 6)),
        frame([1, 2, 3, 4], "aaaa", [5.0, 5.0, 5.0, float(rng.randint(6, 9))]),
        frame([4, 3, 2, 1, 1, 2], "aaaabb", [1.0, 4.0, 2.0, float(rng.randint(5, 9)), 1.0, 2.0]),
    ]


_STATIONS = advanced(
    "by_station",
    4,
    doc="Return how strongly each station's level carries over to tomorrow.",
    ask=text(
        en="""How strongly does the level of each gauging station carry over to the next day? The
        DataFrame `df` has the columns `day` (int), `station` and `level`, in any order and with
        days missing; no station has a day twice. For a station, take all pairs of its levels on two
        consecutive days (day and day + 1) and find the least-squares slope, with intercept, of the
        later level on the earlier. Put the slopes into a dictionary by station, without the
        stations whose pairs have fewer than two different earlier levels. Expect thousands of
        rows.""",
        pt="""Com que força o nível de cada estação de medição se prolonga para o dia seguinte? O
        DataFrame `df` tem as colunas `day` (int), `station` e `level`, em qualquer ordem e com dias
        faltando; nenhuma estação tem um dia duas vezes. Para uma estação, tome todos os pares dos
        níveis dela em dois dias consecutivos (day e day + 1) e encontre a inclinação de mínimos
        quadrados, com intercepto, do nível posterior em função do anterior. Ponha as inclinações em
        um dicionário por estação, sem as estações cujos pares têm menos de dois níveis anteriores
        diferentes. Espere milhares de linhas.""",
    ),
    signature="def carry_over(df: pd.DataFrame) -> dict[str, float]:",
    ordinary=_stations,
    imports="import numpy as np\nimport pandas as pd",
    body="""
    before = df.assign(day=df["day"] + 1)
    pairs = df.merge(before, on=["station", "day"], suffixes=("", "_before"))
    result = {}
    for station, own in pairs.groupby("station"):
        if own["level_before"].nunique() > 1:
            line = np.polyfit(own["level_before"], own["level"], 1)
            result[str(station)] = float(line[0])
    return result
    """,
    edges=_station_edges,
    oracle=_station_oracle,
)


def _online_oracle(demand: list[float]) -> object:
    if len(demand) > 300:
        return NotImplemented
    result = []
    for day in range(1, len(demand)):
        x, y = np.array(demand[: day - 1]), np.array(demand[1:day])
        phi = float(x @ y / (x @ x)) if (x != 0.0).any() else 1.0
        result.append(phi * demand[day - 1])
    return result


_ONLINE = advanced(
    "online",
    4,
    doc="Return for every day the forecast that the days before allowed.",
    ask=text(
        en="""Replay how demand would have been forecast. For every day t from 1 on, estimate phi
        from the days before t only: the sum of demand[s] * demand[s - 1] for s = 1, ..., t - 1 over
        the sum of demand[s - 1]**2 for the same s; phi is 1.0 while that divisor is zero. The
        forecast of day t is phi * demand[t - 1]. List the forecasts of the days 1, 2, ..., n - 1.
        The history may be long: keep the two sums running.""",
        pt="""Reconstitua como a demanda teria sido prevista. Para todo dia t a partir de 1, estime
        phi só com os dias antes de t: a soma de demand[s] * demand[s - 1] para s = 1, ..., t - 1
        dividida pela soma de demand[s - 1]**2 para os mesmos s; phi é 1.0 enquanto esse divisor é
        zero. A previsão do dia t é phi * demand[t - 1]. Liste as previsões dos dias 1, 2, ..., n -
        1. O histórico pode ser longo: mantenha as duas somas em andamento.""",
    ),
    signature="def replay(demand: list[float]) -> list[float]:",
    ordinary=lambda rng, size: (numbers(rng, size, -9.0, 9.0),),
    body="""
    forecasts = []
    top, bottom = 0.0, 0.0
    for before, today in zip(demand, demand[1:]):
        phi = top / bottom if bottom else 1.0
        forecasts.append(phi * before)
        top += before * today
        bottom += before * before
    return forecasts
    """,
    edges=lambda rng: [
        ([],),
        (numbers(rng, 1),),
        (numbers(rng, 2),),
        ([0.0, 0.0, float(rng.randint(1, 9)), 4.0, 2.0],),
        ([8.0, 4.0, 2.0, 1.0, float(rng.randint(1, 9))],),
    ],
    oracle=_online_oracle,
)

ADVANCED: tuple[Variant, ...] = (_FILLED, _STATIONS, _ONLINE)
