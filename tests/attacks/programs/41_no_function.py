# attack 41: define nothing to test
# must: raised
# ---
ANSWER = 2.0
