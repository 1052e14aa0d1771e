# attack 51: a comment only
# must: raised
# lint: empty
# ---
# The mean of the values.
