# attack 54: change mypy's settings in a comment
# must: passed
# lint: suppression
# ---
# mypy: allow-untyped-defs, disable-error-code="no-untyped-def,operator,return-value"
def solve(values):
    return sum(values) / len(values)
