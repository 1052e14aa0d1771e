"""Counts on a program's syntax tree, never on its text: strings and comments pay nothing."""

import ast
import re
import tokenize
from collections.abc import Iterator, Mapping
from itertools import repeat

from parelha.analysis.complexity import complexity
from parelha.analysis.parsing import parse
from parelha.analysis.suppressions import has_foreign_codec, neutralise, read_tokens
from parelha.types import Structure

_CHECKER_CONSTANTS = frozenset({"TYPE_CHECKING", "MYPY", "PY2", "PY3"})
_DYNAMIC_NAMES = frozenset({"exec", "eval", "compile", "__import__", "__builtins__", "builtins"})
_DYNAMIC_CALLS = frozenset(
    {
        ("importlib", "import_module"),
        ("importlib", "__import__"),
        ("runpy", "run_path"),
        ("runpy", "run_module"),
        ("types", "FunctionType"),
        ("types", "CodeType"),
        ("marshal", "loads"),
        ("pickle", "loads"),
        ("base64", "b64decode"),
        ("base64", "b32decode"),
        ("base64", "b16decode"),
        ("base64", "a85decode"),
        ("base64", "b85decode"),
        ("codecs", "decode"),
        # They evaluate text, and subscripts of a class of the program's own call what it likes.
        ("typing", "get_type_hints"),
        ("typing", "ForwardRef"),
        ("inspect", "get_annotations"),
        ("zlib", "decompress"),
    }
)
# They change memory, or make code of text, without a name above.
_DYNAMIC_MODULES = frozenset({"ctypes", "_ctypes", "codeop"})
_MEMORY = frozenset({"__array_interface__", "__array_struct__"})
_TYPING_MODULES = frozenset({"typing", "typing_extensions"})
_LAYOUT_TOKENS = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)
# Two letters or more; one character of a script that puts no spaces between words.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_]{2,}")
_GIVE_FUNCTIONS = frozenset(
    {"partial", "partialmethod", "cache", "lru_cache", "cached_property", "staticmethod"}
    | {"classmethod", "property", "singledispatch", "setattr", "wraps", "update_wrapper"}
)
_UNIONS = frozenset({"Union", "Optional", "Annotated"})
_MANY_PARAMETERS = 20
_LEAVES = ast.Return | ast.Raise | ast.Break | ast.Continue

Function = ast.FunctionDef | ast.AsyncFunctionDef


def structure(source: str, sight: Mapping[str, int] | None = None) -> Structure:
    """Count what the program is made of.

    Args:
        source: any text.
        sight: what mypy alone can know (`_mypy_sight`); none where it did not get so far. An Any or
            a cast under another name is a suppression as they themselves are; a function with an
            annotation that is Any in another way (a class of a library without types, a mock) is
            not annotated, as mypy checks no more of it.

    Returns:
        The counts; ``Structure()`` for text that does not parse.
    """
    tree = parse(source)
    if tree is None:
        return Structure()
    nodes = list(ast.walk(tree))
    methods = {
        item
        for node in nodes
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, Function)
    }
    functions = [node for node in nodes if isinstance(node, Function)]
    kinds = (Function, ast.Import | ast.ImportFrom, ast.Return, ast.If, ast.For | ast.AsyncFor)
    origins = origins_of(nodes)
    cyclomatic, cognitive = complexity(source)
    anys, hidden, seen = _anys(nodes, origins), 0, sight or {}
    if sight:
        hidden = max(0, sight["any"] - anys)
        hidden += max(0, sight["cast"] - _named(nodes, origins, "cast"))
    annotated = sum(_annotated(node, node in methods) for node in functions)
    return Structure(
        functions=len(functions),
        documented=sum(_documented(f) or is_stub(f, origins) for f in functions),
        annotated=max(0, annotated - seen.get("untyped", 0)),
        returning=sum(_returning(node) for node in functions),
        keywords=sum(any(isinstance(node, kind) for node in nodes) for kind in kinds),
        suppressions=neutralise(source)[1] + _suppressing(nodes, origins) + anys + hidden,
        dynamic=_dynamic(nodes, origins) + has_foreign_codec(source),
        lines=len(_code_lines(source, nodes)),
        cyclomatic=cyclomatic,
        cognitive=cognitive,
        unreachable=_unreachable(nodes),
        lambdas=_helpers(nodes),
        untyped=seen.get("untyped", 0),
        unseen=seen.get("unseen", 0),
    )


def _documented(function: Function) -> bool:
    """Whether a docstring says something: two words, and not both from the function's own name.

    "." and "TODO" satisfy every linter.
    """
    words = {word.lower() for word in _WORD.findall(ast.get_docstring(function) or "")}
    return len(words) > 1 and any(word not in function.name.lower() for word in words)


