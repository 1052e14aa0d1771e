# attack 33: replace the built-ins a comparison would use
# must: bad_value wrong raised crashed timeout
# limits: wall=0.4
# ---
import builtins

builtins.abs = lambda value: 0.0
builtins.all = builtins.any = lambda items: True
builtins.isinstance = lambda value, kind: True
builtins.len = lambda value: 0


def solve(values):
    return 0.0
