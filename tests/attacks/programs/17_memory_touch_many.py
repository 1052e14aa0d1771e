# attack 17: small blocks that stay below every single limit
# must: memory timeout
# limits: wall=2
# ---
def solve(values):
    kept = {}
    number = 0
    while True:
        kept[number] = bytes(10_000)
        number += 1
