# attack 16: block every signal
# must: timeout
# limits: wall=6 cpu=1
# ---
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))


def solve(values):
    while True:
        pass
