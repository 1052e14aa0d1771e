# attack 55: hide the code behind MYPY
# must: passed
# lint: hidden
# ---
MYPY = False
if MYPY:

    def solve(values: list[float]) -> float: ...
else:

    def solve(values):
        return sum(values) / len(values)
