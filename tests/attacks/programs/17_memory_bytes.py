# attack 17: double a buffer
# must: memory
# ---
def solve(values):
    data = bytearray(1 << 20)
    while True:
        data = data + data
