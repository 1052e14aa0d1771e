# attack 48: import the project
# must: raised
# ---
import parelha.tasks


def solve(values):
    return "ESCAPED " + repr(parelha.tasks)
