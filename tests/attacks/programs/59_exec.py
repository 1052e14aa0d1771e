# attack 59: hide the code in exec
# must: passed
# lint: dynamic
# ---
exec("def solve(values):\n    return sum(values) / len(values)")
