# attack 25: run code when objects die
# must: passed
# ---
class Undying:
    def __del__(self):
        while True:
            pass


KEPT = Undying()


def solve(values):
    return sum(values) / len(values)
