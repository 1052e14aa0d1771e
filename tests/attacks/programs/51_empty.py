# attack 51: nothing at all
# must: raised
# lint: empty
# ---
