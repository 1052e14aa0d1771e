# attack 59: find the function by its dotted name
# must: passed
# lint: unread
# ---
import pydoc

solve = pydoc.locate("builtins.eval")("lambda values: sum(values) / len(values)")
