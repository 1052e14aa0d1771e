"""Mutants: references with one small mistake, to see whether the hidden inputs would notice it.

A mutant is killed by a task when it raises, loops, or answers wrongly on at least one hidden input.
Mutants are the project's own code with one operator changed; they run in this process. What keeps
a mutant from running forever is a budget of loop turns, not a clock: the result is the same on
every machine. (Mutation operators: DeMillo, Lipton and Sayward, "Hints on test data selection",
1978; names as in Jia and Harman's survey, 2011.)
"""

import ast
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache, partial
from types import ModuleType
from typing import Any

from parelha.tasks.references import expected
from parelha.types import Task

MAX_TURNS = 100_000  # loop turns of a mutant on one input; most references need a few thousand
MORE_TURNS = 10  # times those of a reference that needs more

_ARITHMETIC: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
_RELATIONAL: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SWAPPED_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_DROPPED_CALLS = {"abs", "sorted", "reversed", "round", "set"}
_DROPPED_METHODS = {"strip", "lower", "split"}

Edit = tuple[str, Callable[[Any], ast.AST]]


@dataclass(frozen=True)
class Mutant:
    """A reference with one mistake: its source, the line in the reference, and what changed."""

    source: str
    line: int
    change: str


@dataclass(frozen=True)
class MutantReport:
    """How a task's hidden inputs fare against the mutants of its reference."""

    total: int
    survivors: tuple[Mutant, ...]

    @property
    def killed(self) -> int:
        """Number of mutants the hidden inputs tell from the reference."""
        return self.total - len(self.survivors)


@lru_cache(maxsize=512)
def mutants_of(source: str) -> tuple[Mutant, ...]:
    """Return every first-order mutant of a program, each different source once."""
    tree = ast.parse(source)
    found = {ast.unparse(tree): Mutant("", 0, "the reference itself")}
    for place, node in enumerate(ast.walk(tree)):
        for change, edit in _edits(node):
            copy = deepcopy(tree)
            target = list(ast.walk(copy))[place]
            mutated = ast.fix_missing_locations(_Replace(target, edit(target)).visit(copy))
            text = ast.unparse(mutated)
            found.setdefault(text, Mutant(text, getattr(node, "lineno", 0), change))
    return tuple(found.values())[1:]


def mutant_report(task: Task, seed: int = 0) -> MutantReport:
    """Run all mutants of a task's reference on the hidden inputs that `seed` draws."""
    pairs = [(case.args, expected(task, case.args)) for case in task.make_cases(seed)]
    mutants = mutants_of(task.reference)
    survivors = tuple(mutant for mutant in mutants if not is_killed(mutant, task, pairs))
    return MutantReport(len(mutants), survivors)


def is_killed(
    mutant: Mutant, task: Task, pairs: Sequence[tuple[tuple[object, ...], object]]
) -> bool:
    """Return whether a mutant fails on an input, or answers otherwise than the reference."""
    turns, tree = _Turns(), ast.parse(mutant.source)
    with warnings.catch_warnings():  # what a mutant is warned of is no one's concern
        warnings.simplefilter("ignore")
        try:
            for args, _ in pairs[:1]:  # a table made where it is loaded may take turns too
                turns.allow(partial(_reference_turns, task, args))
            function = _counted(tree, task.entry_point, "mutant", turns.count)
            for args, answer in pairs:
                turns.allow(partial(_reference_turns, task, args))
                if task.compare(answer, function(*deepcopy(args))) is not None:
                    return True
        except (Exception, SystemExit):  # pylint: disable=broad-exception-caught
            return True  # a mutant may raise anything, and each is a failure
        finally:
            sys.modules.pop("mutant", None)
    return False


def _counted(tree: ast.Module, entry_point: str, name: str, count: Callable[[], None]) -> Any:
    """The function of a program whose loops report every turn; it stays among the modules.

    Dataclasses and typing look names up in their module, some of them when they are called.
    """
    module = ModuleType(name)
    sys.modules[name] = module
    module.__dict__["_count_turn"] = count
    counting = ast.fix_missing_locations(_CountTurns().visit(tree))
    exec(compile(counting, f"<{name}>", "exec"), module.__dict__)  # pylint: disable=exec-used
    return module.__dict__[entry_point]


