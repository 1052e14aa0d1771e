"""What goes into the sandbox for a benchmark's program: the program, and `inside` around it.

Where a test could be turned into calls, the program is called and what the assertions look at
comes out as values. A unittest class, or a test that computes with the program's result, needs the
program in reach: it runs beside it, in its own process. Such a task is marked "in-process": the
sandbox holds it as it holds any program, but the word "passed" then comes out of a process in
which the candidate's code has run, and a candidate that sets out to forge it can. Such scores are
worth less than those of calls, and are told apart.

The program always has a module of its own, as its author would expect: nothing stands before its
first line, its name stays its own, and no name of ours is in its reach.
"""

import ast
import base64
import marshal
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from parelha.tasks.benchmarks.formats import Problem, test_methods
from parelha.tasks.benchmarks.inside import PASSED

__all__ = ["ANSWER", "PASSED", "Harness", "calls_harness", "harness_of", "judge_source"]

ANSWER = "answer"  # the function that the sandbox calls

Kind = Literal["calls", "recorded", "checked", "unittested", "context"]  # functions of `inside`


@dataclass(frozen=True)
class Harness:
    """What stands around a candidate.

    Attributes:
        kind: how it is tested.
        entry: the function's name.
        before: imports and helpers that the prompt gives before the function.
        test: source of the test; of calls, its imports, one a line.
        tests: names of the tests; none of calls.
    """

    kind: Kind
    entry: str
    before: str = ""
    test: str = ""
    tests: tuple[str, ...] = ()

    def around(self, program: str) -> str:
        """Return the source to run for a program; it defines `ANSWER`."""
        parts = ", ".join(map(repr, (program, self.before, self.test, self.entry)))
        return _beside(f"{self.kind}(begin_watch, {parts})")


def calls_harness(problem: Problem) -> Harness:
    """Return the harness of a problem whose test became calls."""
    imports: list[str] = []
    if problem.form == "assertions":
        nodes = ast.parse(problem.test).body
        found = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        imports = [ast.unparse(node) for node in found]
    return Harness("calls", problem.entry_point, problem.preamble, "\n".join(imports))


def harness_of(problem: Problem) -> Harness:
    """Return the harness of a problem whose test is to run in the candidate's process."""
    nodes = ast.parse(problem.test).body
    names = {getattr(node, "name", "") for node in nodes}
    kind: Kind = "checked"
    tests: tuple[str, ...] = ("check" if "check" in names else "assertions",)
    if problem.form == "context":
        kind = "context"
        tests = tuple(name for name in ("test_execution", "test_string") if name in names)
    elif problem.form == "unittest":
        kind = "unittested"
        classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        tests = tuple(
            f"{node.name}.{name}" for node in classes for name in test_methods(node, classes)
        )
    return Harness(kind, problem.entry_point, problem.preamble, problem.test, tests)


def judge_source(helpers: str) -> str:
    """Return the source of the process that judges by a benchmark's own helpers."""
    return _beside(f"judge(begin_watch, {helpers!r})")


def _beside(answer: str) -> str:
    """`inside`, and in it the function that the sandbox calls.

    Compiled under another name than a program, so that an exception's line is the program's own.
    """
    last = f"\n{ANSWER} = {answer}\n"
    return f"{_inside()}\nexec(compile({last!r}, '<harness>', 'exec'))\n"


@cache
def _inside() -> str:
    """The code of `inside` as a program: the sandbox has our interpreter, and need not parse it.

    Packed, because the sandbox reads through each text that it is sent.
    """
    source = Path(__file__).with_name("inside.py").read_text(encoding="utf-8")
    code = marshal.dumps(compile(source, "<harness>", "exec", dont_inherit=True, optimize=2))
    packed = base64.b64encode(zlib.compress(code, 9)).decode("ascii")
    return (
        "import binascii, marshal, zlib\n"
        f"exec(marshal.loads(zlib.decompress(binascii.a2b_base64({packed!r}))))"
    )
