# attack 18: multiprocessing's shared memory
# must: raised
# ---
from multiprocessing import shared_memory


def solve(values):
    return "ESCAPED " + shared_memory.SharedMemory(create=True, size=1 << 30).name
