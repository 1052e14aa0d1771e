"""The Python file of a problem: its references, and the functions that draw its inputs.

One file holds all levels. What carries ``_level_N`` at the end of its name belongs to level N and
replaces, from there on, what the level below has; edges are added to those below. A reference's
program is cut out of the file: what it uses, by name, and nothing else. The cut goes by whole
lines, so that comments stay where they are.
"""

# Exact types on purpose: a named tuple is no tuple of arguments.
# pylint: disable=unidiomatic-typecheck

import ast
import gc
import re
import symtable
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from random import Random
from typing import Any

from parelha.tasks.compare import one_line
from parelha.tasks.draws import Args, Edges, Ordinary
from parelha.tasks.references import names_of, package_of
from parelha.tasks.rename import free_name, renamed

PARTS = {"ordinary": "rng, size", "edges": "rng", "oracle": "the same as the reference"}
MISTAKE = "mistake_"
MAX_LINE = 79  # Flake8's default, by which references are judged

_OF_LEVEL = re.compile(r"(?P<part>.+)_level_(?P<level>\d)")


class SourceError(ValueError):
    """The Python file is not well made; the text says what is wrong, in one line."""


@dataclass(frozen=True)
class Source:
    """A Python file taken apart, as one level has it.

    Attributes:
        reference: the reference's own program, right and lint-clean.
        signature: the reference's head on one typed line.
        ordinary: ``ordinary(rng, size)`` draws one plain input of about `size` elements.
        edges: ``edges(rng)`` draws those at the limits of this level and of those below.
        oracle: an independent computation of the answer (scipy, scikit-learn, pandas ...) which
            returns NotImplemented where its source does not say what the statement says.
    """

    reference: str
    signature: str
    ordinary: Ordinary
    edges: Edges
    oracle: Callable[..., Any] | None = None


