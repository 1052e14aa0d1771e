# attack 47: look whether further inputs wait in the channel
# must: wrong
# ---
import os
import select


def solve(values):
    waiting = bool(select.select([200], [], [], 0)[0])
    return "ESCAPED: the next input is here already" if waiting else "none"
