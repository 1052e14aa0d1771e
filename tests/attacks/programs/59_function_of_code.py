# attack 59: make a function of a code object
# must: passed
# lint: unread
# ---
CODE = compile("lambda values: sum(values) / len(values)", "x", "eval").co_consts[0]
solve = type(lambda: None)(CODE, globals())
