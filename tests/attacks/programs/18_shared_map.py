# attack 18: anonymous shared memory
# must: raised memory
# ---
import mmap


def solve(values):
    kept = []
    while True:
        page = mmap.mmap(-1, 1 << 26)
        page.write(b"x" * (1 << 26))
        kept.append(page)
