# attack 0: nothing: an honest program may use two threads
# must: passed
# ---
from concurrent.futures import ThreadPoolExecutor


def solve(values: list[float]) -> float:
    """Return the mean."""
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(float, values)) / len(values)
