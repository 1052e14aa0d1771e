"""Return the indices of the alarms of a two-sided cumulative sum."""

from random import Random

import numpy as np

from parelha.tasks.draws import Args


def alarms(flow: list[float | None], slack: float, h: float) -> list[int]:
    """Return the indices of the alarms of a two-sided cumulative sum."""
    up = down = 0.0
    found = []
    for i, x in enumerate(flow):
        if x is None:
            continue
        up = max(0.0, up + x - slack)
        down = max(0.0, down - x - slack)
        if max(up, down) > h:
            found.append(i)
            up = down = 0.0
    return found


def ordinary(rng: Random, size: int) -> Args:
    shift, values = 0, []
    for _ in range(size):
        if rng.random() < 0.02:
            shift = rng.choice((-2, 0, 0, 2))
        lost = rng.random() < 0.03
        values.append(None if lost else float(shift + rng.randint(-3, 3)))
    return values, rng.choice((0.5, 1.0)), rng.choice((6.25, 9.25))


def edges(rng: Random) -> list[Args]:
    return [
        (flow, 0.5, h)
        for flow, h in (
            ([], 3.0),
            ([None, float(rng.randint(40, 60)), None, 0.0], 3.0),
            ([2.0, 2.0, 2.0, 2.0, float(rng.randint(10, 20))], 3.0),
            ([-2.0, -2.0, None, -2.0, -2.0, float(rng.randint(10, 20))], 4.5),
            ([2.5, 1.5, 0.0, 0.0, 2.5, float(rng.randint(1, 3))], 3.0),
            ([-5.0, 5.0, -5.0, 5.0, -float(rng.randint(6, 9))], 4.75),
        )
    ]


def oracle(flow: list[float | None], slack: float, h: float) -> object:
    """Restart at every alarm; a sum is its path above the lowest point of that path."""
    steps = [(place, value) for place, value in enumerate(flow) if value is not None]
    alarms, start = [], 0
    while start < len(steps):
        away = np.array([step for _, step in steps[start:]])
        highest = np.zeros(len(away))
        for side in (1, -1):
            path = np.concatenate([[0.0], np.cumsum(side * away - slack)])
            highest = np.maximum(highest, (path - np.minimum.accumulate(path))[1:])
        above = np.flatnonzero(highest > h)
        if len(above) == 0:
            break
        start += int(above[0]) + 1
        alarms.append(steps[start - 1][0])
    return alarms
