"""A problem: one TOML file that says what is asked, and one Python file beside it.

The format is the same for the suite and for a user's own tasks; it is described in
``docs/tasks.md`` and shown in ``examples/own_tasks``. The Python file is run in this process, as
any script would be: never load a folder that you did not write or read.
"""

# Exact types on purpose: to isinstance a bool is an int, and TOML's true is no level.
# pylint: disable=unidiomatic-typecheck

import ast
import dataclasses
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from parelha.errors import UsageError
from parelha.tasks.compare import Comparator, one_line
from parelha.tasks.family import Text, Variant
from parelha.tasks.references import answer_of
from parelha.tasks.source import Source, SourceError, read_source, wrong_answers
from parelha.types import LANGS, Case, CoderAction, Lang, Limits

LEVELS = (1, 2, 3, 4)
# Beyond these the kernel or the messages to it have no number for a limit.
MOST = Limits(
    wall_seconds=86_400.0,
    cpu_seconds=86_400.0,
    memory_bytes=2**40,
    output_bytes=2**30,
    output_parts=2**30,
    threads=1024,
)
TABLE: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "action": (str,),
    "function": (str,),
    "level": (int, dict),
    "heldout": (bool,),
    "statement": (dict,),
    "compare": (dict,),
    "limits": (dict,),
    "examples": (list,),
}


class TaskFileError(UsageError):
    """A task's file is not well made; the text names it and says what is wrong, in one line."""


@dataclass(frozen=True)
class Problem:
    """What a TOML file says; the Python file beside it is read when a variant is asked for.

    Attributes:
        file: the TOML file.
        name: of the parameterisation; the file's where the table gives none.
        entry_point: the function asked for.
        statements: what is asked at each level.
        heldout: True when it is kept for evaluation.
        action: the coder action, where the table names it.
        compare: when an answer is right.
        limits: what a candidate may use.
        rows: visible examples as the table has them.
    """

    file: Path
    name: str
    entry_point: str
    statements: dict[int, Text]
    heldout: bool = False
    action: CoderAction | None = None
    compare: Comparator = dataclasses.field(default_factory=Comparator)
    limits: Limits = dataclasses.field(default_factory=Limits)
    rows: tuple[Any, ...] = ()

    @cached_property
    def variants(self) -> dict[int, Variant]:
        """The problem at each of its levels.

        Raises:
            TaskFileError: the Python file is not well made, or contradicts an example.
        """
        path = self.file.with_suffix(".py")
        try:
            sources = read_source(read_text(path), self.entry_point, self.statements, path.parent)
        except SourceError as error:
            raise TaskFileError(f"{path.name}: {one_line(str(error))}") from error
        return {level: self._variant(level, source) for level, source in sources.items()}

    def wrong_answers(self, level: int) -> tuple[tuple[str, str], ...]:
        """Names and programs of plausible wrong answers, written by hand.

        The hidden inputs must tell them from a right one.

        Raises:
            TaskFileError: the Python file cannot be read.
        """
        lowest = level == min(self.statements)
        text = read_text(self.file.with_suffix(".py"))
        return wrong_answers(text, self.entry_point, None if lowest else level)

    def _variant(self, level: int, source: Source) -> Variant:
        variant = Variant(
            **vars(source),
            name=self.name,
            level=level,
            heldout=self.heldout,
            statement=self.statements[level],
            entry_point=self.entry_point,
            compare=self.compare,
            limits=self.limits,
        )
        try:
            return dataclasses.replace(variant, examples=_examples(self.rows, variant))
        except _WrongTableError as error:
            raise TaskFileError(f"{self.file.name}: {error}") from error


def read_problem(file: Path) -> Problem:
    """Read a problem's TOML file.

    Raises:
        TaskFileError: it is not well made.
    """
    table = read_table(file, TABLE)
    try:
        return _problem(file, table)
    except _WrongTableError as error:
        raise TaskFileError(f"{file.name}: {error}") from None


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        TaskFileError: it cannot be read, or is no UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError:
        raise TaskFileError(f"{path.name}: {path.name} is not UTF-8 text") from None
    except OSError as error:
        raise TaskFileError(f"{path.name}: cannot read it: {error.strerror}") from None


