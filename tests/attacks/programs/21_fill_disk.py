# attack 21: write until the disk is full
# must: raised
# ---
def solve(values):
    with open("/tmp/parelha-attack-big", "wb") as file:
        while True:
            file.write(b"x" * (1 << 20))
