# attack 17: catch MemoryError and go on
# must: timeout memory crashed
# limits: wall=1
# ---
def solve(values):
    kept = []
    while True:
        try:
            kept.append(bytearray(1 << 24))
        except MemoryError:
            pass
