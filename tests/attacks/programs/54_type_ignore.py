# attack 54: silence mypy on a line
# must: passed
# lint: suppression
# ---
def solve(values: str) -> str:
    return sum(values) / len(values)  # type: ignore
