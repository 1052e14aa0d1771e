# attack 41: define a value in the function's place
# must: raised
# ---
solve = 2.0
