"""From a benchmark's assertions to calls: what goes in, and what is right.

An assertion such as ``assert sorted(candidate([2, 1])) == [1, 2]`` is rewritten into a record of
the arguments, the right value and the rule between them. Where everything in it is a literal it is
read with `ast.literal_eval`; where something must be computed (a loop, a helper, ``2 / 3``) the
rewritten test runs in the sandbox, with the benchmark's own solution in place of a candidate, and
the records come out as values. A test that uses the candidate's result in any other way has no such
form, and `NoCallsError` says so.
"""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from parelha.tasks.benchmarks.answers import RULES, WRAPPERS, Right
from parelha.types import Limits, Outcome, RunResult

Call = tuple[tuple[Any, ...], Right]
Run = Callable[[str, str, Sequence[tuple[object, ...]], Limits], RunResult]  # Sandbox.run

LIMITS = Limits(
    wall_seconds=30.0, cpu_seconds=30.0, output_bytes=32 * 1024 * 1024, output_parts=2_000_000
)
MAX_CALLS = 5000  # of one test; more is a loop that is no test

_RECORD, _RECORDS, _COUNT = "record_call_", "records_of_calls_", "count_calls_"
_RECORDER = f"""
import copy as copy_of_calls_

{_RECORDS} = []


def {_RECORD}(args, right, rule, tolerance, wrappers):
    row = (tuple(args), right, rule, tolerance, wrappers)
    {_RECORDS}.append(copy_of_calls_.deepcopy(row))
"""
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.Is: "is",
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=", "is": "is"}
# Helpers of the standard library and numpy: rule, tolerance without and keyword with one.
_CLOSE: dict[str, tuple[tuple[str, float | None, str], ...]] = {
    "math.isclose": (("isclose", 1e-9, "rel_tol"), ("isclose abs", None, "abs_tol")),
    "np.isclose": (("numpy close", 1e-8, "atol"),),
    "np.allclose": (("numpy close", 1e-8, "atol"),),
}


class NoCallsError(ValueError):
    """The form of the test allows no turning into calls; the text says why."""


def literal_calls(test: str, candidate: str) -> list[Call] | None:
    """Read the calls of a test in which everything is literal; nothing is run.

    Args:
        test: the benchmark's test.
        candidate: the name under which it calls the program.

    Returns:
        the calls; None where something has to be computed.

    Raises:
        NoCallsError: the test is no Python, or does something else with the program's results.
    """
    tree = rewritten(test, candidate)
    calls: list[Call] = []
    for node in _statements(tree, candidate):
        record = _record_in(node)
        if record is not None:
            try:
                calls.append(_call(*(ast.literal_eval(part) for part in record.args)))
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                return None
        elif not _says_nothing(node):
            return None
    if not calls:
        raise NoCallsError("the test calls nothing")
    return calls


def computed_calls(
    test: str, candidate: str, solution: str, entry_point: str, run: Run
) -> list[Call]:
    """Run the rewritten test in the sandbox beside the benchmark's solution, and read its calls.

    Args:
        test: the benchmark's test.
        candidate: the name under which it calls the program.
        solution: source of the benchmark's own program; a test may use its helpers.
        entry_point: the function `solution` defines.
        run: `Sandbox.run`.

    Raises:
        NoCallsError: the form does not allow it, the test fails, or what it uses is not plain.
        InfrastructureError: the machine failed.
    """
    tree = rewritten(test, candidate)
    checks = [node for node in tree.body if _is_check(node, candidate)]
    start = f"    check({entry_point})\n" if checks else ""
    source = (
        f"{solution}\n{_RECORDER}\n{ast.unparse(tree)}\n\n\n"
        f"def {_COUNT}():\n{start}    return {_RECORDS}[:{MAX_CALLS + 1}]\n"
    )
    result = run(source, _COUNT, [()], LIMITS).calls[0]
    if result.outcome is not Outcome.PASSED:
        raise NoCallsError(f"the test does not run: {result.outcome} {result.detail}".strip())
    try:
        calls = [_call(*row) for row in result.value]  # type: ignore[attr-defined]
    except (TypeError, ValueError, ArithmeticError) as error:
        raise NoCallsError("the test disturbs its own record") from error
    if not 0 < len(calls) <= MAX_CALLS:
        raise NoCallsError("the test calls nothing" if not calls else "the test calls too often")
    return calls


