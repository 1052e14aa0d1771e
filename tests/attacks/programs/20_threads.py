# attack 20: start threads for ever
# must: raised crashed memory
# limits: wall=3
# ---
import threading
import time


def solve(values):
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