def read_table(path: Path, known: dict[str, tuple[type, ...]]) -> dict[str, Any]:
    """Return a TOML file's table, of which `known` are the keys with the types of their values.

    Raises:
        TaskFileError: it is no TOML, or a key or a type is not among the known ones.
    """
    try:
        table = tomllib.loads(read_text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TaskFileError(f"{path.name}: no valid TOML: {error}") from None
    try:
        for key, value in table.items():
            _check_key(key, known, "")
            if type(value) not in known[key]:
                kinds = " or ".join(_KINDS.get(kind, kind.__name__) for kind in known[key])
                raise _WrongTableError(
                    f"{key} must be {'' if known[key][0] is dict else 'of type '}{kinds}"
                )
    except _WrongTableError as error:
        raise TaskFileError(f"{path.name}: {error}") from None
    return table


_KINDS: dict[type, str] = {dict: "a table"}


class _WrongTableError(ValueError):
    """What is wrong with a table, in words that do not name its file."""


def _problem(file: Path, table: dict[str, Any]) -> Problem:
    entry = table.get("function", file.stem)
    if not entry.isidentifier():
        raise _WrongTableError(f"function = {entry!r} is no name of a function")
    action = table.get("action")
    if action is not None and action not in set(CoderAction):
        raise _WrongTableError(f"action = {action!r}: one of {', '.join(CoderAction)}")
    return Problem(
        file=file,
        name=table.get("name", file.stem),
        entry_point=entry,
        statements=_statements(table.get("statement", {}), table.get("level", 1)),
        heldout=table.get("heldout", False),
        action=CoderAction(action) if action else None,
        compare=_filled(Comparator, table.get("compare", {}), "compare"),
        limits=_filled(Limits, table.get("limits", {}), "limits"),
        rows=tuple(table.get("examples", ())),
    )


def _check_key(key: str, known: Iterable[str], where: str) -> None:
    if key not in known:
        near = get_close_matches(key, list(known), n=1)
        raise _WrongTableError(
            f"unknown key {where}{key}" + (f"; did you mean {where}{near[0]}?" if near else "")
        )


def _statements(given: dict[str, Any], level: int | dict[str, Any]) -> dict[int, Text]:
    """What is asked at each level: the statement, and behind it what the level adds."""
    _check_texts(given, "statement.")
    if "en" not in given:
        raise _WrongTableError("no statement.en: what is asked, in English")
    numbers = {str(level): {}} if isinstance(level, int) else level
    if not numbers:
        raise _WrongTableError("level holds no level: write [level.1]")
    for number, added in numbers.items():
        if number not in map(str, LEVELS):
            raise _WrongTableError(f"level = {number}: 1 to 4")
        if not isinstance(added, dict):
            raise _WrongTableError(f"level.{number} must be a table")
        _check_texts(added, f"level.{number}.")
    return {int(number): _statement(given, numbers[number]) for number in sorted(numbers)}


def _statement(given: dict[str, str], added: dict[str, str]) -> Text:
    # One language will do: whoever asks for the other one gets this.
    def said(part: dict[str, str], lang: Lang) -> str:
        return part.get(lang, part.get("en", ""))

    return {lang: " ".join(f"{said(given, lang)} {said(added, lang)}".split()) for lang in LANGS}


def _check_texts(given: dict[str, Any], where: str) -> None:
    for key, value in given.items():
        _check_key(key, LANGS, where)
        if not isinstance(value, str) or not value.strip():
            raise _WrongTableError(f"{where}{key} must be a text")


def _filled(kind: Any, given: dict[str, Any], where: str) -> Any:
    """A record of fields from a table whose values have the types of the record's defaults."""
    defaults = {field.name: field.default for field in dataclasses.fields(kind)}
    for key, value in given.items():
        _check_key(key, defaults, f"{where}.")
        wanted = type(defaults[key])
        if type(value) is not wanted and (wanted, type(value)) != (float, int):
            raise _WrongTableError(f"{where}.{key} must be of type {wanted.__name__}")
        if kind is Limits and not value > 0:
            raise _WrongTableError(f"{where}.{key} must be above 0")
        if kind is Limits and value > getattr(MOST, key):
            raise _WrongTableError(f"{where}.{key} must be at most {getattr(MOST, key):_.0f}")
    return kind(**given)


# --- visible examples --------------------------------------------------------------------------


def _examples(rows: tuple[Any, ...], variant: Variant) -> tuple[Case, ...]:
    """The visible inputs; each must be a call of the function and give what it says."""
    cases = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or set(row) != {"call", "result"}:
            raise _WrongTableError(f"example {number} must have call and result, and nothing else")
        try:
            call = ast.parse(str(row["call"]), mode="eval").body
            result = ast.literal_eval(str(row["result"]))
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
            raise _WrongTableError(
                f"example {number} is no call of literals with a result"
            ) from None
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != variant.entry_point:
            raise _WrongTableError(f"example {number} does not call {variant.entry_point}")
        try:
            args = tuple(ast.literal_eval(argument) for argument in call.args)
        except (ValueError, TypeError):
            raise _WrongTableError(f"example {number}: its arguments are no literals") from None
        if call.keywords:
            raise _WrongTableError(f"example {number} names an argument: give them by position")
        _check_example(number, args, result, variant)
        cases.append(Case(args))
    return tuple(cases)


def _check_example(number: int, args: tuple[Any, ...], result: Any, variant: Variant) -> None:
    try:
        answer = answer_of(variant.reference, variant.entry_point, args)
    except Exception as error:
        raise _WrongTableError(
            f"example {number}: the reference fails: {type(error).__name__}: {one_line(str(error))}"
        ) from error
    if variant.compare(result, answer) is not None:
        raise _WrongTableError(f"example {number} says {result!r}, the reference says {answer!r}")
