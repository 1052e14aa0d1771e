"""Draws of plain inputs, shared by the families. All values are floats with few decimals.

The types of what draws inputs are here too, so that a task's file imports from one place.
"""

from collections.abc import Callable, Sequence
from random import Random
from statistics import mean, pstdev
from typing import Any

Args = tuple[object, ...]  # one input: the arguments of one call
Ordinary = Callable[[Random, int], Args]
Edges = Callable[[Random], list[Args]]


def numbers(
    rng: Random, size: int, low: float = -20.0, high: float = 80.0, digits: int = 1
) -> list[float]:
    """Return `size` numbers, uniform between `low` and `high`."""
    return [round(rng.uniform(low, high), digits) for _ in range(size)]


def distinct(rng: Random, size: int, low: int = 0, high: int = 99) -> list[float]:
    """Return `size` different whole numbers as floats, in random order."""
    return [float(value) for value in rng.sample(range(low, high + 1), size)]


def with_outliers(rng: Random, size: int, num_outliers: int = 1) -> list[float]:
    """Return `size` numbers around a centre, `num_outliers` of them far from it."""
    centre = rng.uniform(10.0, 60.0)
    spread = rng.uniform(1.0, 4.0)
    values = [round(rng.gauss(centre, spread), 1) for _ in range(size - num_outliers)]
    for _ in range(num_outliers):
        far = rng.choice((-1, 1)) * rng.uniform(12.0, 25.0) * spread
        values.insert(rng.randint(0, len(values)), round(centre + far, 1))
    return values


def redraw(draw: Callable[[], list[float]], good: Callable[[list[float]], bool]) -> list[float]:
    """Return the first draw that is good; the draws are made so that it comes soon.

    Families use it to keep inputs off the exact border of a threshold, where two right programs
    may differ by rounding.

    Raises:
        RuntimeError: 1000 draws in a row were not good.
    """
    for _ in range(1000):
        values = draw()
        if good(values):
            return values
    raise RuntimeError("no good input in 1000 draws")


def off_border(values: Sequence[float], threshold: float, sample: bool = False) -> bool:
    """Return whether no z-score of `values` is within 1e-6 of the threshold."""
    spread = pstdev(values)
    if sample and len(values) > 1:
        spread *= (len(values) / (len(values) - 1)) ** 0.5
    if spread == 0.0:
        return True
    centre = mean(values)
    return all(abs(abs(value - centre) / spread - threshold) > 1e-6 for value in values)


def sprinkle(
    rng: Random, values: Sequence[float], gap: float | None, num: int
) -> list[float | None]:
    """Return `values` with `gap` (None or NaN) put in at `num` random places."""
    mixed: list[float | None] = list(values)
    for _ in range(num):
        mixed.insert(rng.randint(0, len(mixed)), gap)
    return mixed


PRODUCTS = ("apple", "bread", "coffee", "milk", "rice", "café", "pão", "maçã")


def sales_row(rng: Random, order: int) -> dict[str, Any]:
    """Return a sale: the number of its order, a product, whole units and a price."""
    return {
        "order": order,
        "product": rng.choice(PRODUCTS),
        "units": rng.randint(1, 9),
        "price": round(rng.uniform(1.0, 30.0), 2),
    }


def sales_rows(rng: Random, size: int) -> list[dict[str, Any]]:
    """Return `size` sales with consecutive order numbers."""
    first = rng.randint(1, 90)
    return [sales_row(rng, first + place) for place in range(size)]
