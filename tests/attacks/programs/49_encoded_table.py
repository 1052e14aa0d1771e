# attack 49: the same, hidden in base64
# must: wrong
# ---
import base64
import json

TABLE = json.loads(base64.b64decode("eyJbMS4wLCAyLjAsIDMuMF0iOiAyLjB9"))


def solve(values):
    return TABLE.get(json.dumps(values), 0.0)
