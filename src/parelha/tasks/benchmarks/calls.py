"""From a benchmark's assertions to calls: what goes in, and what is right.

An assertion such as ``assert sorted(candidate([2, 1])) == [1, 2]`` is rewritten into a record of
the arguments, the right value and the rule between them. Where everything in it is a literal it is
read with `ast.literal_eval`; where something must be computed (a loop, a helper, ``2 / 3``) the
rewritten test runs in the sandbox, with the benchmark's own solution in place of a candidate, and
the records come out as values. A test that uses the candidate's result in any other way has no such
form, and `NoCallsError` says so.
"""

import ast
from typing import Any

from parelha.tasks.benchmarks.answers import RULES, WRAPPERS, Right, shown
from parelha.tasks.benchmarks.formats import Problem
from parelha.tasks.benchmarks.harness import ANSWER, Harness, calls_harness
from parelha.tasks.benchmarks.inside import OPAQUE
from parelha.tasks.benchmarks.judge import Run
from parelha.tasks.benchmarks.rewrite import (
    RECORD,
    NoCallsError,
    NoTestError,
    has_check,
    record_in,
    rewritten,
    says_nothing,
    statements,
)
from parelha.types import Limits, Outcome

Call = tuple[tuple[Any, ...], Right]

# Of a benchmark's own programs. What a run records holds the inputs as well as the answers.
LIMITS = Limits(
    wall_seconds=10.0, cpu_seconds=10.0, output_bytes=64 * 1024 * 1024, output_parts=2_000_000
)
# Whose answers EvalPlus judges by other rules than near equality: as sets, as anything but None, by
# a check of their own (its `eval/__init__.py` and `eval/_special_oracle.py`).
_OWN_ORACLES = frozenset(
    {
        *("similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly"),
        *("larg_nnum", "intersection_array", "find_dissimilar", "Diff", "find_zero"),
        *("check_str", "text_match_three", "text_starta_endb", "are_equivalent", "sum_div"),
        *("surface_Area", "digit_distance_nums"),
    }
)
MAX_CALLS = 5000  # of one test; more is a loop that is no test


def literal_calls(test: str, candidate: str, entry_point: str = "") -> list[Call] | None:
    """Read the calls of a test in which everything is literal; nothing is run.

    Returns:
        the calls; None where something has to be computed.

    Raises:
        NoCallsError: the test is no Python, or does something else with the program's results.
    """
    tree = rewritten(test, candidate, entry_point)
    calls: list[Call] = []
    for node in statements(tree, candidate):
        record = record_in(node)
        if record is not None:
            try:
                calls.append(_call(*(ast.literal_eval(part) for part in record.args)))
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                return None
        elif not says_nothing(node):
            return None
    if not calls:
        raise NoTestError("the test calls nothing")
    return calls


def computed_calls(problem: Problem, run: Run) -> list[Call]:
    """Run the rewritten test in the sandbox beside the benchmark's solution, and read its calls.

    Raises:
        NoCallsError: the form does not allow it, the test fails, or what it uses is not plain.
        InfrastructureError: the machine failed.
    """
    tree = rewritten(problem.test, problem.candidate, problem.entry_point)
    harness = Harness("recorded", problem.entry_point, problem.preamble, ast.unparse(tree))
    arguments = (RECORD, MAX_CALLS + 1, has_check(tree, problem.candidate))
    source = harness.around(problem.solution)
    result = run(source, ANSWER, [arguments], LIMITS, harness=True).calls[0]
    if result.outcome is not Outcome.PASSED:
        raise NoCallsError(f"the test does not run: {result.outcome} {result.detail}".strip())
    try:
        calls = [_call(*row) for row in result.value]  # type: ignore[attr-defined]
    except (TypeError, ValueError, ArithmeticError) as error:
        raise NoCallsError("the test disturbs its own record") from error
    if not calls:
        raise NoTestError("the test calls nothing")
    if len(calls) > MAX_CALLS:
        raise NoCallsError("the test calls too often")
    return calls


def answered_calls(problem: Problem, run: Run) -> list[Call]:
    """Ask the benchmark's solution, in the sandbox, for the answers to inputs given without them.

    Raises:
        NoCallsError: the solution fails on an input or gives no plain value, or EvalPlus judges
            answers by more than that.
        InfrastructureError: the machine failed.
    """
    if problem.entry_point in _OWN_ORACLES:
        raise NoCallsError("EvalPlus judges its answers by an oracle of its own")
    calls: list[Call] = []
    source = calls_harness(problem).around(problem.solution)
    asked = [(args, ((),)) for args in problem.inputs]
    results = run(source, ANSWER, asked, LIMITS, harness=True).calls
    for args, result in zip(problem.inputs, results, strict=True):
        if result.outcome is not Outcome.PASSED:
            raise NoCallsError(f"the solution fails: {result.outcome} {result.detail}".strip())
        right = shown(result.value)
        if result.value[0][0] is not True or _holds_opaque(right):  # type: ignore[index]
            raise NoCallsError("its answers are no plain values")
        calls.append((args, Right(right, "allclose", problem.tolerance)))
    return calls


def _holds_opaque(value: Any) -> bool:
    """Whether a plain value holds the text of what is none: no answer could be equal to it."""
    if isinstance(value, str):
        return value.startswith(OPAQUE)
    if isinstance(value, dict):
        return _holds_opaque([*value.keys(), *value.values()])
    return isinstance(value, list | tuple | set | frozenset) and any(map(_holds_opaque, value))


def _call(
    args: Any, right: Any, rule: Any, tolerance: Any, wrappers: Any, helper: Any = None
) -> Call:
    if rule not in RULES or any(name not in WRAPPERS for name, _ in wrappers):
        raise ValueError("no record of ours")
    if helper is not None:
        name, place, further, whole = helper
        if not isinstance(name, str) or not isinstance(place, int):
            raise ValueError("no record of ours")
        helper = (name, place, further if further is None else tuple(further), bool(whole))
    said = Right(right, rule, float(tolerance), tuple(wrappers), helper=helper)
    return tuple(args), said
