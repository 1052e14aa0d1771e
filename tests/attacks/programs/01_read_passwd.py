# attack 1: read the list of users
# must: raised
# ---
def solve(values):
    with open("/etc/passwd") as file:
        return "ESCAPED " + file.read()
