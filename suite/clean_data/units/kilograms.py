"""Return the weights on the labels in kilograms."""

from random import Random

import pandas as pd
from scipy import constants

from parelha.tasks.draws import Args, numbers


def kilograms(labels: list[str]) -> list[float]:
    """Return the weights on the labels in kilograms."""
    weights = []
    for label in labels:
        number, unit = label.split(" ")
        grams = float(number) * (1000.0 if unit == "kg" else 1.0)
        weights.append(grams / 1000.0)
    return weights


def kilograms_level_2(labels: list[str]) -> list[float]:
    """Return the weights on the labels in kilograms."""
    pound = 0.45359237
    factors = {"kg": 1.0, "lb": pound, "oz": pound / 16.0, "g": 0.001}
    weights = []
    for label in labels:
        number = label.strip()
        unit = next(name for name in factors if number.endswith(name))
        weights.append(float(number.removesuffix(unit)) * factors[unit])
    return weights


def ordinary(rng: Random, size: int) -> Args:
    entries = []
    for value in numbers(rng, size, 0.1, 900.0):
        entries.append(rng.choice([f"{value} g", f"{value} kg", f"{int(value)} g"]))
    return (entries,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["1000 g", "1 kg", "0 g"],),
        ([f"{rng.randint(1, 9)} g", "0.001 kg"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["500g", "2kg", f" {rng.randint(1, 9)} kg "],),
        (["1 lb", "16 oz", f"{rng.randint(1, 9)}lb"],),
        ([" 8oz", "0.5 lb ", "3.5 oz"],),
    ]


def oracle(labels: list[str]) -> object:
    column = pd.Series(labels, dtype=object)
    parts = column.str.extract(r"^\s*([\d.]+)\s*(\w+)\s*$")
    grams = {"g": 1.0, "kg": 1e3, "lb": constants.lb / constants.gram}
    factors = {**grams, "oz": constants.oz / constants.gram}
    kilograms = parts[0].astype(float) * parts[1].map(factors).astype(float) / 1e3
    return [float(value) for value in kilograms]
