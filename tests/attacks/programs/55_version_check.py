# attack 55: hide the code behind a version mypy believes in
# must: passed
# lint: hidden
# ---
import sys

if sys.version_info < (3, 0):

    def solve(values: list[float]) -> float: ...
elif sys.platform != "nowhere":

    def solve(values):
        return sum(values) / len(values)
