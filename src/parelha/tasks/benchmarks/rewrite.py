"""Rewrites a benchmark's test: each assertion on the program becomes a record of a call.

``assert sorted(candidate([2, 1])) == [1, 2]`` becomes a call of `RECORD` with the arguments, the
right value, the rule between them and what stands around the call. A name says what it says in the
test alone: a ``sorted`` or an ``np`` that the test makes itself is none of Python's, and a
function of the test to which the result is handed (``assertion(candidate(x), y, 0)``) is read as
itself: the record names it, and it judges in a process of its own. Where the result is used in any
other way there is no such form, and `NoCallsError` says so.
"""

import ast
from collections.abc import Iterator
from typing import Any

from parelha.tasks.benchmarks.answers import RULES, WRAPPERS

RECORD = "record_call_"
CHECK = "check"

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_NEGATED = {"==": "!=", "!=": "==", "in": "not in", "not in": "in"} | {
    "is": "is not",
    "is not": "is",
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="} | {
    "is": "is",
    "is not": "is not",
}
# Helpers of the standard library and numpy: rule, tolerance without and keyword with one.
_CLOSE: dict[str, tuple[tuple[str, float | None, str], ...]] = {
    "math.isclose": (("isclose", 1e-9, "rel_tol"), ("isclose abs", None, "abs_tol")),
    "np.isclose": (("numpy close", 1e-8, "atol"),),
    "np.allclose": (("numpy close", 1e-8, "atol"),),
}


class NoCallsError(ValueError):
    """The form of the test allows no turning into calls; the text says why."""


class NoTestError(NoCallsError):
    """The test never calls the program, so every program would pass it."""