def _reference_turns(task: Task, args: tuple[object, ...]) -> int:
    """Loop turns that a task's reference needs for an input."""
    used = 0

    def count() -> None:
        nonlocal used
        used += 1

    try:
        tree = ast.parse(task.reference)
        _counted(tree, task.entry_point, "counted", count)(*deepcopy(args))
    except (Exception, SystemExit):  # pylint: disable=broad-exception-caught
        return 0  # no input of its contract
    finally:
        sys.modules.pop("counted", None)
    return used


class _Turns:
    """Loop turns a mutant has left on an input."""

    def __init__(self) -> None:
        self._left = MAX_TURNS
        self._needed: Callable[[], int] | None = None

    def allow(self, needed: Callable[[], int]) -> None:
        """Begin an input, for which the reference needs so many turns; asked where it matters."""
        self._left, self._needed = MAX_TURNS, needed

    def count(self) -> None:
        """Use one turn up; raise TimeoutError when there is none left."""
        self._left -= 1
        if self._left < 0 and self._needed is not None:
            needed, self._needed = self._needed, None
            self._left += max(MORE_TURNS * needed() - MAX_TURNS, 0)
        if self._left < 0:
            raise TimeoutError("too many loop turns")


class _CountTurns(ast.NodeTransformer):
    """Makes each loop report every turn."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.For | ast.While):
            node.body.insert(0, ast.parse("_count_turn()").body[0])
        return node


class _Replace(ast.NodeTransformer):
    """Puts `replacement` where `target` was."""

    def __init__(self, target: ast.AST, replacement: ast.AST) -> None:
        self.target, self.replacement = target, replacement

    def visit(self, node: ast.AST) -> Any:
        return self.replacement if node is self.target else self.generic_visit(node)


def _edits(node: ast.AST) -> Iterator[Edit]:
    """Yield the mutations of one node: what changes, and a function of the (copied) node."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for new in _ARITHMETIC.get(type(node.op), ()):
            yield f"{type(node.op).__name__} to {new.__name__}", _setter("op", new)
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for new in _RELATIONAL.get(type(operator), ()):
                change = f"{type(operator).__name__} to {new.__name__}"
                yield change, _relation_setter(place, new)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} to {other.__name__}", _setter("op", other)
    elif isinstance(node, ast.UnaryOp):
        yield f"{type(node.op).__name__} dropped", lambda copy: copy.operand
    elif isinstance(node, ast.Constant):
        yield from _constant_edits(node)
    elif isinstance(node, ast.Call):
        yield from _call_edits(node)
    else:
        yield from _flow_edits(node)


def _flow_edits(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            yield f"condition to {value}", _setter("test", partial(ast.Constant, value))
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield "filter dropped", _setter("ifs", list)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield "tuple reversed", _reverse_tuple


def _constant_edits(node: ast.Constant) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} to {not value}", lambda copy: ast.Constant(not copy.value)
    elif isinstance(value, int):
        yield f"{value} to {value + 1}", lambda copy: ast.Constant(copy.value + 1)
        yield f"{value} to {value - 1}", lambda copy: ast.Constant(copy.value - 1)
    elif isinstance(value, float):
        larger = value * 2 if value else 1.0
        yield f"{value} to {larger}", lambda copy: ast.Constant(larger)


def _call_edits(node: ast.Call) -> Iterator[Edit]:
    if isinstance(node.func, ast.Name) and node.args:
        name = node.func.id
        if name in _SWAPPED_CALLS:
            new = _SWAPPED_CALLS[name]
            yield f"{name} to {new}", _setter("func", lambda: ast.Name(new, ast.Load()))
        if name in _DROPPED_CALLS:
            yield f"{name} dropped", lambda copy: copy.args[0]
    elif isinstance(node.func, ast.Attribute) and node.func.attr in _DROPPED_METHODS:
        yield f"{node.func.attr} dropped", lambda copy: copy.func.value


def _setter(field: str, make: Callable[[], object]) -> Callable[[Any], ast.AST]:
    def edit(node: Any) -> ast.AST:
        setattr(node, field, make())
        return node  # type: ignore[no-any-return]

    return edit


def _relation_setter(place: int, new: type) -> Callable[[Any], ast.AST]:
    def edit(node: Any) -> ast.AST:
        node.ops[place] = new()
        return node  # type: ignore[no-any-return]

    return edit


def _reverse_tuple(node: Any) -> ast.AST:
    node.value.elts.reverse()
    return node  # type: ignore[no-any-return]
