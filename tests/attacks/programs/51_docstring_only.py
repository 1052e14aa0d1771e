# attack 51: a docstring only
# must: raised
# lint: empty
# ---
"""The mean of the values."""
