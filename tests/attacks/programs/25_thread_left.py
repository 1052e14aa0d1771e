# attack 25: leave threads behind and answer (they must die)
# must: passed raised crashed
# ---
import threading
import time


def solve(values):
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return sum(values) / len(values)


threading.stack_size(65536)
