"""What mypy has looked at, and which annotations mean Any to it: asked of mypy, not of names.

A program can blind mypy without a word that silences: code that mypy believes can never run is not
checked (a flag of type ``Literal[False]``, a lying ``NoReturn``), and a type that is Any to mypy
accepts everything, whatever it is called. Mypy knows both: an expression that it has checked has a
type, and every name in an annotation leads to what it means.

Loaded by path in a warm linter, so it imports only what lies beside it; the counts are made here
because the syntax tree of a hostile program is best read in a process that may be ended.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

# Mypy is compiled: pylint sees no names in it.
# pylint: disable=no-name-in-module,c-extension-no-member
from mypy import errorcodes
from mypy.nodes import CastExpr
from mypy.types import AnyType, Instance, TypeOfAny, UnboundType, UnionType, get_proper_type

from ._mypy_wide import wide_places

_CODES = frozenset({"unreachable", "redundant-expr"})
_OPERATIONS = (
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.comprehension,
    ast.Lambda,
    ast.Await,
    ast.FormattedValue,
)
_RAISING = 8  # operations of a `raise` that reports: its exception, a type's name and a value
_TELLING = frozenset({"type", "len", "repr", "str"})  # what a message says of an argument
_PARTS = ("defs", "body", "else_body", "handlers", "finally_body", "bodies", "func", "items")

Place = tuple[int, int]  # line from 1 and column from 0, the same in mypy and in ast


class Sight:
    """Makes one build keep what is asked of it, and tells it afterwards."""

    _manager: Any
    _added: frozenset[str]
    _checks_all: bool

    def watch(self, manager: Any) -> None:
        """Prepare; what mypy says and does but for the further messages stays the same.

        Args:
            manager: mypy's, before the program is added to its build.
        """
        options = manager.options
        self._manager = manager
        own = {code.code for code in options.enabled_error_codes}
        if options.warn_unreachable:
            own.add("unreachable")
        self._added = _CODES - own
        # Without this option, a user's choice, mypy leaves out bodies that hide nothing.
        self._checks_all = bool(options.check_untyped_defs)
        options.export_types = options.preserve_asts = True
        options.warn_unreachable = True
        options.enabled_error_codes = {*options.enabled_error_codes, errorcodes.REDUNDANT_EXPR}

    def told(self, messages: Iterable[str], tree: Any) -> tuple[list[str], str]:
        """Mypy's messages as they are without this, and a line that says what it did not see.

        Args:
            messages: all of them, as JSON.
            tree: mypy's tree of the program after the check; None where it could not be checked.

        Returns:
            The messages, and "" or ``{"unseen": statements and operations not checked, "any": names
            in annotations that mean typing.Any, "untyped": functions with an annotation that is Any
            in another way, "cast": calls of typing.cast under whichever name, "wide": places where
            functions are as wide as `object`}``.
        """
        plain, dead = [], []
        for message in messages:
            read: dict[str, Any] = json.loads(message) if message.startswith("{") else {}
            if read.get("code") in _CODES:
                dead.append(read)
            if read.get("code") not in self._added:
                plain.append(message)
        if tree is None:
            return plain, ""
        try:
            # As the program is run: from text, whatever encoding it names.
            program = ast.parse(Path(tree.path).read_text("utf-8-sig", errors="replace"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return plain, ""  # Python cannot run it either
        return plain, json.dumps(self._facts(tree, program, dead))

    def _facts(self, tree: Any, program: ast.Module, dead: list[dict[str, Any]]) -> dict[str, Any]:
        names = _Names(tree, program)
        explicit, untyped = 0, 0
        for node in _annotated(tree):
            if hasattr(node, "lvalues"):
                explicit += names.kinds(node.unanalyzed_type, node.type).count("any")
            elif hasattr(node, "arguments"):
                kinds = [kind for pair in _signature(node) for kind in names.kinds(*pair)]
                explicit += kinds.count("any")
                untyped += "untyped" in kinds
        unseen = 0
        if self._checks_all:
            seen = {(part.line, part.column) for part in self._manager.all_types}
            unseen = _unseen(program, seen, dead)
        # Modules that were read beside the program have casts as well, at places of their own.
        casts = {(e.line, e.column) for e in self._manager.all_types if isinstance(e, CastExpr)}
        calls = {(e.lineno, e.col_offset) for e in ast.walk(program) if isinstance(e, ast.Call)}
        return {
            "unseen": unseen,
            "any": explicit,
            "untyped": untyped,
            "cast": len(casts & calls),
            "wide": wide_places(
                tree, self._manager.modules["builtins"].names["object"].node, names.aliases
            ),
        }


def _annotated(node: Any) -> Iterator[Any]:
    """Every function and assignment of mypy's tree with an annotation, nested ones included."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
            continue
        if getattr(node, "unanalyzed_type", None) is not None:
            yield node
        pending += [part for name in _PARTS if (part := getattr(node, name, None)) is not None]


