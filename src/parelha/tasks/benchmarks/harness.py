"""Tests that cannot be turned into calls: they run beside the candidate, in its own process.

A unittest class, or a test that computes with the candidate's result, needs the candidate in
reach. Such a task is marked "in-process": the sandbox holds it as it holds any program, but the
word "passed" then comes out of a process in which the candidate's code has run, and a candidate
that sets out to forge it can. Such scores are worth less than those of calls, and are told apart.
"""

import ast
from dataclasses import dataclass

from parelha.tasks.benchmarks.formats import Problem, test_methods

PASSED = "passed"

_CHECK = """
TEST_ = {test!r}
CANDIDATE_ = {entry}


def {entry}(name):
    space = dict(globals(), {entry}=CANDIDATE_)
    exec(TEST_, space)
    if name == "check":
        space["check"](CANDIDATE_)
    return {passed!r}
"""

_UNITTEST = """
TEST_ = {test!r}
CANDIDATE_ = {entry}


def {entry}(name):
    import unittest

    space = dict(globals(), {entry}=CANDIDATE_)
    exec(TEST_, space)
    case, method = name.split(".")
    result = unittest.TestResult()
    unittest.TestSuite([space[case](method)]).run(result)
    for _, text in result.failures + result.errors:
        raise AssertionError(text.strip().splitlines()[-1])
    return {passed!r}
"""

_CONTEXT = """

def {entry}(name):
    globals()[name](PROGRAM_)
    return {passed!r}
"""


@dataclass(frozen=True)
class Harness:
    """What stands around a candidate; a call of the entry point then runs one test by its name.

    Attributes:
        before: source in front of the candidate.
        after: source behind it.
        quoted: True when the candidate is handed over as a text, ``PROGRAM_``.
        tests: names of the tests.
    """

    before: str
    after: str
    quoted: bool
    tests: tuple[str, ...]

    def around(self, program: str) -> str:
        """Return the source that runs `program` with the tests beside it."""
        middle = f"PROGRAM_ = {program!r}\n" if self.quoted else program
        return f"{self.before}\n{middle}\n{self.after}"


def harness_of(problem: Problem) -> Harness:
    """Return the harness of a problem whose test is to run in the candidate's process."""
    names = {"entry": problem.entry_point, "passed": PASSED}
    if problem.form == "context":
        functions = {getattr(node, "name", "") for node in ast.parse(problem.test).body}
        tests = tuple(name for name in ("test_execution", "test_string") if name in functions)
        return Harness(problem.test, _CONTEXT.format(**names), True, tests)
    if problem.form == "unittest":
        classes = [n for n in ast.parse(problem.test).body if isinstance(n, ast.ClassDef)]
        tests = tuple(f"{node.name}.{name}" for node in classes for name in test_methods(node))
        after = _UNITTEST.format(test=problem.test, **names)
        return Harness(problem.preamble, after, False, tests)
    after = _CHECK.format(test=problem.test, **names)
    functions = {getattr(node, "name", "") for node in ast.parse(problem.test).body}
    kind = "check" if "check" in functions else "assertions"
    return Harness(problem.preamble, after, False, (kind,))
