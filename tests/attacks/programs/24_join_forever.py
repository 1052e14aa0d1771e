# attack 24: wait for a thread that never ends
# must: timeout
# limits: wall=0.4
# ---
import threading


def solve(values):
    thread = threading.Thread(target=threading.Event().wait)
    thread.start()
    thread.join()