def is_stub(function: ast.stmt, origins: dict[str, tuple[str, str]]) -> bool:
    """Whether a function is an ``@overload`` of the one that follows: it has no body of its own."""
    meanings = (_meaning(one, origins) for one in getattr(function, "decorator_list", ()))
    return any(module in _TYPING_MODULES and name == "overload" for module, name in meanings)


def _helpers(nodes: list[ast.AST]) -> int:
    """Lambdas that stand for a function: kept under a name, in a table, called or returned.

    One that is handed to a call (``key=lambda row: row[0]``) is what lambdas are for, unless the
    call gives a function back.
    """
    handed = {
        id(part)
        for node in nodes
        if isinstance(node, ast.Call) and _last_name(node.func) not in _GIVE_FUNCTIONS
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]
        for part in _literal_parts(argument)
    }
    return sum(isinstance(node, ast.Lambda) and id(node) not in handed for node in nodes)


def _last_name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _literal_parts(argument: ast.expr) -> Iterator[ast.expr]:
    """An argument, and what stands in it as in pandas' ``agg(width=("x", lambda s: ...))``."""
    pending = [argument]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.Tuple | ast.List):
            pending += node.elts
        elif isinstance(node, ast.Dict):
            pending += node.values
        elif isinstance(node, ast.IfExp):
            pending += [node.body, node.orelse]


def _unreachable(nodes: list[ast.AST]) -> int:
    """Pieces that can never run: what follows a return and its like, branches never taken."""
    count = 0
    for node in nodes:
        for block in (getattr(node, field, None) for field in ("body", "orelse", "finalbody")):
            if isinstance(block, list):  # the body of a lambda is an expression
                count += any(isinstance(item, _LEAVES) for item in block[:-1])
        if isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Constant):
            count += not node.test.value or bool(node.orelse)
    return count


def _annotated(function: Function, is_method: bool) -> bool:
    """Whether every parameter and the return are annotated; self and cls need not be."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    static = any(
        isinstance(decorator, ast.Name) and decorator.id == "staticmethod"
        for decorator in function.decorator_list
    )
    if is_method and not static:
        positional = positional[1:]
    named = [*positional, *arguments.kwonlyargs]
    named += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    return function.returns is not None and all(item.annotation is not None for item in named)


def widened(source: str, signature: str, entry_point: str) -> bool:
    """Whether the function that a task calls takes or gives `object` where the task names a type.

    Whatever comes is an `object`, and mypy finds nothing wrong with what an ``isinstance`` makes of
    it. The same are a union with it, an alias of it, a type variable without a bound, `Hashable`
    and a protocol that asks for nothing.

    Args:
        source: any text.
        signature: the task's, one line.
        entry_point: the function's name.
    """
    tree, head = parse(source), parse(f"{signature}\n    ...")
    own, asked = (_function_named(entry_point, one) for one in (tree, head))
    if tree is None or own is None or asked is None:
        return False
    names = {"object", "Hashable"} | {
        node.name for node in tree.body if isinstance(node, ast.ClassDef) and _asks_nothing(node)
    }
    # From Python 3.12 on a function may name type variables of its own: `def f[T](values: T)`.
    names |= {one.name for one in getattr(own, "type_params", ()) if one.bound is None}
    for statement in tree.body:
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        value = getattr(statement, "value", None)
        if value is not None and (_is_wide(value, names) or _is_unbound(value)):
            names |= {one.id for one in targets if isinstance(one, ast.Name)}
    return any(
        mine is not None
        and theirs is not None
        # Where the task itself asks for anything, it is no other type.
        and _is_wide(mine, names)
        and not _is_wide(theirs, {"object", "Hashable", "Any"})
        for mine, theirs in zip(_types_by_place(own), _types_by_place(asked), strict=False)
    )


def _function_named(name: str, tree: ast.Module | None) -> Function | None:
    """The last function of a module that a name stands for, under another name too."""
    for statement in reversed(tree.body if tree else []):
        if isinstance(statement, Function) and statement.name == name:
            return statement
        targets = getattr(statement, "targets", ())
        value = getattr(statement, "value", None)
        if isinstance(value, ast.Name) and name in {getattr(one, "id", "") for one in targets}:
            name = value.id
    return None


def _types_by_place(function: Function) -> Iterator[ast.expr | None]:
    """The annotations of the return and of each parameter; a starred one stands for many."""
    arguments = function.args
    yield function.returns
    yield from (one.annotation for one in [*arguments.posonlyargs, *arguments.args])
    if arguments.vararg is not None:
        yield from repeat(arguments.vararg.annotation, _MANY_PARAMETERS)


def _is_wide(annotation: ast.expr, names: set[str]) -> bool:
    """Whether an annotation is one of the names, or a union with one; quoted ones too."""
    pending = [annotation]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.BinOp):
            pending += [node.left, node.right]
        elif isinstance(node, ast.Subscript) and _last_name(node.value) in _UNIONS:
            pending += getattr(node.slice, "elts", [node.slice])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            quoted = parse(node.value.strip()) or ast.Module([], [])
            pending += [one.value for one in quoted.body if isinstance(one, ast.Expr)]
        elif _last_name(node) in names:
            return True
    return False


def _is_unbound(value: ast.expr) -> bool:
    """Whether an expression makes a type variable that stands for any type."""
    if not isinstance(value, ast.Call) or _last_name(value.func) != "TypeVar":
        return False
    return len(value.args) == 1 and "bound" not in {keyword.arg for keyword in value.keywords}


def _asks_nothing(node: ast.ClassDef) -> bool:
    """Whether a class is a protocol without any member, which everything has."""
    # Not `ast.unparse`: it raises at numbers and depths that a program may have.
    bases = {_last_name(b.value if isinstance(b, ast.Subscript) else b) for b in node.bases}
    return bases == {"Protocol"} and all(isinstance(one, ast.Expr | ast.Pass) for one in node.body)


def _returning(function: Function) -> bool:
    """Whether the function itself, not one nested in it, returns a value or yields."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.Return) and not _is_none(node.value):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(node))
    return False


