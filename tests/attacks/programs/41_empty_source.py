# attack 41: an empty program
# must: raised
# ---
