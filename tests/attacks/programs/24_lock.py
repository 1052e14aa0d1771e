# attack 24: take a lock twice
# must: timeout
# limits: wall=0.4
# ---
import threading


def solve(values):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
