# attack 1: open /proc/self/mem
# must: raised
# ---
def solve(values):
    with open("/proc/self/mem", "rb") as file:
        return "ESCAPED " + repr(file)
