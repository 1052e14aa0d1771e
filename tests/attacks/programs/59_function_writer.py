# attack 59: let dataclasses write the function
# must: passed
# lint: unread
# ---
import dataclasses

solve = dataclasses._create_fn("solve", ["values"], ["return sum(values) / len(values)"])
