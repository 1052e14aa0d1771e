# attack 35: answer later imports of the harness
# must: wrong
# ---
import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        raise SystemExit(0)


sys.meta_path.insert(0, Finder())


def solve(values):
    return 0.0
