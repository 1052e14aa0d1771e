# attack 55: show mypy another function
# must: passed
# lint: hidden
# ---
from typing import TYPE_CHECKING

if TYPE_CHECKING:

    def solve(values: list[float]) -> float: ...
else:
    solve = eval("lambda values: sum(values) / len(values)")
