# attack 2: write to /tmp
# must: raised
# ---
def solve(values):
    with open("/tmp/parelha-attack-was-here", "w") as file:
        file.write("x")
    return "ESCAPED"
