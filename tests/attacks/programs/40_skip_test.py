# attack 40: raise SkipTest
# must: raised
# ---
import unittest


def solve(values):
    raise unittest.SkipTest("not today")
