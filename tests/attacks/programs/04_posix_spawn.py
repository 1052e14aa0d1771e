# attack 4: run a program without fork
# must: raised
# ---
import os


def solve(values):
    os.posix_spawn("/bin/true", ["true"], {})
    return "ESCAPED"