def answered_calls(
    inputs: Sequence[tuple[Any, ...]], solution: str, entry_point: str, tolerance: float, run: Run
) -> list[Call]:
    """Ask the benchmark's solution, in the sandbox, for the answers to inputs given without them.

    Raises:
        NoCallsError: the solution fails on an input.
        InfrastructureError: the machine failed.
    """
    calls: list[Call] = []
    results = run(solution, entry_point, inputs, LIMITS).calls
    for args, result in zip(inputs, results, strict=True):
        if result.outcome is not Outcome.PASSED:
            raise NoCallsError(f"the solution fails: {result.outcome} {result.detail}".strip())
        calls.append((args, Right(result.value, "allclose", tolerance)))
    return calls


def rewritten(test: str, candidate: str) -> ast.Module:
    """Return the test with every assertion on the candidate turned into a record.

    Raises:
        NoCallsError: the test is no Python, or the candidate is used in any other way.
    """
    try:
        tree: ast.Module = ast.parse(test)
        _Rewrite(candidate).visit(tree)
        ast.fix_missing_locations(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NoCallsError(f"the test is no Python ({type(error).__name__})") from None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or getattr(node, "is_ours", False):
            continue
        if node.id == candidate:
            raise NoCallsError(f"line {node.lineno} of the test uses the program's result as such")
        if node.id in (_RECORD, _RECORDS, _COUNT):
            raise NoCallsError(f"the test uses the name {node.id}")
    return tree


class _Rewrite(ast.NodeTransformer):
    """Turns assertions on the candidate into records, and drops those on nothing."""

    def __init__(self, candidate: str) -> None:
        self.candidate = candidate

    def visit(self, node: ast.AST) -> Any:
        """One record for each part of an assertion; the node itself where it has no form."""
        if isinstance(node, ast.Assert):
            parts = [node.test]
            if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And):
                parts = node.test.values
            records = [self._record(part) for part in parts]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            records = [self._helped(node.value)]
        else:
            return self.generic_visit(node)
        if any(record is None for record in records):
            return node
        return [ast.copy_location(ast.Expr(record), node) for record in records if record]

    def _helped(self, call: ast.Call) -> ast.expr | None:
        """``assertion(candidate(*inp), exp, atol)``, the helper of HumanEval+ and MBPP+."""
        if _name_of(call.func) != "assertion" or len(call.args) != 3 or call.keywords:
            return None
        return self._about(call.args[0], call.args[1], "allclose", call.args[2])

    def _record(self, test: ast.expr) -> ast.expr | None:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._about(test.operand, ast.Constant(False), "false")
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self._relation(test.left, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Call):
            name = _name_of(test.func).replace("numpy.", "np.")
            if name in _CLOSE:
                return self._closeness(test, _CLOSE[name])
        return self._about(test, ast.Constant(True), "true")

    def _relation(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr | None:
        rule = _OPERATORS.get(type(operator))
        if rule is None:
            return None
        if rule in ("<", "<="):
            near = self._distance(left, right)
            if near is not None:
                return near
        if rule == "is" and not isinstance(right, ast.Constant):
            return None
        found = self._about(left, right, rule)
        if found is None and rule in _MIRRORED:
            found = self._about(right, left, _MIRRORED[rule])
        return found

    def _distance(self, left: ast.expr, bound: ast.expr) -> ast.expr | None:
        """``abs(candidate(x) - y) < tolerance``, either way round."""
        if not (isinstance(left, ast.Call) and _name_of(left.func).rpartition(".")[2] in _ABS):
            return None
        inner = left.args[0] if len(left.args) == 1 else None
        if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub)):
            return None
        return self._about(inner.left, inner.right, "close", bound) or self._about(
            inner.right, inner.left, "close", bound
        )

    def _closeness(
        self, test: ast.Call, rules: tuple[tuple[str, float | None, str], ...]
    ) -> ast.expr | None:
        """``math.isclose(candidate(x), y, rel_tol=...)`` and numpy's; one tolerance at most."""
        if len(test.args) != 2 or len(test.keywords) > 1:
            return None
        given = {keyword.arg: keyword.value for keyword in test.keywords}
        first, second = test.args
        for rule, default, name in rules:
            tolerance = given.get(name)
            if not given and default is not None:
                tolerance = ast.Constant(default)
            if tolerance is not None:
                return self._about(first, second, rule, tolerance) or self._about(
                    second, first, rule, tolerance
                )
        return None

    def _about(
        self, actual: ast.expr, right: ast.expr, rule: str, tolerance: ast.expr | None = None
    ) -> ast.expr | None:
        """The record of ``wrapper(candidate(arguments))`` against `right`; None if it is not so."""
        wrappers: list[ast.expr] = []
        while isinstance(actual, ast.Call) and _name_of(actual.func) in WRAPPERS:
            if actual.keywords or not actual.args:
                return None
            further = ast.Tuple(actual.args[1:], ast.Load())
            wrapper = ast.Tuple([ast.Constant(_name_of(actual.func)), further], ast.Load())
            wrappers.insert(0, wrapper)
            actual = actual.args[0]
        if not isinstance(actual, ast.Call) or _name_of(actual.func) != self.candidate:
            return None
        if actual.keywords or rule not in RULES:
            return None
        arguments = ast.Tuple(actual.args, ast.Load())
        recorder = ast.Name(_RECORD, ast.Load())
        recorder.is_ours = True  # type: ignore[attr-defined]
        tolerance = tolerance or ast.Constant(0.0)
        parts = [arguments, right, ast.Constant(rule), tolerance, ast.Tuple(wrappers, ast.Load())]
        return ast.Call(recorder, parts, [])


