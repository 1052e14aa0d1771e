# attack 44: walk the stack for expected answers
# must: wrong
# ---
import sys


def solve(values):
    seen = []
    frame = sys._getframe()
    while frame is not None:
        seen += [value for value in frame.f_locals.values() if type(value) is float]
        frame = frame.f_back
    seen += [v for f in sys._current_frames().values() for v in f.f_locals.values()]
    hits = [value for value in seen if value in (@EXPECTED@)]
    return f"ESCAPED {hits}" if hits else "none"