def _signature(function: Any) -> Iterator[tuple[Any, Any]]:
    """For each annotation of a function: as written, and as meant."""
    written, meant = function.unanalyzed_type, function.type
    if hasattr(written, "arg_types") and hasattr(meant, "arg_types"):
        yield from zip(written.arg_types, meant.arg_types, strict=False)
        yield written.ret_type, meant.ret_type


class _Names:
    """What the names in a program's annotations mean to mypy.

    Attributes:
        aliases: for each name that the module assigns, the names in what it assigns.
    """

    def __init__(self, tree: Any, program: ast.Module) -> None:
        self._tree = tree
        self.aliases = {
            name: list(_mentioned(node.value))
            for node in program.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            for name in _mentioned(target)
        }

    def kinds(self, written: Any, meant: Any) -> list[str]:
        """For each name in one annotation, what it means (`_kind`).

        A name is followed through the module; where none is found there that matters (it may be a
        function's own), the annotation's whole meaning decides. So what a library's own types hold
        (the shape of an ``NDArray``, the values of a bare ``Series``) is no business of a program.
        """
        kinds = [self._kind(name) for name in _names(written)]
        return kinds if any(kinds) or not kinds else [_kind_of_type(meant)]

    def _kind(self, name: str, within: frozenset[str] = frozenset()) -> str:
        """Whether a name means typing.Any ("any"), is Any in another way ("untyped"), or neither.

        Args:
            name: with dots.
            within: aliases that lead to it.
        """
        node = self._tree
        for part in name.split("."):
            names = getattr(node, "names", None)
            if names is None:
                break  # a part of what has no types
            symbol = names.get(part)
            node = symbol.node if symbol is not None else None
        if node is None or node is self._tree:
            return ""
        if getattr(node, "fullname", "") == "typing.Any":
            return "any"
        if hasattr(node, "target"):  # an alias
            if _is_any(node.target):
                return "untyped" if _is_unimported(node.target) else "any"
            inside = [] if name in within else self.aliases.get(name, [])
            kinds = [self._kind(inner, within | {name}) for inner in inside]
            return "any" if "any" in kinds else max(kinds, default="")
        if hasattr(node, "upper_bound"):  # a type variable
            choices = getattr(node, "values", ())  # of functions' and tuples' there are none
            return max(_kind_of_type(bound) for bound in (node.upper_bound, *choices))
        is_any = getattr(node, "fallback_to_any", False) or _is_any(getattr(node, "type", None))
        return "untyped" if is_any else ""


def _mentioned(expression: ast.AST) -> Iterator[str]:
    """Names in an expression, with their attributes, and in its texts."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Name | ast.Attribute):
            yield _dotted(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"[^\W\d][\w.]*", node.value[:1000])


def _dotted(node: ast.AST) -> str:
    """``module.name`` of a name with its attributes; "" of attributes of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    head = _dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{head}.{node.attr}" if isinstance(node, ast.Attribute) and head else ""


def _returned(annotation: ast.expr | None) -> frozenset[str]:
    """The types that a function may return, in small letters and without what is in them."""
    if isinstance(annotation, ast.BinOp):
        return _returned(annotation.left) | _returned(annotation.right)
    if isinstance(annotation, ast.Subscript):
        kinds = _returned(annotation.value)
        return _returned(annotation.slice) | {"none"} if kinds == {"optional"} else kinds
    if isinstance(annotation, ast.Constant):
        return frozenset({str(annotation.value).partition("[")[0].lower()})
    name = "" if annotation is None else _dotted(annotation)
    return frozenset({name.rpartition(".")[2].lower()})


def _names(written: Any) -> Iterator[str]:
    """Every name in an annotation as it was written, quoted ones included."""
    pending = [written]
    while pending:
        part = pending.pop()
        if isinstance(part, UnboundType):
            yield part.name
        for field in ("args", "items", "typ"):
            inner = getattr(part, field, ())
            pending += inner if isinstance(inner, list | tuple) else [inner]


def _kind_of_type(meant: Any) -> str:
    """The same of a type as mypy understands it; a union is what one of its items is."""
    meant = get_proper_type(meant)
    if _is_any(meant):
        return "untyped" if _is_unimported(meant) else "any"
    if isinstance(meant, UnionType):
        return max((_kind_of_type(item) for item in meant.items), default="")
    return "untyped" if isinstance(meant, Instance) and meant.type.fallback_to_any else ""


def _is_any(meant: Any) -> bool:
    return isinstance(get_proper_type(meant), AnyType)


def _is_unimported(meant: Any) -> bool:
    other = (TypeOfAny.from_unimported_type, TypeOfAny.from_error, TypeOfAny.unannotated)
    return getattr(get_proper_type(meant), "type_of_any", None) in other


