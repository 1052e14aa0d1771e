# attack 18: a file in /dev/shm
# must: raised
# ---
def solve(values):
    with open("/dev/shm/parelha-attack", "wb") as file:
        while True:
            file.write(b"x" * (1 << 20))
