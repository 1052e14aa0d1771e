# attack 2: make a link to a private file in the working folder
# must: raised
# ---
import os


def solve(values):
    os.symlink("@SECRET@", "link")
    with open("link") as file:
        return "ESCAPED " + file.read()
