"""Return litres per 100 km of each car, the thriftiest first."""

from random import Random

import pandas as pd
from scipy import constants

from parelha.tasks.draws import Args


def usage(trips: list[tuple[str, float, str, float, str]]) -> list[object]:
    """Return litres per 100 km of each car, the thriftiest first."""
    totals: dict[str, tuple[float, float]] = {}
    for car, way, way_unit, fuel, fuel_unit in trips:
        if way > 0.0 and fuel >= 0.0:
            ways, fuels = totals.get(car, (0.0, 0.0))
            ways += way * (1.609344 if way_unit == "mi" else 1.0)
            fuels += fuel * (3.785411784 if fuel_unit == "gal" else 1.0)
            totals[car] = (ways, fuels)
    used = [(100.0 * fuel / way, car) for car, (way, fuel) in totals.items()]
    return [(car, use) for use, car in sorted(used)]


def ordinary(rng: Random, size: int) -> Args:
    trips = []
    for _ in range(size):
        car = f"car{rng.randrange(max(2, size // 60))}"
        distance, fuel = round(rng.uniform(5.0, 400.0), 1), round(rng.uniform(1.0, 40.0), 2)
        trips.append((car, distance, rng.choice(["km", "mi"]), fuel, rng.choice(["l", "gal"])))
    return (trips,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("a", 0.0, "km", 5.0, "l"), ("b", -10.0, "km", 1.0, "l"), ("c", 9.0, "mi", -0.1, "l")],),
        ([("b", 100.0, "km", 5.0, "l"), ("a", 50.0, "km", 2.5, "l"), ("c", 50.0, "km", 2.0, "l")],),
        ([("a", 10.0, "mi", 0.0, "gal"), ("a", 0.5, "km", float(rng.randint(1, 9)), "l")],),
        ([("a", float(rng.randint(9, 99)), "mi", 1.0, "gal"), ("a", 0.0, "km", 9.0, "l")],),
        ([("b", 100.0, "km", 0.0, "l"), ("a", 80.0, "km", 0.0, "gal")],),
    ]


def oracle(trips: list[tuple[str, float, str, float, str]]) -> object:
    frame = pd.DataFrame(trips, columns=["car", "way", "way_unit", "fuel", "fuel_unit"])
    valid = frame[(frame["way"] > 0) & (frame["fuel"] >= 0)]
    if valid.empty:
        return []
    way = valid["way"] * valid["way_unit"].map({"km": 1.0, "mi": constants.mile / 1000.0})
    fuel = valid["fuel"] * valid["fuel_unit"].map({"l": 1.0, "gal": constants.gallon * 1000.0})
    per_car = fuel.groupby(valid["car"]).sum() * 100.0 / way.groupby(valid["car"]).sum()
    order = per_car.reset_index(name="use").sort_values(["use", "car"])
    return [(str(car), float(use)) for car, use in order.itertuples(index=False)]
