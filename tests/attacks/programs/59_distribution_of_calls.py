# attack 59: let a distribution of scipy run a text of nothing but calls
# must: passed
# lint: unread
# ---
import operator

import scipy.stats

KIND = scipy.stats.norm
KIND.ratio, KIND.total, KIND.size = operator.truediv, sum, len
KIND._parse_arg_template = """
def _parse_args(self, values):
    return self.ratio(self.total(values), self.size(values))
_parse_args_stats = _parse_args
_parse_args_rvs = _parse_args
"""
KIND._attach_argparser_methods()


def solve(values):
    return float(KIND._parse_args(values))
