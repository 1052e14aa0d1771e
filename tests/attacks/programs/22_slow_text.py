# attack 22: an exception whose text never ends
# must: timeout
# limits: wall=0.4
# ---
class Endless(Exception):
    def __str__(self):
        while True:
            pass


def solve(values):
    raise Endless
