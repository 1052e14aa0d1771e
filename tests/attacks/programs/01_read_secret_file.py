# attack 1: read a private file of the grader's user
# must: raised
# ---
def solve(values):
    with open("@SECRET@") as file:
        return file.read()
