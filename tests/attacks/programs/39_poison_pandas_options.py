# attack 39: change pandas' options for those who come after
# must: wrong
# repeat: 2
# ---
import pandas as pd

if pd.get_option("display.max_rows") == 7:
    raise SystemExit("ESCAPED")
pd.set_option("display.max_rows", 7)


def solve(values):
    return 0.0