def _unseen(tree: ast.AST, seen: set[Place], said: list[dict[str, Any]]) -> int:
    """Statements that mypy has not checked, and operations in them: each could be wrong once."""
    dead = {(item["line"], item["column"]): str(item["message"]) for item in said}
    count = 0
    pending: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while pending:
        node, returns = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            returns = _returned(node.returns)
        pending += [(child, returns) for child in ast.iter_child_nodes(node)]
        if isinstance(node, ast.stmt):
            own = list(_own(node))
            places = {(part.lineno, part.col_offset) for part in own if isinstance(part, ast.expr)}
            if own and ((node.lineno, node.col_offset) in dead or not places & seen):
                count += _cost(node, own, returns)
        for part in _apart(node):
            inside = [one for one in ast.walk(part) if isinstance(one, ast.expr)]
            if not {(one.lineno, one.col_offset) for one in inside} & seen:
                count += _size(part) * any(isinstance(one, ast.Call) for one in inside)
        if isinstance(node, ast.BoolOp):
            for number, value in enumerate(node.values):
                if "ight operand" in dead.get((value.lineno, value.col_offset), ""):
                    count += sum(map(_size, node.values[number:]))
                    break
        elif isinstance(node, ast.IfExp):
            message = dead.get((node.test.lineno, node.test.col_offset), "")
            if message.startswith("If condition is always"):
                count += _size(node.orelse if message.endswith("true") else node.body)
    return count


def _cost(statement: ast.stmt, own: list[Any], returns: frozenset[str]) -> int:
    """What could be wrong in a statement; nothing in the usual ways to refuse an odd argument."""
    operations = sum(isinstance(part, _OPERATIONS) for part in own)
    if isinstance(statement, ast.Delete) and all(map(_is_plain_target, statement.targets)):
        return 0
    if isinstance(statement, ast.Raise) and operations <= _RAISING and _only_reports(statement):
        return 0
    if isinstance(statement, ast.Return) and len(own) == 1:
        kind = type(own[0]).__name__.lower()
        if isinstance(own[0], ast.Constant):
            kind = type(own[0].value).__name__.removesuffix("Type")
        kinds = ("float", "int") if kind == "int" else (kind,)
        if returns & {name.lower() for name in kinds}:
            return 0
    return 1 + operations


def _is_plain_target(target: ast.expr) -> bool:
    """Whether a `del` takes away a name, or what stands under a name or constant in one."""
    parts = [target.value, target.slice] if isinstance(target, ast.Subscript) else [target]
    return all(isinstance(part, ast.Name | ast.Constant) for part in parts)


def _only_reports(statement: ast.Raise) -> bool:
    """Whether a `raise` makes one exception of what it names, and works nothing out."""
    error = statement.exc
    made = [error.func, *error.args] if isinstance(error, ast.Call) else [error]
    made += [keyword.value for keyword in getattr(error, "keywords", ())]
    return all(part is None or _is_told(part) for part in [*made, statement.cause])


def _is_told(node: ast.expr) -> bool:
    """Whether an expression only quotes: names, texts, ``{type(x).__name__}``, ``"%s" % x``."""
    parts: list[ast.expr]
    match node:
        case ast.Name() | ast.Constant():
            parts = []
        case ast.Attribute(value=value):
            parts = [value]
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts):
            pass
        case ast.FormattedValue(value=value, format_spec=spec):
            parts = [value, *([spec] if spec else [])]
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=value):
            parts = [value]
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format")):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        case ast.Call(func=ast.Name(id=name), args=[ast.Name()], keywords=[]):
            return name in _TELLING
        case _:
            return False
    return all(map(_is_told, parts))


def _apart(node: ast.AST) -> list[ast.expr]:
    """What is worked out beside a statement's own expressions; live, mypy gives each a type."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            return [*node.decorator_list, *(one for one in defaults if one is not None)]
        case ast.ClassDef():
            return [*node.decorator_list, *(keyword.value for keyword in node.keywords)]
        case ast.ExceptHandler(type=ast.expr() as part) | ast.match_case(guard=ast.expr() as part):
            return [part]
    return []


def _size(node: ast.AST) -> int:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return 0  # honest: ``0.0 if pd.isna(mean) else mean``, which the stubs take for dead
    return 1 + sum(isinstance(part, _OPERATIONS) for part in ast.walk(node))


def _own(statement: ast.stmt) -> Iterator[Any]:
    """The expressions of a statement that mypy would check, those of statements in it left out."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import):
        return
    pending: list[ast.AST] = [
        child
        for child in ast.iter_child_nodes(statement)
        if isinstance(child, ast.expr | ast.withitem)
    ]
    if isinstance(statement, ast.AnnAssign):
        pending = [statement.value] if statement.value is not None else []
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return  # a docstring, or "..."
    while pending:
        node = pending.pop()
        if isinstance(node, ast.expr | ast.comprehension):
            yield node
        pending += ast.iter_child_nodes(node)
