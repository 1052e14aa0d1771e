# attack 57: the same under another name
# must: passed
# lint: suppression
# ---
import typing as t

check = t.no_type_check


@check
def solve(values: str) -> str:
    return sum(values) / len(values)
