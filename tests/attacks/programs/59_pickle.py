# attack 59: run the text while unpickling
# must: passed
# lint: unread
# ---
import pickle

DATA = b"cbuiltins\neval\n(Vlambda values: sum(values) / len(values)\ntR."
solve = pickle.loads(DATA)
