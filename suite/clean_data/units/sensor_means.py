"""Return the mean temperature in Celsius and the count by sensor."""

from random import Random
from typing import Literal

import pandas as pd
from scipy import constants

from parelha.tasks.draws import Args


def means(rows: list[tuple[str, float | None, str]]) -> dict[str, object]:
    """Return the mean temperature in Celsius and the count by sensor."""
    scales = {"C": (0.0, 1.0), "F": (32.0, 5.0 / 9.0), "K": (273.15, 1.0)}
    sums: dict[str, tuple[float, int]] = {}
    for sensor, value, unit in rows:
        scale = scales.get(unit.strip().upper())
        if value is None or scale is None:
            continue
        celsius = (value - scale[0]) * scale[1]
        if celsius >= -273.15:
            total, count = sums.get(sensor, (0.0, 0))
            sums[sensor] = (total + celsius, count + 1)
    return {name: (total / n, n) for name, (total, n) in sums.items()}


def ordinary(rng: Random, size: int) -> Args:
    rows: list[tuple[str, float | None, str]] = []
    for _ in range(size):
        sensor = f"s{rng.randrange(max(2, size // 15))}"
        unit = rng.choice(["C", "F", "K", "c", " K", "X"])
        value = round(rng.uniform(240.0, 310.0) - 273.15 * (unit in "Cc"), 1)
        rows.append((sensor, rng.choice([value, value, value, None, -500.0]), unit))
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("a", None, "C"), ("b", 20.0, "R"), ("c", -1.0, "K"), ("c", -300.0, "C")],),
        ([("a", 0.0, "C"), ("a", 32.0, "F"), ("a", float(rng.randint(250, 300)), "k ")],),
        ([("a", 0.0, "K"), ("a", -273.15, "C"), ("b", -459.0, "F"), ("b", -460.0, "F")],),
        ([("a", 10.0, " c "), ("b", 50.0, "f"), ("b", float(rng.randint(1, 90)), "F")],),
        ([("a", 10.0, ""), ("a", 14.0, "C"), ("a", 12.0, "C"), ("a", 16.0, "CC")],),
    ]


_STEPS: tuple[tuple[Literal["C", "F", "K"], float], ...] = (("C", 1.0), ("F", 1.8), ("K", 1.0))


def oracle(rows: list[tuple[str, float | None, str]]) -> object:
    frame = pd.DataFrame(rows, columns=["sensor", "value", "unit"])
    frame["value"] = frame["value"].astype(float)
    frame["unit"] = frame["unit"].astype(str).str.strip().str.upper()
    parts = [
        part.assign(value=(part["value"] - constants.convert_temperature(0.0, "C", unit)) / step)
        for unit, step in _STEPS
        if len(part := frame[frame["unit"] == unit])
    ]
    if not parts:
        return {}
    valid = pd.concat(parts).query("value >= -273.1500001")
    means = valid.groupby("sensor")["value"].agg(["mean", "size"])
    return {str(name): (float(m), int(n)) for name, m, n in means.itertuples()}
