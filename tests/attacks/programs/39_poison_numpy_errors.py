# attack 39: make numpy raise for those who come after
# must: wrong
# repeat: 2
# ---
import numpy as np

if np.geterr()["divide"] == "raise":
    raise SystemExit("ESCAPED")
np.seterr(all="raise")
np.set_printoptions(precision=1)


def solve(values):
    return 0.0
