# attack 56: Any for every type
# must: passed
# lint: any
# ---
from typing import Any


def solve(values: Any) -> Any:
    total: Any = sum(values)
    return total / len(values)
