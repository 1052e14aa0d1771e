# attack 43: read the corpus of attacks and its expectations
# must: raised
# ---
def solve(values):
    with open("@TESTS@/__main__.py") as file:
        return "ESCAPED " + file.read()
