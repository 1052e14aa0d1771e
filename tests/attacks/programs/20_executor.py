# attack 20: a pool of a thousand threads
# must: raised crashed timeout
# limits: wall=2
# ---
import time
from concurrent.futures import ThreadPoolExecutor


def solve(values):
    with ThreadPoolExecutor(1000) as pool:
        return sum(pool.map(lambda _: time.sleep(5) or 1.0, range(1000)))