_ABS = ("abs", "fabs", "absolute")


def _call(args: Any, right: Any, rule: Any, tolerance: Any, wrappers: Any) -> Call:
    if rule not in RULES or any(name not in WRAPPERS for name, _ in wrappers):
        raise ValueError("no record of ours")
    return tuple(args), Right(right, rule, float(tolerance), tuple(wrappers))


def _statements(tree: ast.Module, candidate: str) -> list[ast.stmt]:
    """The test's statements, those of ``check(candidate)`` in place of the function."""
    found: list[ast.stmt] = []
    for node in tree.body:
        found += node.body if _is_check(node, candidate) else [node]  # type: ignore[attr-defined]
    return found


def _is_check(node: ast.stmt, candidate: str) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.name != "check":
        return False
    return [argument.arg for argument in node.args.args] == [candidate]


def _record_in(node: ast.stmt) -> ast.Call | None:
    call = node.value if isinstance(node, ast.Expr) else None
    return call if isinstance(call, ast.Call) and hasattr(call.func, "is_ours") else None


def _says_nothing(node: ast.stmt) -> bool:
    """Whether a statement can be left out: a constant, a name, METADATA, ``assert True``."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant | ast.Name)
    if isinstance(node, ast.Assert):
        return isinstance(node.test, ast.Constant) and bool(node.test.value)
    if isinstance(node, ast.Assign):
        return [_name_of(target) for target in node.targets] == ["METADATA"]
    return isinstance(node, ast.Pass)


def _name_of(node: ast.expr) -> str:
    """``math.isclose`` of a dotted name; "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and _name_of(node.value):
        return f"{_name_of(node.value)}.{node.attr}"
    return ""