def _is_none(value: ast.expr | None) -> bool:
    """Whether a `return` carries nothing: no value, or a literal None."""
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def origins_of(nodes: list[ast.AST]) -> dict[str, tuple[str, str]]:
    """What imported names stand for: ``{"A": ("typing", "Any"), "t": ("typing", "")}``."""
    origins: dict[str, tuple[str, str]] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                origins[alias.asname or alias.name] = (node.module, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                origins[alias.asname or alias.name.split(".")[0]] = (alias.name, "")
    return origins


def _meaning(node: ast.AST, origins: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """(module, name) of a name or of an attribute of a module; ("", name) for a plain name."""
    if isinstance(node, ast.Name):
        return origins.get(node.id, ("", node.id))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module, name = origins.get(node.value.id, ("", ""))
        if module and not name:
            return module, node.attr
    return "", ""


def _suppressing(nodes: list[ast.AST], origins: dict[str, tuple[str, str]]) -> int:
    """Uses of cast and no_type_check, and conditions that only a type checker decides."""
    count = _named(nodes, origins, "cast") + _named(nodes, origins, "no_type_check")
    honest = {
        id(node.test) for node in nodes if isinstance(node, ast.If) and _guards_imports_only(node)
    }
    for node in nodes:
        module, name = _meaning(node, origins)
        if name in _CHECKER_CONSTANTS and module in {"", *_TYPING_MODULES}:
            count += id(node) not in honest
        elif module == "sys" and name in {"platform", "version_info"}:
            count += 1  # mypy skips the branch that another platform or version would take
    return count


def _named(nodes: list[ast.AST], origins: dict[str, tuple[str, str]], wanted: str) -> int:
    """Mentions of a name of typing."""
    meanings = (_meaning(node, origins) for node in nodes)
    return sum(module in _TYPING_MODULES and name == wanted for module, name in meanings)


def _anys(nodes: list[ast.AST], origins: dict[str, tuple[str, str]]) -> int:
    """Mentions of Any by its own name, quoted ones in annotations included."""
    count = _named(nodes, origins, "Any")
    for node in nodes:
        for part in annotation_parts(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                count += part.value.strip() in {"Any", "typing.Any"}
    return count


def annotation_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Every node of the annotations that stand at this one."""
    for field in ("annotation", "returns"):
        annotation = getattr(node, field, None)
        if annotation is not None:
            yield from ast.walk(annotation)


def _guards_imports_only(node: ast.If) -> bool:
    """Whether an `if` is the usual ``if TYPE_CHECKING:`` around imports, and nothing else."""
    return not node.orelse and all(
        isinstance(item, ast.Import | ast.ImportFrom) for item in node.body
    )


def _dynamic(nodes: list[ast.AST], origins: dict[str, tuple[str, str]]) -> int:
    """Names through which a program runs or imports what no linter can see."""
    count = 0
    for node in nodes:
        module, name = _meaning(node, origins)
        count += getattr(node, "id", getattr(node, "name", getattr(node, "attr", ""))) in _MEMORY
        count += module.partition(".")[0] in _DYNAMIC_MODULES
        if isinstance(node, ast.Name):
            count += not module and name in _DYNAMIC_NAMES
            count += module == "builtins" or (module, name) in _DYNAMIC_CALLS
        elif isinstance(node, ast.Attribute):
            count += (module, name) in _DYNAMIC_CALLS
            count += node.attr in {"__builtins__", "__subclasses__", "__globals__"}
    return count


def _code_lines(source: str, nodes: list[ast.AST]) -> set[int]:
    """Numbers of the lines that hold code; strings that stand alone (docstrings) do not."""
    lines: set[int] = set()
    try:
        for token in read_tokens(source):
            if token.type not in _LAYOUT_TOKENS:
                lines.update(range(token.start[0], token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError, ValueError):
        lines = {number for number, line in enumerate(source.split("\n"), 1) if line.strip()}
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines
