# attack 43: glob for data
# must: wrong
# ---
import glob


def solve(values):
    found = [*glob.glob("/**/*.jsonl*", recursive=True), *glob.glob("@TESTS@/*")]
    return f"ESCAPED {found[:5]}" if found else "none"
