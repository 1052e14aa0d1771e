"""The Python file of a user's own task: the reference, and the functions that draw its inputs.

One file holds both, so the reference's program is cut out of it: without the functions of `PARTS`
and the ``mistake_...`` functions, and without the imports that only they use. The cut goes by whole
lines, so that comments stay where they are.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from parelha.tasks.compare import one_line
from parelha.tasks.references import names_of

PARTS = {"ordinary": "rng, size", "edges": "rng", "oracle": "the same as the reference"}
MISTAKE = "mistake_"


class SourceError(ValueError):
    """The Python file is not well made; the text says what is wrong, in one line."""


@dataclass(frozen=True)
class Source:
    """A Python file taken apart.

    Attributes:
        reference: the reference's own program.
        signature: the reference's head on one line.
        functions: those of `PARTS` that are there; ``ordinary`` and ``edges`` always are.
        wrong_answers: name and program of each ``mistake_...`` function, under the reference's
            name.
    """

    reference: str
    signature: str
    functions: dict[str, Callable[..., Any]]
    wrong_answers: tuple[tuple[str, str], ...]


def read_source(text: str, entry_point: str) -> Source:
    """Take a task's Python file apart and run it once for its functions.

    Raises:
        SourceError: it is no Python, fails, or lacks a function.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise SourceError(f"no valid Python: {one_line(str(error))}") from None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in (entry_point, "ordinary", "edges"):
        if name not in functions:
            raise SourceError(f"it defines no function {name}")
    head = functions[entry_point].args
    if head.vararg or head.kwarg or head.kwonlyargs or head.posonlyargs or head.defaults:
        raise SourceError(f"{entry_point} must have plain parameters without defaults")
    try:
        namespace = names_of(text, entry_point)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() and its like, too, end this task alone
        raise SourceError(f"it does not run: {type(error).__name__}: {error}") from error
    mistakes = [name for name in functions if name.startswith(MISTAKE)]
    left_out = {name for name in functions if name in PARTS or name in mistakes}
    return Source(
        reference=_without(text, tree, left_out),
        signature=_signature(functions[entry_point]),
        functions={n: _never_exits(namespace[n], n) for n in PARTS if n in functions},
        wrong_answers=tuple(
            (name, _with_mistake(text, tree, functions, entry_point, name)) for name in mistakes
        ),
    )


def _never_exits(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, whose `sys.exit()` is a fault of its own and not the end of the run."""

    @wraps(function)
    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except SystemExit:
            raise SourceError(f"{name} ends the process (sys.exit)") from None

    return call


def _signature(function: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {function.name}({ast.unparse(function.args)}){returns}:"


def _with_mistake(
    text: str, tree: ast.Module, functions: dict[str, ast.FunctionDef], entry: str, mistake: str
) -> str:
    """The program in which a wrong answer stands under the reference's name."""
    left_out = {n for n in functions if n in PARTS or n.startswith(MISTAKE) or n == entry}
    program = _without(text, tree, left_out - {mistake})
    return f"{program.rstrip()}\n\n\n{entry} = {mistake}\n"


def _without(text: str, tree: ast.Module, left_out: set[str]) -> str:
    """The file's text without some functions, and without the imports that nothing else uses."""
    kept = [node for node in tree.body if getattr(node, "name", None) not in left_out]
    imports = [node for node in kept if isinstance(node, ast.Import | ast.ImportFrom)]
    used = {
        name.id
        for node in kept
        if node not in imports
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }
    gone = [node for node in tree.body if node not in kept]
    gone += [node for node in imports if not _is_future(node) and not used & _names(node)]
    lines: list[str | None] = list(text.splitlines())
    for node in gone:
        decorators = getattr(node, "decorator_list", [])
        first = min(part.lineno for part in (node, *decorators))
        last = node.end_lineno or first
        for place in range(first - 1, last):
            lines[place] = None
    return _tidy([line for line in lines if line is not None])


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _names(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}


def _tidy(lines: list[str]) -> str:
    """No more blank lines in a row than Flake8 allows, and none at the end."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or kept[-2:] != ["", ""]:
            kept.append(line.rstrip())
    return "\n".join(kept).strip("\n") + "\n"
