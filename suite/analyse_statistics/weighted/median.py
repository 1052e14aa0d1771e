"""Return the weighted lower median of the incomes."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args, numbers


def median_income(incomes: list[float], people: list[int]) -> float:
    """Return the weighted lower median of the incomes."""
    pairs = zip(incomes, people)
    everyone = sorted(x for x, number in pairs for _ in range(number))
    return everyone[(len(everyone) - 1) // 2]


def median_income_level_2(incomes: list[float], people: list[int]) -> float:
    """Return the weighted lower median of the incomes."""
    pairs = sorted((x, n) for x, n in zip(incomes, people) if n > 0)
    half = sum(people) / 2
    seen = 0.0
    for income, number in pairs:
        seen += number
        if seen >= half:
            return income
    return 0.0


def ordinary(rng: Random, size: int) -> Args:
    incomes = [float(value) for value in rng.sample(range(10, 99), size)]
    return incomes, [rng.randint(1, 30) for _ in range(size)]


def edges(rng: Random) -> list[Args]:
    return [
        (numbers(rng, 1), [2]),
        ([30.0, 20.0], [5, 5]),
        ([30.0, 20.0, 50.0], [1, 1, rng.randint(5, 9)]),
        ([40.0, 20.0, 30.0, 10.0], [1] * 4),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([], []),
        ([5.0, float(rng.randint(6, 9))], [0, 0]),
        ([-5.0, 7.0, 3.0], [0, 1, 0]),
        ([9.0, 4.0, 9.0, 6.0], [1, 2, 1, rng.randint(1, 9)]),
    ]


def oracle(incomes: list[float], people: list[int]) -> object:
    everyone = np.sort(np.repeat(incomes, np.asarray(people, dtype=int)))
    return float(everyone[(len(everyone) - 1) // 2]) if len(everyone) else 0.0
