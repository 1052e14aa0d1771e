"""Reads the attack programs: what each tries, what must happen, and its source.

A file begins with a header of comments that ends at ``# ---`` and is not part of the program::

    # attack 15: loop for ever
    # must: timeout
    # limits: wall=0.4
    # ---
    def solve(values): ...

`attack` is the number of its kind (0: an honest program), `must` the
outcomes that count as contained, `repeat` how often it runs in a row, `lint` what the static
analysis must find in it (for the kinds 51 to 60; "unread": nothing, but the sandbox notices it).
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from parelha.types import Limits, Outcome

PROGRAMS = Path(__file__).with_name("programs")

# What cannot, or should not, stand in a file as it is.
_MARKS = {
    "@NUL@": "\0",
    "@FF@": "\f",
    "@CR@": "\r",
    "@BOM@": "\ufeff",
    "@RLO@": "\u202e",
    "@PDI@": "\u2069",
    "@NEST(@": "def solve(values):\n    return " + "(" * 5_000 + "0.0" + ")" * 5_000,
    "@NEST-@": "def solve(values):\n    return " + "-" * 50_000 + "1.5",
    "@NEST[@": "def solve(values):\n    return values" + "[0]" * 50_000,
    "@NEST+@": "def solve(values):\n    return 0" + " + 1" * 50_000,
    "@NESTif@": "def solve(values):\n"
    + "".join(f"{'    ' * depth}if values:\n" for depth in range(1, 101))
    + "    " * 101
    + "return 0.0\n",
    "@NESTname@": f"def solve(values):\n    {'x' * 1_000_000} = 0.0\n    return 0.0\n",
}


@dataclass(frozen=True)
class Attack:
    """One program of the corpus.

    Attributes:
        name: the file's name without its suffix.
        line: number in the list of attacks; 0 for an honest program.
        tries: what it attempts.
        must: outcomes that count as contained.
        source: the program; marks such as ``@SECRET@`` still in place (see `arena`).
        limits: what it may use.
        repeat: how many times in a row it runs.
        lint: what the static analysis must find ("suppression", "dynamic", ...), or "".
    """

    name: str
    line: int
    tries: str
    must: frozenset[Outcome]
    source: str
    limits: Limits
    repeat: int = 1
    lint: str = ""

    @property
    def hides_code(self) -> bool:
        """Whether it runs code that does not stand in its text, which must be noticed."""
        return self.line == 59


@cache
def load() -> tuple[Attack, ...]:
    """Every program of the corpus, by name."""
    return tuple(_read(path) for path in sorted(PROGRAMS.glob("*.py")))


def _read(path: Path) -> Attack:
    header, _, source = path.read_text("utf-8").partition("# ---\n")
    fields = dict(re.findall(r"^# (\w+)(?: \d+)?: (.+)$", header, flags=re.MULTILINE))
    for mark, text in _MARKS.items():
        source = source.replace(mark, text)
    given = dict(pair.split("=") for pair in fields.get("limits", "").split())
    limits = Limits(
        wall_seconds=float(given.get("wall", 3.0)),
        cpu_seconds=float(given.get("cpu", 2.0)),
        memory_bytes=256 * 1024 * 1024,
    )
    number = re.match(r"# attack (\d+):", header)
    assert number is not None, f"{path.name} has no header"
    return Attack(
        name=path.stem,
        line=int(number[1]),
        tries=fields["attack"],
        must=frozenset(Outcome(word) for word in fields["must"].split()),
        source=source,
        limits=limits,
        repeat=int(fields.get("repeat", 1)),
        lint=fields.get("lint", ""),
    )
