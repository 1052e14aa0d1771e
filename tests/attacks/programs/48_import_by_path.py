# attack 48: import the project by path
# must: raised
# ---
import sys

sys.path.append("@PACKAGE@/..")
sys.path_importer_cache.clear()

import parelha.tasks


def solve(values):
    return "ESCAPED " + repr(parelha.tasks)
