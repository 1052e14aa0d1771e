# attack 20: burn processor time in threads
# must: timeout crashed raised
# limits: wall=6 cpu=1
# ---
import threading


def burn():
    while True:
        sum(range(1000))


def solve(values):
    for _ in range(3):
        threading.Thread(target=burn, daemon=True).start()
    burn()
