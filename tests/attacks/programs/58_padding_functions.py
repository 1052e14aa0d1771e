# attack 58: functions nobody calls, all documented
# must: passed
# lint: padding
# ---
"""Means."""


def solve(V):
    return sum(V) / len(V)


def one() -> int:
    """Return one."""
    return 1


def two() -> int:
    """Return two."""
    return 2


def three() -> int:
    """Return three."""
    return 3
