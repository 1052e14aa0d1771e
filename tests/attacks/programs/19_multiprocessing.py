# attack 19: a pool of processes
# must: raised
# ---
import multiprocessing


def solve(values):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        return "ESCAPED" + str(pool.map(abs, values))