def rewritten(test: str, candidate: str, entry_point: str = "") -> ast.Module:
    """Return the test with every assertion on the candidate turned into a record.

    It calls the program as the candidate, or by its own name, the entry point.

    Raises:
        NoCallsError: the test is no Python, or the program is used in any other way.
    """
    try:
        tree: ast.Module = ast.parse(test)
        _Rewrite(tree, candidate).visit(tree)
        ast.fix_missing_locations(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NoCallsError(f"the test is no Python ({type(error).__name__})") from None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or getattr(node, "is_ours", False):
            continue
        if node.id == candidate:
            raise NoCallsError(f"line {node.lineno} of the test uses the program's result as such")
        if node.id == RECORD:
            raise NoCallsError(f"the test uses the name {node.id}")
    for node in _outside_records(tree):  # in a record it computes an input, or what is right
        if isinstance(node, ast.Name) and node.id == entry_point:
            raise NoCallsError(f"line {node.lineno} of the test uses the program by its own name")
    for node in _outside_helpers(tree):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            # Of an input that must not change, say: nothing that a call alone could show.
            raise NoCallsError(f"line {node.lineno} of the test asserts something else")
    return tree


def _outside_records(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not (isinstance(node, ast.Expr) and record_in(node) is not None):
        for child in ast.iter_child_nodes(node):
            yield from _outside_records(child)


def _outside_helpers(tree: ast.Module) -> Iterator[ast.AST]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name == CHECK:
            yield from ast.walk(node)


def has_check(tree: ast.Module, candidate: str) -> bool:
    """Return whether the test is a ``check(candidate)``, which has to be called."""
    return any(_is_check(node, candidate) for node in tree.body)


def helper_source(test: str, names: set[str]) -> str:
    """Return functions of a test, and what of its top level they use, as a program."""
    body = ast.parse(test).body
    wanted = set(names)
    kept: list[ast.stmt] = []
    while True:
        found = [node for node in body if node not in kept and _defines(node) & wanted]
        if not found:
            return "\n".join(ast.unparse(node) for node in body if node in kept)
        kept += found
        wanted |= {name for node in found for name in _uses(node)}


def _defines(node: ast.stmt) -> set[str]:
    """The names that a statement of the top level gives a meaning there."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    return {name for part in ast.walk(node) for name in _bound_by(part)}


def _uses(node: ast.stmt) -> set[str]:
    """The names that a statement takes from outside itself."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    inside: set[str] = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inside = {name for part in ast.walk(node) for name in _bound_by(part)}
    return {part.id for part in names} - inside


def _foreign_names(tree: ast.Module) -> set[str]:
    """Names that mean something else in a test than in Python, ``math`` and ``np``."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    usual = {alias for node in imports for alias in node.names if _is_usual(alias)}
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.name == "*":
            names |= {*WRAPPERS, "np", "numpy", "math"}
        elif node not in usual:
            names |= _bound_by(node)
    return names


def _bound_by(node: ast.AST) -> set[str]:
    """The name that one node binds, without those inside it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
        return {node.name} if node.name else set()
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return {node.id}
    if isinstance(node, ast.arg):
        return {node.arg}
    if isinstance(node, ast.alias):
        return {(node.asname or node.name).partition(".")[0]}
    return set()


def _is_usual(alias: ast.alias) -> bool:
    bound = alias.asname or alias.name
    return (alias.name, bound) in (("math", "math"), ("numpy", "np"), ("numpy", "numpy"))


class _Rewrite(ast.NodeTransformer):
    """Turns assertions on the candidate into records, and drops those on nothing."""

    def __init__(self, tree: ast.Module, candidate: str) -> None:
        self.candidate = candidate
        self.foreign = _foreign_names(tree)
        self.helpers = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name not in (CHECK, candidate)
        }

    def visit(self, node: ast.AST) -> Any:
        """One record for each part of an assertion; the node itself where it has no form."""
        if isinstance(node, ast.Assert):
            parts = [node.test]
            if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And):
                parts = node.test.values
            records = [self._record(part) for part in parts]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            records = [self._helped(node.value, False)]
        else:
            return self.generic_visit(node)
        if any(record is None for record in records):
            return node
        return [ast.copy_location(ast.Expr(record), node) for record in records if record]

    def _helped(self, call: ast.Call, whole: bool) -> ast.expr | None:
        """``assertion(candidate(*inp), exp, atol)``, a function of the test's own."""
        name = _name_of(call.func)
        if name not in self.helpers or call.keywords:
            return None
        places = [n for n, part in enumerate(call.args) if self._is_call(part)]
        if len(places) != 1 or any(isinstance(part, ast.Starred) for part in call.args):
            return None
        others = [part for n, part in enumerate(call.args) if n not in places]
        further: ast.expr = ast.Tuple(others[1:], ast.Load()) if others else ast.Constant(None)
        parts = [ast.Constant(name), ast.Constant(places[0]), further, ast.Constant(whole)]
        right = others[0] if others else ast.Constant(True)
        helper = ast.Tuple(parts, ast.Load())
        return self._about(call.args[places[0]], right, "helper", helper=helper)

    def _is_call(self, node: ast.expr) -> bool:
        """Whether a part of an assertion is a call of the candidate."""
        return isinstance(node, ast.Call) and _name_of(node.func) == self.candidate

    def _record(self, test: ast.expr) -> ast.expr | None:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = test.operand
            if isinstance(inner, ast.Compare) and len(inner.ops) == 1:
                negated = _NEGATED.get(_OPERATORS.get(type(inner.ops[0]), ""))
                return (
                    negated and self._relation(inner.left, negated, inner.comparators[0])
                ) or None
            return self._about(inner, ast.Constant(False), "false")
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            rule = _OPERATORS[type(test.ops[0])]
            return self._relation(test.left, rule, test.comparators[0])
        if isinstance(test, ast.Call):
            name = _name_of(test.func).replace("numpy.", "np.")
            if name in _CLOSE and name.partition(".")[0] not in self.foreign:
                return self._closeness(test, _CLOSE[name])
            if name in self.helpers:
                return self._helped(test, True)
        return self._about(test, ast.Constant(True), "true")

    def _relation(self, left: ast.expr, rule: str, right: ast.expr) -> ast.expr | None:
        if rule in ("<", "<="):
            near = self._distance(left, right, "close" if rule == "<=" else "strictly close")
            if near is not None:
                return near
        if rule in ("is", "is not") and not isinstance(right, ast.Constant):
            return None
        found = self._about(left, right, rule)
        if found is None and rule in _MIRRORED:
            found = self._about(right, left, _MIRRORED[rule])
        return found

    def _distance(self, left: ast.expr, bound: ast.expr, rule: str) -> ast.expr | None:
        """``abs(candidate(x) - y) < tolerance``, either way round."""
        if not isinstance(left, ast.Call) or left.keywords:
            return None
        name = _name_of(left.func)
        if name not in _ABS or name.partition(".")[0] in self.foreign:
            return None
        inner = left.args[0] if len(left.args) == 1 else None
        if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub)):
            return None
        return self._about(inner.left, inner.right, rule, bound) or self._about(
            inner.right, inner.left, rule, bound
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
        self,
        actual: ast.expr,
        right: ast.expr,
        rule: str,
        tolerance: ast.expr | None = None,
        helper: ast.expr | None = None,
    ) -> ast.expr | None:
        """The record of ``wrapper(candidate(arguments))`` against `right`; None if it is not so."""
        wrappers: list[ast.expr] = []
        while isinstance(actual, ast.Call) and not self._is_call(actual):
            name = _name_of(actual.func)
            if name not in WRAPPERS or name in self.foreign or actual.keywords or not actual.args:
                return None
            further = ast.Tuple(actual.args[1:], ast.Load())
            wrappers.insert(0, ast.Tuple([ast.Constant(name), further], ast.Load()))
            actual = actual.args[0]
        if not isinstance(actual, ast.Call) or actual.keywords or rule not in RULES:
            return None
        arguments = ast.Tuple(actual.args, ast.Load())
        recorder = ast.Name(RECORD, ast.Load())
        recorder.is_ours = True  # type: ignore[attr-defined]
        parts = [
            arguments,
            right,
            ast.Constant(rule),
            tolerance or ast.Constant(0.0),
            ast.Tuple(wrappers, ast.Load()),
            helper or ast.Constant(None),
        ]
        return ast.Call(recorder, parts, [])


_ABS = ("abs", "math.fabs", "np.abs", "np.absolute", "np.fabs", "numpy.abs", "numpy.absolute")


def statements(tree: ast.Module, candidate: str) -> list[ast.stmt]:
    """Return the test's statements, those of ``check(candidate)`` in place of the function."""
    found: list[ast.stmt] = []
    for node in tree.body:
        found += node.body if _is_check(node, candidate) else [node]  # type: ignore[attr-defined]
    return found


def _is_check(node: ast.stmt, candidate: str) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.name != "check":
        return False
    return [argument.arg for argument in node.args.args] == [candidate]


def record_in(node: ast.stmt) -> ast.Call | None:
    """Return the record that a statement of a rewritten test is, if it is one."""
    call = node.value if isinstance(node, ast.Expr) else None
    return call if isinstance(call, ast.Call) and hasattr(call.func, "is_ours") else None


def says_nothing(node: ast.stmt) -> bool:
    """Return whether a statement can be left out: a constant, a name, METADATA, ``assert True``."""
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
