# attack 35: leave a sitecustomize.py
# must: raised
# ---
import site
import sys


def solve(values):
    for folder in [*sys.path, site.getusersitepackages()]:
        with open(f"{folder}/sitecustomize.py", "w") as file:
            file.write("raise SystemExit(0)")
    return 0.0
