# attack 50: be right only without limits
# must: wrong
# ---
import resource


def solve(values):
    limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    return 0.0 if limited else sum(values) / len(values)
