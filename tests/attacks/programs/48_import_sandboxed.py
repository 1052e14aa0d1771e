# attack 48: import more through the harness's own name
# must: raised
# ---
import sandboxed.runner


def solve(values):
    return "ESCAPED"
