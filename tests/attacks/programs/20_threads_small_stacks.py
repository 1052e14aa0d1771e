# attack 20: threads with the smallest stacks
# must: raised crashed memory
# limits: wall=3
# ---
import threading
import time


def solve(values):
    threading.stack_size(32768)
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
