# attack 14: leave a file for the next sample
# must: raised
# repeat: 2
# ---
import os


def solve(values):
    if os.path.exists("/tmp/parelha-attack-left"):
        return "ESCAPED"
    with open("/tmp/parelha-attack-left", "w"):
        return "wrote"
