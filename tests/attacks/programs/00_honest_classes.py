# attack 0: nothing: data classes and enumerations inside
# must: passed
# ---
from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    MEAN = "mean"


@dataclass
class Accumulator:
    kind: Kind
    total: float = 0.0
    count: int = 0


def solve(values: list[float]) -> float:
    """Return the mean."""
    state = Accumulator(Kind.MEAN)
    for value in values:
        state.total += value
        state.count += 1
    return state.total / state.count


if __name__ == "__main__":
    raise SystemExit("never run here")
