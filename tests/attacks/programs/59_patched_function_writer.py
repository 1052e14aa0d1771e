# attack 59: patch what dataclasses writes
# must: passed
# lint: unread
# ---
import dataclasses

FOUND = {}
dataclasses._init_param = lambda field: "a=FOUND.update(mean=lambda v: sum(v) / len(v))"


@dataclasses.dataclass
class Kind:
    a: int = 0


def solve(values):
    return FOUND["mean"](values)
