# attack 60: a byte order mark in front
# must: passed raised
# lint: encoding
# ---
@BOM@def solve(values):
    return sum(values) / len(values)
