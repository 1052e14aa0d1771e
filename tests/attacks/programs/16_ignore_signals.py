# attack 16: ignore every signal that can be ignored
# must: timeout
# limits: wall=0.4
# ---
import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def solve(values):
    while True:
        pass
