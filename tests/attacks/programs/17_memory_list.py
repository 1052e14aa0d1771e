# attack 17: grow a list
# must: memory timeout
# limits: wall=2
# ---
def solve(values):
    data = []
    while True:
        data.append([0] * 100_000)
