# attack 42: have the kernel kill it, so that it looks like a fault of the machine
# must: raised
# limits: wall=4 cpu=3
# ---
import resource


def solve(values):
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    while True:
        pass
