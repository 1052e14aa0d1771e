# attack 48: find the project through its installation record
# must: raised
# ---
import importlib.metadata


def solve(values):
    return "ESCAPED " + str(importlib.metadata.distribution("parelha").files)
