# attack 48: run a file of the project
# must: raised
# ---
import runpy


def solve(values):
    return "ESCAPED " + repr(runpy.run_path("@PACKAGE@/types.py"))
