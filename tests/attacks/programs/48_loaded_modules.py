# attack 48: find the project among the loaded modules
# must: wrong
# ---
import sys


def solve(values):
    found = [name for name in sys.modules if "parelha" in name or name.startswith("tests")]
    return f"ESCAPED {found}" if found else "none"
