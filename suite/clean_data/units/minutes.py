"""Return durations written as text in minutes."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def to_minutes(durations: list[str]) -> list[float]:
    """Return durations written as text in minutes."""
    minutes = []
    for entry in durations:
        number, unit = entry.split()
        minutes.append(float(number) * (60.0 if unit == "h" else 1.0))
    return minutes


def to_minutes_level_2(durations: list[str]) -> list[float]:
    """Return durations written as text in minutes."""
    factors = {"s": 1.0 / 60.0, "min": 1.0, "h": 60.0}
    minutes = []
    for entry in durations:
        parts = entry.split()
        pairs = zip(parts[::2], parts[1::2])
        minutes.append(sum((float(n) * factors[u] for n, u in pairs), 0.0))
    return minutes


def ordinary(rng: Random, size: int) -> Args:
    forms = ("{} min", "{} h", "{} min", "{}.5 h")
    return ([rng.choice(forms).format(rng.randint(1, 90)) for _ in range(size)],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["0 min", "0 h", f"{rng.randint(1, 9)}.25 h"],),
        (["60 min", "1 h", "0.5 min"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([f"1 h {rng.randint(1, 59)} min", "90 min"],),
        (["", "  ", f"{rng.randint(1, 59)} s"],),
        (["2 h 5 min 30 s", "1 min 1 s", "45 s"],),
    ]


def oracle(durations: list[str]) -> object:
    spans = [pd.Timedelta(entry) if entry.strip() else pd.Timedelta(0) for entry in durations]
    return [span.total_seconds() / 60.0 for span in spans]


def mistake_first_part_only(durations: list[str]) -> list[float]:
    return [float(entry.split()[0]) for entry in durations]
