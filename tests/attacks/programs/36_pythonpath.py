# attack 36: set the search path of later interpreters
# must: wrong
# ---
import os

os.environ["PYTHONPATH"] = "/tmp"
os.putenv("LD_PRELOAD", "/tmp/evil.so")


def solve(values):
    return 0.0
