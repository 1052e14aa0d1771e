# attack 44: read the source of the harness from the stack
# must: wrong raised
# ---
import inspect


def solve(values):
    text = ""
    for info in inspect.stack()[1:]:
        text += "".join(info.code_context or [])
        text += inspect.getsource(info.frame.f_code)
    return "ESCAPED " + text if text else "none"
