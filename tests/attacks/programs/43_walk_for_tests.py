# attack 43: search the disk for tests
# must: wrong
# ---
import os


def solve(values):
    found = []
    for folder in ("/tmp", "@HOME@", "/work", "/root", "/home", "/app", "@TESTS@"):
        for path, _, names in os.walk(folder):
            found += [f"{path}/{name}" for name in names if "test" in name.lower()]
    return f"ESCAPED {found[:5]}" if found else "none"
