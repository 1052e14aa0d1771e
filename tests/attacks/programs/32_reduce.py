# attack 32: an object that runs code when it is unpickled
# must: bad_value
# ---
import os


class Boom:
    def __reduce__(self):
        return os.system, ("touch /tmp/parelha-attack-was-here",)


def solve(values):
    return Boom()
