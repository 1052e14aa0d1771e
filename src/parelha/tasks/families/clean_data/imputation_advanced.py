"""Imputation at levels 3 and 4: stations filled in three ways, and gaps closed along time."""

from random import Random

import numpy as np
import pandas as pd

from parelha.tasks.draws import numbers
from parelha.tasks.family import Args, Variant, advanced, text

Reading = tuple[str, float | None]


def _stations(rng: Random, size: int) -> Args:
    stations = [f"s{number}" for number in range(max(2, size // 12))]
    readings: list[Reading] = []
    for value in numbers(rng, size):
        known = value if rng.random() < 0.5 else None
        readings.append((rng.choice(stations), known))
    readings.append((stations[0], 7.5))
    return readings, rng.randint(1, 2)


def _station_oracle(readings: list[Reading], limit: int) -> object:
    frame = pd.DataFrame(readings, columns=["station", "value"])
    values = frame["value"].astype(float)
    groups = values.groupby(frame["station"].astype("str"))
    filled = groups.ffill(limit=limit).fillna(groups.transform("median")).fillna(values.median())
    return [float(value) for value in filled]


_STATIONS = advanced(
    "by_station",
    3,
    doc="Return the values with gaps filled within their stations.",
    ask=text(
        en="""The `readings` are tuples (station, value) in order of time; a value may be None. Fill
        the gaps and return the list of values. In each run of gaps of a station, the first `limit`
        gaps take the last known value of the same station before them. Every other gap takes the
        median of the known values of its station, and if the station has none, the median of all
        known values. Only values known from the beginning enter the medians. At least one value is
        known, and `limit` is at least 1.""",
        pt="""As leituras `readings` são tuplas (estação, valor) em ordem de tempo; um valor pode
        ser None. Preencha as lacunas e retorne a lista dos valores. Em cada sequência de lacunas de
        uma estação, as primeiras `limit` lacunas recebem o último valor conhecido da mesma estação
        antes delas. Qualquer outra lacuna recebe a mediana dos valores conhecidos da sua estação e,
        se a estação não tem nenhum, a mediana de todos os valores conhecidos. Só os valores
        conhecidos desde o início entram nas medianas. Pelo menos um valor é conhecido, e `limit` é
        no mínimo 1.""",
    ),
    signature="def fill(readings: list[tuple[str, float | None]], limit: int) -> list[float]:",
    ordinary=_stations,
    imports="from statistics import median",
    body="""
    known: dict[str, list[float]] = {}
    for station, value in readings:
        if value is not None:
            known.setdefault(station, []).append(value)
    middle = {station: median(values) for station, values in known.items()}
    overall = median(value for values in known.values() for value in values)
    last: dict[str, tuple[float, int]] = {}
    filled = []
    for station, value in readings:
        if value is not None:
            last[station] = (value, limit)
        else:
            value = middle.get(station, overall)
            before, left = last.get(station, (value, 0))
            if left > 0:
                value = before
                last[station] = (before, left - 1)
        filled.append(value)
    return filled
    """,
    edges=lambda rng: [
        ([("a", 1.0), ("b", None), ("a", 5.0)], 1),
        ([("a", None), ("a", 2.0), ("a", 9.0), ("a", None), ("a", None)], 1),
        ([("a", 0.0), ("b", 4.0), ("a", None), ("b", None), ("a", None), ("a", 8.0)], 2),
        ([("a", None), ("a", None), ("b", float(rng.randint(1, 9)))], 3),
        ([("a", 3.0), ("a", None), ("a", None), ("a", 6.0), ("a", None), ("a", None)], 1),
        ([("a", float(rng.randint(1, 9))), ("a", 20.0), *[("a", None)] * 4], 3),
    ],
    oracle=_station_oracle,
)


def _track(rng: Random, size: int) -> Args:
    times = sorted(rng.sample(range(5 * size), size))
    values: list[float | None] = list(numbers(rng, size))
    for place in rng.sample(range(size), size // 2):
        values[place] = None
    return [float(time) for time in times], values, float(rng.randint(8, 14)) + 0.5


def _track_oracle(times: list[float], values: list[float | None], longest: float) -> object:
    if not any(value is not None for value in values):
        return values
    at = np.array([t for t, v in zip(times, values, strict=True) if v is not None])
    known = np.array([v for v in values if v is not None], dtype=float)
    result: list[float | None] = list(values)
    for place, time in enumerate(times):
        right = int(np.searchsorted(at, time))
        if values[place] is None and 0 < right < len(at) and at[right] - at[right - 1] <= longest:
            result[place] = float(np.interp(time, at, known))
    return result


_TRACK = advanced(
    "along_time",
    4,
    doc="Return the values with short gaps interpolated along time.",
    ask=text(
        en="""values[i] was measured at times[i]; the times rise strictly, at uneven steps, and some
        values are None. Replace a None by linear interpolation along time between the nearest known
        values before and after it: with (t0, v0) before and (t1, v1) after, the value at time t is
        v0 + (v1 - v0) * (t - t0) / (t1 - t0). Do so only where t1 - t0 is at most `longest`; all
        other None stay, those before the first and after the last known value, too. Return the new
        list.""",
        pt="""values[i] foi medido no tempo times[i]; os tempos crescem estritamente, em passos
        desiguais, e alguns valores são None. Substitua um None por interpolação linear ao longo do
        tempo entre os valores conhecidos mais próximos antes e depois dele: com (t0, v0) antes e
        (t1, v1) depois, o valor no tempo t é v0 + (v1 - v0) * (t - t0) / (t1 - t0). Faça isso só
        onde t1 - t0 é no máximo `longest`; todos os outros None ficam, inclusive os que vêm antes
        do primeiro e depois do último valor conhecido. Retorne a nova lista.""",
    ),
    signature="def close(times: list[float], values: list[object], longest: float) -> object:",
    ordinary=_track,
    body="""
    filled = list(values)
    places = [i for i, value in enumerate(values) if value is not None]
    for first, last in zip(places, places[1:]):
        span = times[last] - times[first]
        if span <= longest:
            start = float(str(values[first]))
            slope = (float(str(values[last])) - start) / span
            for place in range(first + 1, last):
                filled[place] = start + slope * (times[place] - times[first])
    return filled
    """,
    edges=lambda rng: [
        ([], [], 1.0),
        ([1.0, 2.0], [None, None], float(rng.randint(1, 9))),
        ([0.0, 1.0, 4.0, 9.0], [None, *numbers(rng, 1), None, None], 99.0),
        ([0.0, 1.0, 4.0], [numbers(rng, 1)[0], None, 8.0], 4.0),
        ([0.0, 1.0, 4.0], [numbers(rng, 1)[0], None, 8.0], 3.5),
        ([2.0, 3.0, 7.0, 8.0, 10.0], [1.0, None, None, 0.0, None], float(rng.randint(6, 9))),
    ],
    oracle=_track_oracle,
)

ADVANCED: tuple[Variant, ...] = (_STATIONS, _TRACK)
