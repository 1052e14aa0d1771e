# attack 10: change the root
# must: raised
# ---
import os


def solve(values):
    os.chroot("/")
    return "ESCAPED"
