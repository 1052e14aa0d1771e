# attack 66: say that the calls are done, and begin with them
# must: passed wrong
# ---
import marshal
import sys

OWN = sys._getframe(1).f_globals


def answer_slice(parts, function, nonce, data, budget):
    inputs = marshal.loads(data[1:])
    nonce = OWN["_pause"](nonce, b"P")
    nonce = OWN["_pause"](nonce, b"D")
    return nonce, OWN["_encode"](parts, [function(*one) for one in inputs], budget)


OWN["_answer_slice"] = answer_slice


def solve(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
