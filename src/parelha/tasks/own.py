"""A user's own tasks: a folder with one TOML file and one Python file for each.

The TOML file says what is asked, the Python file holds the reference and draws the inputs; the
format is described in ``docs/tasks.md`` and shown in ``examples/own_tasks``. The Python files are
the user's own and run in this process, as any script of theirs would: never load a folder that you
did not write or read.
"""

# Exact types on purpose: to isinstance a bool is an int, and TOML's true is no level.
# pylint: disable=unidiomatic-typecheck

import ast
import dataclasses
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from parelha.errors import UsageError
from parelha.tasks.compare import Comparator, one_line
from parelha.tasks.family import Variant, hidden_cases, visible_examples
from parelha.tasks.own_source import PARTS, Source, SourceError, read_source
from parelha.tasks.references import expected
from parelha.types import LANGS, Case, CoderAction, Lang, Limits, Split, Task

HELDOUT_SEEDS_FROM = 1000  # as in the suite
TABLE = {
    "action": str,
    "function": str,
    "level": int,
    "heldout": bool,
    "statement": dict,
    "compare": dict,
    "limits": dict,
    "examples": list,
}


class TaskFileError(ValueError):
    """A task's file is not well made; the text says what is wrong, in one line."""


@dataclass(frozen=True)
class OwnTask:
    """A task as a user wrote it; `task` gives one instance of it for each seed.

    Attributes:
        name: of both files, without suffix.
        action: the coder action it belongs to.
        heldout: True when it is kept for evaluation.
        entry_point: the function asked for.
        variant: statement, signature, reference and draws.
        examples: visible inputs; empty when they are drawn.
        wrong_answers: names and sources of the ``mistake_...`` functions.
    """

    name: str
    action: CoderAction
    heldout: bool
    entry_point: str
    variant: Variant
    examples: tuple[Case, ...] = ()
    wrong_answers: tuple[tuple[str, str], ...] = ()

    def task(self, seed: int = 0) -> Task:
        """Return the instance that a seed draws."""
        variant = self.variant
        identity = f"own.{self.name}/{variant.name}/L{variant.level}/s{seed}"
        examples = self.examples or visible_examples(variant, identity)
        split: Split = "heldout_seeds" if seed >= HELDOUT_SEEDS_FROM else "train"
        return Task(
            id=identity,
            family=f"own.{self.name}",
            action=self.action,
            level=variant.level,
            split="heldout_params" if self.heldout else split,
            statement=dict(variant.statement),
            signature=variant.signature,
            entry_point=self.entry_point,
            examples=examples,
            make_cases=partial(hidden_cases, variant, identity, examples),
            reference=variant.reference,
            compare=variant.compare,
            limits=variant.limits,
        )


@dataclass(frozen=True)
class OwnFolder:
    """What a folder gave: tasks, and one line of text for each that is not well made."""

    tasks: tuple[OwnTask, ...]
    problems: tuple[str, ...]

    def of_split(self, split: Split, seeds: Iterable[int] = range(1)) -> tuple[Task, ...]:
        """Return the instances of a split, as `load_tasks` does for the families."""
        offset = HELDOUT_SEEDS_FROM if split == "heldout_seeds" else 0
        found = (own.task(offset + seed) for own in self.tasks for seed in seeds)
        return tuple(task for task in found if task.split == split)