def read_source(
    text: str, entry_point: str, levels: Iterable[int] = (1,), folder: Path | None = None
) -> dict[int, Source]:
    """Take a problem's Python file apart and run it once for its functions.

    Raises:
        SourceError: it is no Python, fails, or lacks a function.
    """
    try:
        file = _File(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise SourceError(f"no valid Python: {one_line(str(error))}") from None
    first, *above = sorted(levels)
    for name in (entry_point, "ordinary", "edges"):
        if name not in file.definitions or (name == entry_point and not file.function(name)):
            raise SourceError(f"it defines no function {name}")
    for name in file.definitions:
        match = _OF_LEVEL.fullmatch(name)
        kinds = (entry_point, *PARTS)
        ours = match and (match["part"] in kinds or name.startswith(MISTAKE))
        if match and ours and int(match["level"]) not in above:
            raise SourceError(f"{name}: there is no level {match['level']} above another")
    for name in (one for one in file.definitions if one.startswith(MISTAKE)):
        if file.function(name) and _looks_beside(file.program(name)):
            raise SourceError(f"{name} uses another file, but a program is one file")
    try:
        namespace = names_of(text, entry_point, package_of(folder) if folder else "")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() and its like, too, end this task alone
        raise SourceError(f"it does not run: {type(error).__name__}: {error}") from error
    return {
        level: _at_level(file, namespace, entry_point, [first, *(n for n in above if n <= level)])
        for level in (first, *above)
    }


def _at_level(
    file: "_File", namespace: dict[str, Any], entry_point: str, levels: list[int]
) -> Source:
    """The file as the last of some levels has it."""

    def newest(part: str) -> str:
        """What a part is called here: the name it was given last."""
        names = [part, *(f"{part}_level_{level}" for level in levels[1:])]
        return [name for name in names if name in file.definitions or name == part][-1]

    def function(name: str) -> Callable[..., Any]:
        return _never_exits(namespace[name], name)

    reference = newest(entry_point)
    head = file.function(reference)
    if head is None:
        raise SourceError(f"{reference} is no function")
    kinds = head.args
    if kinds.vararg or kinds.kwarg or kinds.kwonlyargs or kinds.posonlyargs or kinds.defaults:
        raise SourceError(f"{reference} must have plain parameters without defaults")
    edges = ["edges", *(f"edges_level_{level}" for level in levels[1:])]
    program = file.program(reference)
    if re.search(r"^\s*from \.", program, re.MULTILINE) and _looks_beside(program):
        raise SourceError(f"{reference} uses another file, but a program is one file")
    returns = f" -> {ast.unparse(head.returns)}" if head.returns else ""
    oracle = newest("oracle")
    return Source(
        reference=_under_its_name(program, reference, entry_point),
        signature=f"def {entry_point}({ast.unparse(head.args)}){returns}:",
        ordinary=_ordinary(function(newest("ordinary"))),
        edges=_edges([function(name) for name in edges if name in file.definitions]),
        oracle=function(oracle) if oracle in file.definitions else None,
    )


def wrong_answers(text: str, entry_point: str, level: int | None) -> tuple[tuple[str, str], ...]:
    """Return a level's ``mistake_...`` functions as programs, under the reference's name.

    The level None is the lowest.
    """
    file = _File(text)
    found = []
    for name in file.mistakes(level):
        program = file.program(name).rstrip()
        # One that calls the reference must not find itself under that name.
        program = renamed(program, entry_point, free_name(program, entry_point))
        found.append((name, f"{program}\n\n\n{entry_point} = {name}\n"))
    return tuple(found)


def _under_its_name(program: str, reference: str, entry_point: str) -> str:
    """The program of a level's reference, under the name of the function asked for."""
    if reference == entry_point:
        return program
    # It may call the reference of the lowest level, which has that name in the file.
    program = renamed(program, entry_point, free_name(program, entry_point))
    try:
        return renamed(program, reference, entry_point)
    except ValueError as error:
        raise SourceError(str(error)) from None


# --- what draws inputs -------------------------------------------------------------------------


def _never_exits(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function, whose `sys.exit()` is a fault of its own and not the end of the run."""
    if not callable(function):
        raise SourceError(f"{name} is no function")

    @wraps(function)
    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except SystemExit:
            raise SourceError(f"{name} ends the process (sys.exit)") from None

    return call


def _ordinary(draw: Callable[..., Any]) -> Ordinary:
    def ordinary(rng: Random, size: int) -> Args:
        args: Any = draw(rng, size)
        if type(args) is not tuple:
            raise SourceError(f"ordinary({PARTS['ordinary']}) must return a tuple of arguments")
        return args

    return ordinary


def _edges(draws: list[Callable[..., Any]]) -> Edges:
    def edges(rng: Random) -> list[Args]:
        found: list[Args] = []
        for draw in draws:
            inputs: Any = draw(rng)
            if type(inputs) is not list or not all(type(args) is tuple for args in inputs):
                raise SourceError(
                    f"edges({PARTS['edges']}) must return a list of tuples of arguments"
                )
            found += inputs
        return found

    return edges


# --- programs out of the file ------------------------------------------------------------------


@contextmanager
def _no_collection() -> Iterator[None]:
    """The collector would look at the nodes of a tree again and again while it is made."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


class _Statement:
    """A statement at the top of a file: its lines, and the names that it gives a meaning."""

    def __init__(self, node: ast.stmt) -> None:
        self.node = node
        decorators = getattr(node, "decorator_list", ())
        self.first = min([node.lineno, *(part.lineno for part in decorators)]) - 1
        self.last = node.end_lineno or node.lineno
        self.defined = _defined(node)
        self.is_import = isinstance(node, ast.Import | ast.ImportFrom)


class _File:
    """A Python file by its statements.

    Attributes:
        definitions: the statements that give a name its meaning: functions, classes, assignments.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")  # as Python does
        with _no_collection():
            self._statements = [_Statement(node) for node in ast.parse(text).body]
        self._uses: dict[_Statement, set[str]] = {}
        self.definitions: dict[str, list[_Statement]] = {}
        for statement in self._statements:
            for name in statement.defined:
                self.definitions.setdefault(name, []).append(statement)

    def function(self, name: str) -> ast.FunctionDef | None:
        """The function of a name that stands here, if it is one."""
        found = self.definitions.get(name)
        node = found[-1].node if found else None
        return node if isinstance(node, ast.FunctionDef) else None

    def mistakes(self, level: int | None) -> list[str]:
        """Names of the wrong answers to a level; None is the lowest."""
        names = [name for name in self.definitions if name.startswith(MISTAKE)]
        matches = {name: _OF_LEVEL.fullmatch(name) for name in names}
        return [n for n, m in matches.items() if (int(m["level"]) if m else None) == level]

    def program(self, wanted: str) -> str:
        """The file's text without what the function of this name does not use.

        Kept are also statements that define nothing (an assertion, a conditional import).
        """
        kept = [s for s in self._statements if not s.defined and not s.is_import]
        kept += self.definitions[wanted]
        used: set[str] = set()
        for statement in kept:  # grows while it is walked through
            names = self._used(statement)
            if not statement.defined:  # as under ``if __name__ == "__main__"``
                names = {name for name in names if not _is_beside(name)}
            for name in (names - used) & self.definitions.keys():
                kept += [other for other in self.definitions[name] if other not in kept]
            used |= names
        return self._text(kept, used)

    def _used(self, statement: _Statement) -> set[str]:
        """Names of the module that a statement uses; a function's own names are not among them."""
        if statement not in self._uses:
            node = statement.node
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                source = "\n".join(self._lines[statement.first : statement.last])
                module = symtable.symtable(source, node.name, "exec")
                # The head (decorators, defaults, annotations) is worked out in the module.
                head = {s.get_name() for s in module.get_symbols() if s.is_referenced()}
                arguments = [part for part in ast.walk(node.args) if isinstance(part, ast.arg)]
                hints = [node.returns, *(argument.annotation for argument in arguments)]
                texts = [_names_in(hint, texts=True) for hint in hints if hint]
                found = head.union(*map(_globals_of, module.get_children()), *texts)
            else:
                found = _names_in(node, texts=isinstance(node, ast.AnnAssign | ast.ClassDef))
            self._uses[statement] = found
        return self._uses[statement]

    def _text(self, kept: list[_Statement], used: set[str]) -> str:
        """The lines of what is kept; comments belong to what comes after them."""
        lines: list[str] = []
        after = shown_until = gap = 0
        for statement in self._statements:
            first = max(min(after, statement.first), shown_until)  # two may stand on one line
            here = self._lines[first : statement.last]
            blank = next((n for n, line in enumerate(here) if line.strip()), 0)
            gap = min(max(gap, blank), 2)  # what is left out takes no blank lines with it
            changed = _import_text(statement.node, used) if statement.is_import else None
            if statement in kept or changed == "":
                lines += [""] * gap + here[blank:]
                shown_until, gap = statement.last, 0
            elif changed:
                lines += [""] * gap + changed.splitlines()
                gap = 0
            after = statement.last
        return "\n".join(lines).strip("\n") + "\n"


def _is_beside(name: str) -> bool:
    """Whether a name is that of a part beside the reference, which draws, checks or is wrong."""
    return name in PARTS or name.startswith(MISTAKE)


def _looks_beside(program: str) -> bool:
    nodes = ast.walk(ast.parse(program))
    return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in nodes)


def _globals_of(table: symtable.SymbolTable) -> set[str]:
    """Names that a function, and those inside it, look up in the module."""
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return names.union(*map(_globals_of, table.get_children()))


def _defined(node: ast.stmt) -> list[str]:
    """The names a statement gives a meaning, if that is all it does."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return []
    parts = [part for target in targets for part in getattr(target, "elts", [target])]
    return [p.id for p in parts] if all(isinstance(part, ast.Name) for part in parts) else []


def _import_text(node: ast.stmt, used: set[str]) -> str | None:
    """What stays of an import: "" for the whole of it, None for nothing of it."""
    assert isinstance(node, ast.Import | ast.ImportFrom)
    names = [
        alias
        for alias in node.names
        if alias.name == "*" or (alias.asname or alias.name).partition(".")[0] in used
    ]
    if len(names) == len(node.names) or getattr(node, "module", "") == "__future__":
        return ""
    if not names:
        return None
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names))
    line = ast.unparse(ast.ImportFrom(node.module, names, node.level))
    if len(line) <= MAX_LINE:
        return line
    head, _, rest = line.partition(" import ")
    return "\n".join([f"{head} import (", *(f"    {n}," for n in rest.split(", ")), ")"])


def _names_in(node: ast.AST, texts: bool) -> set[str]:
    """All names in a part of the tree; words of texts as well where they may be annotations."""
    names: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            names.add(part.id)
        elif texts and isinstance(part, ast.Constant) and isinstance(part.value, str):
            words = re.findall(r"\w+", part.value)
            names.update(word for word in words if not _is_beside(word))
    return names
