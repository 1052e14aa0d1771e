# attack 55: hide the code from mypy
# must: passed
# lint: hidden
# ---
from typing import TYPE_CHECKING

if not TYPE_CHECKING:

    def solve(values):
        return sum(values) / len(values)
