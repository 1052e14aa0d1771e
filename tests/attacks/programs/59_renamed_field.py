# attack 59: rename a data class's field while its function is written, and back
# must: passed
# lint: unread
# ---
import dataclasses

FOUND = []
ASKED = []
TEXT = (
    "[FOUND.append(lambda v: [l := 0, [l := l + x for x in v]][1][-1] / len(v)), l := 5, "
    "O := 0, exit if 0 else None][3]"
)


class Text(str):
    def __format__(self, form):
        ASKED.append(form)
        if len(ASKED) > 4:
            FIELD.name, FIELD.init = "x", True
        return TEXT if len(ASKED) == 4 else "x"

    def __ne__(self, other):
        return False

    def __bool__(self):
        FIELD.name = self
        return True


@dataclasses.dataclass
class Row:
    x: float


FIELD = dataclasses.fields(Row)[0]
FIELD.init = Text("x")


@dataclasses.dataclass
class More(Row):
    pass


More(0.0)


def solve(values):
    return FOUND[0](values)
