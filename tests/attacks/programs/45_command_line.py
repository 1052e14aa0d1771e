# attack 45: read the command line
# must: raised
# ---
def solve(values):
    with open("/proc/self/cmdline") as file:
        return "ESCAPED " + file.read()
