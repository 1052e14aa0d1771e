# attack 45: read the process's own record of how it started
# must: raised
# ---
def solve(values):
    with open("/proc/self/auxv", "rb") as file:
        return "ESCAPED " + repr(file.read())
