# attack 51: a function that does nothing, well documented
# must: wrong
# lint: empty
# ---
"""The mean of the values."""


def solve(values: list[float]) -> None:
    """Return the mean of the values."""
