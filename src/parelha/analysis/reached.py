"""What of a program the function that a task calls reaches by name."""

import ast
import re
from collections.abc import Mapping

from parelha.analysis.parsing import parse
from parelha.analysis.structure import Function, annotation_parts, is_stub, origins_of


def unused(source: str, entry_point: str) -> int:
    """Top-level functions and classes that the function a task calls does not reach by name.

    Only a name that is read where the entry point leads counts, whatever else stands in the module:
    ``KEEP = helper`` or ``print(helper)`` beside the function does not make a helper used. What is
    put into a table, a registry or a dispatcher that is reached is used (`_fills`).

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
    reached, pending = {entry_point}, list(definitions[entry_point])
    used, filling = set[int](), set[int]()
    while pending:
        while pending:
            item = pending.pop()
            used.add(id(item))
            names = _read_names(item)
            new = [one for name in names - reached for one in definitions.get(name, [])]
            pending += [one for one in new if id(one) not in used]
            reached |= names
        own = {name: definitions[name] for name in reached & definitions.keys()}
        fills = (s for s in body if id(s) not in used and _fills(s, own, definitions))
        pending = list(fills)
        filling |= set(map(id, pending))
    count = 0
    for name, items in definitions.items():
        kinds = (item for item in items if isinstance(item, Function | ast.ClassDef))
        dead = [i for i in kinds if id(i) not in filling and not is_stub(i, origins)]
        count += max(0, len(dead) - (name in reached))
    return count


def _read_names(statement: ast.stmt) -> set[str]:
    nodes = list(ast.walk(statement))
    names = (node for node in nodes if isinstance(node, ast.Name))
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    return read.union(*map(_quoted_names, nodes))


def _fills(
    statement: ast.stmt,
    own: Mapping[str, list[ast.stmt]],
    definitions: Mapping[str, list[ast.stmt]],
) -> bool:
    """Whether a statement puts something into what is reached: a table, a registry, a dispatcher.

    `own` is what is reached of the program's own definitions.
    """
    if isinstance(statement, Function | ast.ClassDef):
        roots = {_root(decorator) for decorator in statement.decorator_list}
        keepers = (one for root in roots for one in definitions.get(root, ()))
        return bool(roots & own.keys()) or any(_read_names(one) & own.keys() for one in keepers)
    changed: list[ast.expr] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            changed.append(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            changed += [node.value.func] * isinstance(node.value.func, ast.Attribute)
    return any(_root(node) in own for node in changed)


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
