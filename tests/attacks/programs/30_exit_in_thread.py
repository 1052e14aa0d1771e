# attack 30: leave from a thread while the answer is computed
# must: crashed
# ---
import os
import threading
import time


def solve(values):
    threading.Thread(target=os._exit, args=(0,)).start()
    time.sleep(1)
    return sum(values) / len(values)
