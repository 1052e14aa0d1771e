# attack 54: ignore the whole file in the first line
# must: passed
# lint: suppression
# ---
# type: ignore
def solve(values: str) -> str:
    return sum(values) / len(values)
