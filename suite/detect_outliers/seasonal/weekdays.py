"""Return the number of odd days of each shop that has any."""

from datetime import date, timedelta
from random import Random
from statistics import median

import numpy as np

from parelha.tasks.draws import Args


def odd(rows: list[tuple[str, str, float]], bound: float) -> dict[str, int]:
    """Return the number of odd days of each shop that has any."""
    groups: dict[tuple[str, int], list[float]] = {}
    for day, shop, takings in rows:
        key = (shop, date.fromisoformat(day).weekday())
        groups.setdefault(key, []).append(takings)
    counts: dict[str, int] = {}
    for (shop, _), values in groups.items():
        usual = median(values)
        num_odd = sum(abs(value - usual) > bound for value in values)
        if len(values) >= 3 and num_odd > 0:
            counts[shop] = counts.get(shop, 0) + num_odd
    return counts


def ordinary(rng: Random, size: int) -> Args:
    """Rows (ISO date, shop, takings), shuffled; a few of them twice."""
    first = date(2023, 1, 1) + timedelta(days=rng.randint(0, 300))
    shops = [f"shop{number}" for number in range(1, 2 + size // 250)]
    rows: list[tuple[str, str, float]] = []
    for number in range(size):
        day = first + timedelta(days=number // len(shops))
        usual = 100 + 30 * (day.weekday() >= 5)
        shock = rng.choice((-1, 1)) * rng.randint(25, 80) if rng.random() < 0.06 else 0
        rows.append(
            (day.isoformat(), shops[number % len(shops)], float(usual + rng.randint(-9, 9) + shock))
        )
    rng.shuffle(rows)
    return rows, rng.choice((15.25, 22.75))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 5.0),
        # Mondays, of which two are too few.
        ([("2024-01-01", "a", 5.0), ("2024-01-08", "a", float(rng.randint(40, 90)))], 5.0),
        (
            [
                ("2024-01-01", "b", 5.0),
                ("2024-01-08", "b", 10.0),
                ("2024-01-15", "b", 5.0),
                ("2024-01-02", "b", float(rng.randint(40, 90))),
            ],
            5.0,
        ),
        (
            [
                *((f"2024-02-0{day}", "c", float(day)) for day in range(1, 8)),
                ("2024-02-08", "c", 1.0),
                ("2024-02-15", "c", float(rng.randint(40, 90))),
            ],
            4.5,
        ),
        (
            [(f"2024-03-{day:02}", shop, 9.0) for day in (1, 8, 15) for shop in ("z", "a")]
            + [("2024-03-22", shop, float(rng.randint(40, 90))) for shop in ("z", "a", "k")],
            3.0,
        ),
        (
            [
                *((f"2023-12-{day}", "y", 7.0) for day in (11, 18, 25)),
                ("2024-01-01", "y", -float(rng.randint(40, 90))),
                ("2024-01-08", "y", 60.0),
            ],
            3.0,
        ),
    ]


def oracle(rows: list[tuple[str, str, float]], bound: float) -> object:
    counts: dict[str, int] = {}
    keys = [(shop, date.fromisoformat(day).isocalendar()[2]) for day, shop, _ in rows]
    takings = np.array([row[2] for row in rows])
    for key in set(keys):
        part = takings[[other == key for other in keys]]
        odd = int((np.abs(part - np.median(part)) > bound).sum()) if len(part) >= 3 else 0
        counts[key[0]] = counts.get(key[0], 0) + odd
    return {shop: count for shop, count in counts.items() if count}
