# attack 1: read the memory map of the grader
# must: raised
# ---
def solve(values):
    with open("/proc/@PID@/maps") as file:
        return "ESCAPED " + file.read()
