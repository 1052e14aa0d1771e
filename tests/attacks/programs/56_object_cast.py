# attack 56: cast everything
# must: passed
# lint: any
# ---
from typing import Any, cast


def solve(values: list[float]) -> float:
    return cast(float, cast(Any, sum(values)) / len(values))
