"""What of a program the function that a task calls reaches by name."""

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from parelha.analysis.parsing import parse
from parelha.analysis.structure import Function, annotation_parts, is_stub, origins_of


def unused(source: str, entry_point: str) -> int:
    """Top-level functions and classes that the function a task calls does not reach by name.

    Only a name that is read where the entry point leads counts, whatever else stands in the module:
    ``KEEP = helper`` or ``print(helper)`` beside the function does not make a helper used. What is
    put into a table, a registry or a dispatcher that is reached is used (`_reached`).

    Returns:
        Their number, an earlier definition of the same name counted too; 0 for text that does not
        parse or has no such function.
    """
    tree = parse(source)
    body = tree.body if tree else []
    origins = origins_of(list(ast.walk(tree))) if tree else {}
    definitions: dict[str, list[ast.stmt]] = {}
    for statement in body:
        for name in _defined(statement):
            definitions.setdefault(name, []).append(statement)
    if entry_point not in definitions:
        return 0
    reached, filling = _reached(body, definitions, entry_point)
    count = 0
    for name, items in definitions.items():
        kinds = (item for item in items if isinstance(item, Function | ast.ClassDef))
        dead = [i for i in kinds if id(i) not in filling and not is_stub(i, origins)]
        count += max(0, len(dead) - (name in reached))
    return count


def _reached(
    body: list[ast.stmt], definitions: Mapping[str, list[ast.stmt]], entry_point: str
) -> tuple[set[str], set[int]]:
    """What the entry point leads to: names, and the statements that fill what is reached.

    A statement fills a table, a registry or a dispatcher. It waits until what it changes or is
    decorated with is reached, or something that its decorator reads. Each statement is looked at
    once and each name wakes what waits for it once, as whoever wrote the program chose its size.

    Returns:
        the names; and `id` of the statements that were reached as fillings alone.
    """
    read = cache(_read_names)
    changing, decorated = _waiting(body)
    # By each name that a statement reads: the decorators that it defines, in one list for all.
    keepers: dict[str, list[list[str]]] = defaultdict(list)
    for statement in body:
        if roots := [name for name in _defined(statement) if name in decorated]:
            for name in read(statement):
                keepers[name].append(roots)
    reached, fresh = {entry_point}, [entry_point]
    pending, used, filling = list(definitions[entry_point]), set[int](), set[int]()
    while pending:
        while pending:
            item = pending.pop()
            if id(item) in used:
                continue
            used.add(id(item))
            new = read(item) - reached
            reached |= new
            fresh += new
            pending += [one for name in new for one in definitions.get(name, ())]
        for name in filter(definitions.__contains__, fresh):
            pending += [*changing.pop(name, ()), *decorated.pop(name, ())]
            for roots in keepers.pop(name, ()):
                while roots:
                    pending += decorated.pop(roots.pop(), ())
        fresh.clear()
        pending = [one for one in pending if id(one) not in used]
        filling |= set(map(id, pending))
    return reached, filling


def _waiting(body: list[ast.stmt]) -> tuple[dict[str, list[ast.stmt]], dict[str, list[ast.stmt]]]:
    """Statements by the names of what they change, and by those that they are decorated with."""
    changing: dict[str, list[ast.stmt]] = defaultdict(list)
    decorated: dict[str, list[ast.stmt]] = defaultdict(list)
    for statement in body:
        if isinstance(statement, Function | ast.ClassDef):
            for root in set(map(_root, statement.decorator_list)):
                decorated[root].append(statement)
        else:
            for root in _changed_roots(statement):
                changing[root].append(statement)
    return changing, decorated


def _read_names(statement: ast.stmt) -> set[str]:
    nodes = list(ast.walk(statement))
    names = (node for node in nodes if isinstance(node, ast.Name))
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    return read.union(*map(_quoted_names, nodes))


def _changed_roots(statement: ast.stmt) -> set[str]:
    """The names under which a statement that defines nothing changes a table or an attribute."""
    changed: list[ast.expr] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            changed.append(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            changed += [node.value.func] * isinstance(node.value.func, ast.Attribute)
    return set(map(_root, changed))


def _root(node: ast.AST) -> str:
    """The name that an expression begins with: ``table`` of ``table.rows[0].add(1)``."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _defined(statement: ast.stmt) -> list[str]:
    """The names that a statement of the module defines, if it does nothing else."""
    if isinstance(statement, Function | ast.ClassDef):
        return [statement.name]
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    parts = [part for target in targets for part in getattr(target, "elts", [target])]
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _quoted_names(node: ast.AST) -> set[str]:
    """Names in an annotation that is written as text."""
    return {
        name
        for part in annotation_parts(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        for name in re.findall(r"\w+", part.value)
    }
