"""Gives a name of a program's module another one, and leaves what is only spelled alike.

Texts, comments, attributes, keywords of calls and a function's own names stay as they are, and so
does all that stands between the names.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Saying = _DEFINITIONS | ast.Name | ast.Global
_SCOPES = _DEFINITIONS | ast.Lambda | _COMPREHENSIONS

_NOTHING: frozenset[str] = frozenset()


def renamed(program: str, old: str, new: str) -> str:
    """Return a program, its lines ended by a line feed alone, whose module says `new` for `old`.

    Raises:
        ValueError: a function that uses `old` has a `new` of its own.
    """
    word = re.compile(rf"\b{old}\b")
    if not word.search(program):
        return program
    lines = program.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    places = {}
    for node in _saying(ast.parse(program).body, old, new):
        before = lines[node.lineno - 1].encode()[: node.col_offset].decode()  # a tree counts bytes
        # A definition begins with other words, and its name comes first of all names.
        find = word.match if isinstance(node, ast.Name) else word.search
        if match := find(program, starts[node.lineno - 1] + len(before)):
            places[match.start()] = match.end()
    parts, after = [], 0
    for start in sorted(places):
        parts += [program[after:start], new]
        after = places[start]
    return "".join([*parts, program[after:]])


def free_name(program: str, name: str) -> str:
    """Return a name like another one, which a program holds nowhere."""
    free = f"{name}_"
    while re.search(rf"\b{free}\b", program):
        free += "_"
    return free


def _saying(
    nodes: Iterable[ast.AST],
    old: str,
    new: str,
    own: frozenset[str] = _NOTHING,
    outer: frozenset[str] = _NOTHING,
) -> Iterator[_Saying]:
    """Yield the nodes that say the module's `old`.

    Args:
        nodes: of one scope.
        old: as in `renamed`.
        new: as in `renamed`.
        own: names that are not the module's in this scope.
        outer: those that are not in the scopes inside it; a class hides nothing from its methods.
    """
    for node in nodes:
        if isinstance(node, _Saying) and old not in own and old in _said_by(node):
            if new in own:
                raise ValueError(f"{old} is used where {new} is the name of something else")
            yield node
        if isinstance(node, _SCOPES):
            around, given, inside = _parts(node)
            yield from _saying(around, old, new, own, outer)
            bound = (outer | given | _bound(inside)) - _said_global(inside)
            below = outer if isinstance(node, ast.ClassDef) else bound
            yield from _saying(inside, old, new, bound, below)
        else:
            yield from _saying(ast.iter_child_nodes(node), old, new, own, outer)


def _parts(scope: ast.AST) -> tuple[list[ast.AST], set[str], list[ast.AST]]:
    """What of a scope belongs to the one around it; the names it is given; what is inside."""
    around: list[ast.AST] = list(getattr(scope, "decorator_list", ()))
    if isinstance(scope, ast.ClassDef):
        return [*around, *scope.bases, *scope.keywords], set(), list(scope.body)
    if isinstance(scope, _COMPREHENSIONS):
        first, *further = scope.generators
        values = [getattr(scope, field, None) for field in ("elt", "key", "value")]
        inside = [first.target, *first.ifs, *further, *(value for value in values if value)]
        named = [
            n.target for part in inside for n in ast.walk(part) if isinstance(n, ast.NamedExpr)
        ]
        return [first.iter, *named], set(), inside
    assert isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    given = {part.arg for part in ast.iter_child_nodes(scope.args) if isinstance(part, ast.arg)}
    around.append(scope.args)  # defaults and annotations
    if isinstance(scope, ast.Lambda):
        return around, given, [scope.body]
    return [*around, *([scope.returns] if scope.returns else [])], given, list(scope.body)


def _of_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield nodes and all below them, but not what is inside further scopes."""
    for node in nodes:
        yield node
        inner = _parts(node)[0] if isinstance(node, _SCOPES) else ast.iter_child_nodes(node)
        yield from _of_scope(inner)


def _bound(inside: list[ast.AST]) -> set[str]:
    """Names to which the nodes of a scope give a meaning there."""
    names: set[str] = set()
    for node in _of_scope(inside):
        if isinstance(node, ast.Name):
            names.update(() if isinstance(node.ctx, ast.Load) else (node.id,))
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        else:  # of definitions, exceptions and patterns
            names.update(getattr(node, field, None) or "" for field in ("name", "rest"))
    return names


def _said_global(inside: list[ast.AST]) -> set[str]:
    found = (node.names for node in _of_scope(inside) if isinstance(node, ast.Global))
    return set().union(*found)


def _said_by(node: _Saying) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    return node.names if isinstance(node, ast.Global) else [node.name]
