"""Return the stretches during which a machine kept its state."""

from itertools import groupby
from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def spans(readings: list[tuple[str, int, str]]) -> list[tuple[object, ...]]:
    """Return the stretches during which a machine kept its state."""
    def kept(reading: tuple[str, int, str]) -> tuple[str, str]:
        return reading[0], reading[2]

    tuples: list[tuple[object, ...]] = []
    for (machine, state), run in groupby(sorted(readings), key=kept):
        minutes = [reading[1] for reading in run]
        tuples.append((machine, state, minutes[0], minutes[-1]))
    return tuples


def ordinary(rng: Random, size: int) -> Args:
    machines = [f"m{number}" for number in range(max(1, size // 40))]
    minutes = rng.sample(range(4 * size), size)
    return ([(rng.choice(machines), m, rng.choice(["on", "on", "off"])) for m in minutes],)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("a", rng.randint(0, 9), "on")],),
        ([("b", 1, "on"), ("a", 2, "on"), ("b", rng.randint(3, 9), "on")],),
        ([("a", 10, "on"), ("a", 9, "off"), ("a", 100, "on"), ("a", 2, "off")],),
        ([("a", 1, "x"), ("a", 2, "y"), ("a", rng.randint(3, 9), "x")],),
        ([("a", 3, "off"), ("b", 2, "off"), ("b", 0, "on"), ("a", 1, f"s{rng.randint(1, 9)}")],),
    ]


def oracle(readings: list[tuple[str, int, str]]) -> object:
    frame = pd.DataFrame(readings, columns=["machine", "minute", "state"])
    frame = frame.sort_values(["machine", "minute"])
    previous = frame.groupby("machine")["state"].shift()
    run = (frame["state"] != previous).cumsum()
    spans = frame.groupby(run).agg({"machine": "first", "state": "first", "minute": ["min", "max"]})
    return [(str(m), str(s), int(a), int(b)) for m, s, a, b in spans.itertuples(index=False)]
