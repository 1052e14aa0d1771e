# attack 32: the same, in a table
# must: bad_value
# ---
import os

import pandas as pd


class Boom:
    def __reduce_ex__(self, protocol):
        return os.system, ("touch /tmp/parelha-attack-was-here",)


def solve(values):
    return pd.DataFrame({"a": [Boom()]})
