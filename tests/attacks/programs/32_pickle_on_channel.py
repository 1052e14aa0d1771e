# attack 32: a pickle on the result channel
# must: crashed
# ---
import os
import pickle


class Boom:
    def __reduce__(self):
        return os.system, ("touch /tmp/parelha-attack-was-here",)


def solve(values):
    os.write(201, pickle.dumps(Boom()))
    return 0.0
