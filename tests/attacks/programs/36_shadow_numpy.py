# attack 36: put a numpy.py in the working folder
# must: raised
# ---
def solve(values):
    with open("numpy.py", "w") as file:
        file.write("def mean(values): return 2.0")
    return 0.0
