# attack 54: silence mypy on a file
# must: passed
# lint: suppression
# ---
# mypy: ignore-errors
def solve(values: str) -> str:
    return sum(values) / len(values)
