# attack 26: run bytecode that no compiler writes
# must: crashed raised timeout wrong
# ---
def solve(values):
    code = (lambda: None).__code__
    return eval(code.replace(co_code=bytes([100, 255, 83, 0, 100, 200]), co_stacksize=1))
