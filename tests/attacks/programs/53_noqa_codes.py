# attack 53: silence flake8 by code, in capitals
# must: passed
# lint: suppression
# ---
import os  # NOQA:F401


def solve(values):
    return sum(values) / len(values)  # NoQA : E302,E704,E225
