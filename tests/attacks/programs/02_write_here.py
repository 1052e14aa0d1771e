# attack 2: leave a file in the working folder
# must: raised
# ---
def solve(values):
    with open("was_here", "w") as file:
        file.write("x")
    return "ESCAPED"
