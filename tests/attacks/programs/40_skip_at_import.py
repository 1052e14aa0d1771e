# attack 40: raise SkipTest before the first test
# must: raised
# ---
import unittest

raise unittest.SkipTest("not today")
