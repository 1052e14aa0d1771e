# attack 1: read a device
# must: raised
# ---
def solve(values):
    with open("/dev/kmsg") as file:
        return "ESCAPED " + file.read(100)
