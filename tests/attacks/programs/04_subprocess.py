# attack 4: run a program
# must: raised
# ---
import subprocess


def solve(values):
    return "ESCAPED " + subprocess.run(["id"], capture_output=True).stdout.decode()