def load_own(folder: Path) -> OwnFolder:
    """Load a folder of tasks; what is not well made is told, and the rest loads.

    Raises:
        UsageError: there is no such folder, or no task in it.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder of tasks")
    tables, sources = ({p.stem: p for p in folder.glob(f"*.{end}")} for end in ("toml", "py"))
    names = sorted(set(tables) | {name for name in sources if not name.startswith("_")})
    if not names:
        raise UsageError(f"{folder} holds no task: one is NAME.toml and NAME.py (docs/tasks.md)")
    tasks: list[OwnTask] = []
    problems: list[str] = []
    for name in names:
        try:
            if name not in tables or name not in sources:
                missing = "toml" if name not in tables else "py"
                raise TaskFileError(f"there is no {name}.{missing} beside it")
            tasks.append(_load(name, tables[name], sources[name]))
        except (TaskFileError, SourceError) as error:
            file = sources[name] if isinstance(error, SourceError) else tables.get(name)
            shown = (file or sources[name]).name
            problems.append(f"{shown}: {one_line(str(error))}")
    return OwnFolder(tuple(tasks), tuple(problems))


def _load(name: str, table_path: Path, source_path: Path) -> OwnTask:
    table = _table(table_path)
    entry = table.get("function", name)
    if not entry.isidentifier():
        raise TaskFileError(f"function = {entry!r} is no name of a function")
    if "action" not in table:
        raise TaskFileError(f"no action: one of {', '.join(CoderAction)}")
    if table["action"] not in set(CoderAction):
        raise TaskFileError(f"action = {table['action']!r}: one of {', '.join(CoderAction)}")
    level = table.get("level", 1)
    if not 1 <= level <= 4:
        raise TaskFileError(f"level = {level}: 1 to 4")
    source = read_source(_text(source_path), entry)
    variant = Variant(
        name="own",
        level=level,
        heldout=table.get("heldout", False),
        statement=_statement(table.get("statement", {})),
        signature=source.signature,
        reference=source.reference,
        ordinary=_checked_ordinary(source),
        edges=_checked_edges(source),
        oracle=source.functions.get("oracle"),
        compare=_filled(Comparator, table.get("compare", {}), "compare"),
        limits=_filled(Limits, table.get("limits", {}), "limits"),
    )
    own = OwnTask(
        name=name,
        action=CoderAction(table["action"]),
        heldout=variant.heldout,
        entry_point=entry,
        variant=variant,
        wrong_answers=source.wrong_answers,
    )
    own = dataclasses.replace(own, examples=_examples(table.get("examples", []), own))
    try:
        for seed in (0, HELDOUT_SEEDS_FROM):  # a draw that fails is found here, not in a run
            own.task(seed).make_cases(seed)
    except SourceError:
        raise
    except Exception as error:
        raise SourceError(f"the inputs cannot be drawn: {_said(error)}") from error
    return own


# --- the TOML file -----------------------------------------------------------------------------


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError:
        raise TaskFileError(f"{path.name} is not UTF-8 text") from None
    except OSError as error:
        raise TaskFileError(f"cannot read {path.name}: {error.strerror}") from None


def _table(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TaskFileError(f"no valid TOML: {error}") from None
    for key, value in table.items():
        _check_key(key, TABLE, "")
        if type(value) is not TABLE[key]:
            kind = "a table" if TABLE[key] is dict else f"of type {TABLE[key].__name__}"
            raise TaskFileError(f"{key} must be {kind}")
    return table


def _check_key(key: str, known: Iterable[str], where: str) -> None:
    if key not in known:
        near = get_close_matches(key, list(known), n=1)
        raise TaskFileError(
            f"unknown key {where}{key}" + (f"; did you mean {where}{near[0]}?" if near else "")
        )


def _statement(given: dict[str, Any]) -> dict[Lang, str]:
    for key, value in given.items():
        _check_key(key, LANGS, "statement.")
        if not isinstance(value, str) or not value.strip():
            raise TaskFileError(f"statement.{key} must be a text")
    if "en" not in given:
        raise TaskFileError("no statement.en: what is asked, in English")
    # One language will do: whoever asks for the other one gets this.
    return {lang: " ".join(given.get(lang, given["en"]).split()) for lang in LANGS}


def _filled(kind: Any, given: dict[str, Any], where: str) -> Any:
    """A record of fields from a table whose values have the types of the record's defaults."""
    defaults = {field.name: field.default for field in dataclasses.fields(kind)}
    for key, value in given.items():
        _check_key(key, defaults, f"{where}.")
        wanted = type(defaults[key])
        if type(value) is not wanted and (wanted, type(value)) != (float, int):
            raise TaskFileError(f"{where}.{key} must be of type {wanted.__name__}")
        if kind is Limits and not value > 0:
            raise TaskFileError(f"{where}.{key} must be above 0")
    return kind(**given)


def _examples(given: list[Any], own: OwnTask) -> tuple[Case, ...]:
    """The visible inputs; each must be a call of the function and give what it says."""
    cases = []
    for number, row in enumerate(given, 1):
        if not isinstance(row, dict) or set(row) != {"call", "result"}:
            raise TaskFileError(f"example {number} must have call and result, and nothing else")
        try:
            call = ast.parse(str(row["call"]), mode="eval").body
            result = ast.literal_eval(str(row["result"]))
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
            raise TaskFileError(f"example {number} is no call of literals with a result") from None
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != own.entry_point:
            raise TaskFileError(f"example {number} does not call {own.entry_point}")
        try:
            args = tuple(ast.literal_eval(argument) for argument in call.args)
        except (ValueError, TypeError):
            raise TaskFileError(f"example {number}: its arguments are no literals") from None
        if call.keywords:
            raise TaskFileError(f"example {number} names an argument: give them by position")
        _check_example(number, args, result, own)
        cases.append(Case(args))
    return tuple(cases)


def _check_example(number: int, args: tuple[Any, ...], result: Any, own: OwnTask) -> None:
    try:
        answer = expected(dataclasses.replace(own, examples=(Case(args),)).task(), args)
    except Exception as error:
        raise TaskFileError(f"example {number}: the reference fails: {_said(error)}") from error
    difference = own.variant.compare(result, answer)
    if difference is not None:
        raise TaskFileError(f"example {number} says {result!r}, the reference says {answer!r}")


# --- the draws of the Python file --------------------------------------------------------------


def _checked_ordinary(source: Source) -> Callable[[Random, int], tuple[object, ...]]:
    return partial(_draw_ordinary, source.functions["ordinary"])


def _draw_ordinary(draw: Callable[..., Any], rng: Random, size: int) -> tuple[object, ...]:
    args = draw(rng, size)
    if type(args) is not tuple:
        raise SourceError(f"ordinary({PARTS['ordinary']}) must return a tuple of arguments")
    return args


def _checked_edges(source: Source) -> Callable[[Random], list[tuple[object, ...]]]:
    return partial(_draw_edges, source.functions["edges"])


def _draw_edges(draw: Callable[..., Any], rng: Random) -> list[tuple[object, ...]]:
    inputs: Sequence[Any] = draw(rng)
    if type(inputs) is not list or not all(type(args) is tuple for args in inputs):
        raise SourceError(f"edges({PARTS['edges']}) must return a list of tuples of arguments")
    return inputs


def _said(error: BaseException) -> str:
    return one_line(f"{type(error).__name__}: {error}")
