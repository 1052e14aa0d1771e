# attack 60: text that reads differently than it runs
# must: passed
# lint: encoding
# ---
def solve(values):
    """@RLO@ retur 0.0 @PDI@"""
    return sum(values) / len(values)
