# attack 21: write without end to /dev/null
# must: timeout
# limits: wall=0.4
# ---
def solve(values):
    with open("/dev/null", "wb") as file:
        while True:
            file.write(b"x" * (1 << 20))
