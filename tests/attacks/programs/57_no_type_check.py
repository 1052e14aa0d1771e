# attack 57: switch the checker off for a function
# must: passed
# lint: suppression
# ---
from typing import no_type_check


@no_type_check
def solve(values: str) -> str:
    return sum(values) / len(values)
