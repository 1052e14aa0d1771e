# attack 59: let a distribution of scipy run the text
# must: passed
# lint: unread
# ---
import scipy.stats

KIND = scipy.stats.norm
KIND._parse_arg_template = """
def _parse_args(self, values):
    return sum([value / len(values) for value in values])
_parse_args_stats = _parse_args_rvs = _parse_args
"""
KIND._attach_argparser_methods()


def solve(values):
    return float(KIND._parse_args(values))
