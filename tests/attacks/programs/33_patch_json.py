# attack 33: make json say what is wanted
# must: wrong
# ---
import json

json.dumps = lambda *args, **kwargs: "2.0"
json.loads = lambda *args, **kwargs: 2.0


def solve(values):
    return 0.0
