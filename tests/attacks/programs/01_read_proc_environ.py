# attack 1: read the environment of the own process from /proc
# must: raised
# ---
def solve(values):
    with open("/proc/self/environ") as file:
        return "ESCAPED " + file.read()
