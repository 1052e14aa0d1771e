"""Checks that a task is well made. What needs linters or the sandbox is in `task_checks`."""

import ast
import datetime
import itertools
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from parelha.errors import UsageError
from parelha.tasks.compare import canonical, describe, one_line
from parelha.tasks.references import expected, reference_function
from parelha.tasks.suite import variant_of
from parelha.types import LANGS, Case, CoderAction, Task

CHECKED_SEEDS = range(3)
MIN_HIDDEN, MAX_HIDDEN = 12, 20
MAX_SIGNATURE = 79  # Flake8's default: a program must be able to repeat the signature
MIN_STATEMENT = 40  # characters

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_INTS_TOO = {"int", "object", "Any"}  # of an annotation, what an int may stand for
_DATES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)


def check_task(
    task: Task, *, oracle: Callable[..., object] | None = None, one_language: bool = False
) -> list[str]:
    """Return what is wrong with a task, one line each; an empty list when it is well made.

    Checked are: the statement in both languages; the signature; that the reference defines it,
    answers all visible and hidden inputs and does so twice alike; that the inputs are deterministic
    by seed, differ between seeds, hold both groups and stay within the closed list; and, where the
    variant has an independent oracle, that it agrees. A family's is found by the task's id. One
    statement may stand for both languages where `one_language` says so.
    """
    problems = _statement_problems(task, one_language) + _signature_problems(task)
    problems += _reference_problems(task)
    if problems:
        return problems
    by_seed = []
    for seed in CHECKED_SEEDS:
        try:
            by_seed.append(task.make_cases(seed))
        except Exception as error:  # pylint: disable=broad-exception-caught
            said = f"{type(error).__name__}: {one_line(str(error))}"
            return [f"the inputs cannot be drawn from seed {seed}: {said}"]
    problems += _generator_problems(task, by_seed)
    cases = [*task.examples, *itertools.chain.from_iterable(by_seed)]
    problems += _answer_problems(task, cases, oracle or _oracle_of(task))
    return list(dict.fromkeys(problems))


def _statement_problems(task: Task, one_language: bool) -> list[str]:
    problems = [
        f"the statement in {lang!r} is missing or too short"
        for lang in LANGS
        if len(task.statement.get(lang, "")) < MIN_STATEMENT
    ]
    if not one_language and len(set(task.statement.values())) < len(task.statement):
        problems.append("the statement is the same in two languages")
    for action in CoderAction:
        if any(action.value in statement for statement in task.statement.values()):
            problems.append(f"the statement names the coder action {action.value}")
    return problems


def _signature_problems(task: Task) -> list[str]:
    problems = []
    if len(task.signature) > MAX_SIGNATURE or "\n" in task.signature:
        problems.append(f"the signature is no line of at most {MAX_SIGNATURE} characters")
    function = _only_function(f"{task.signature}\n    ...")
    if function is None:
        return [*problems, "the signature is no function head"]
    if function.name != task.entry_point:
        problems.append(f"the signature names {function.name}, not {task.entry_point}")
    if function.returns is None or any(arg.annotation is None for arg in function.args.args):
        problems.append("the signature is not fully typed")
    for case in task.examples:
        if len(case.args) != len(function.args.args):
            problems.append(f"an example has {len(case.args)} arguments")
    return problems


def _reference_problems(task: Task) -> list[str]:
    try:
        reference_function(task.reference, task.entry_point)
    except KeyError:
        return [f"the reference does not define {task.entry_point}"]
    except Exception as error:  # pylint: disable=broad-exception-caught
        return [f"the reference does not run: {type(error).__name__}: {one_line(str(error))}"]
    asked = _only_function(f"{task.signature}\n    ...")
    given = _only_function(task.reference, task.entry_point)
    if asked is None or given is None or ast.dump(asked.args) != ast.dump(given.args):
        return ["the reference has other parameters than the signature"]
    return []


def _generator_problems(task: Task, by_seed: list[tuple[Case, ...]]) -> list[str]:
    problems = []
    keys = [_key(cases) for cases in by_seed]
    if not task.examples:
        problems.append("there are no visible examples")
    if keys[0] != _key(task.make_cases(CHECKED_SEEDS[0])):
        problems.append("the hidden inputs are not deterministic")
    if len(set(keys)) < len(keys):
        problems.append("different seeds give the same hidden inputs")
    visible = {canonical(case.args) for case in task.examples}
    for cases, key in zip(by_seed, keys, strict=True):
        if not MIN_HIDDEN <= len(cases) <= MAX_HIDDEN:
            problems.append(f"{len(cases)} hidden inputs, not {MIN_HIDDEN} to {MAX_HIDDEN}")
        problems += [
            f"no hidden input of the {group} group"
            for group in ("ordinary", "edge")
            if all(case.group != group for case in cases)
        ]
        if any(args in visible for _, args in key):
            problems.append("a hidden input is also a visible example")
    return problems


def _answer_problems(
    task: Task, cases: list[Case], oracle: Callable[..., object] | None
) -> list[str]:
    # An int where floats are annotated would make the right answer 0.0 a wrong one.
    returns = set(re.findall(r"\w+", task.signature.rpartition("->")[2]))
    problems = []
    for case in cases:
        shown = describe(case.args)
        before = canonical(case.args)
        try:
            answer = answer_unwarned(task, case)
            again = expected(task, case.args)
        except Exception as error:  # pylint: disable=broad-exception-caught
            problems.append(f"the reference fails on {shown}: {type(error).__name__}: {error}")
            continue
        if canonical(case.args) != before:
            problems.append(f"the reference reaches back into {shown}")
        if not all(is_closed_value(value) for value in (*case.args, answer)):
            problems.append(f"input or answer is outside the closed list: {shown}")
        if holds_int(answer) and returns & {"float", "complex"} and not returns & _INTS_TOO:
            problems.append(f"the reference answers an int on {shown}, against its annotation")
        difference = task.compare(answer, again)
        if difference is not None:
            problems.append(f"the reference contradicts itself on {shown}: {difference}")
        try:
            other = oracle(*case.args) if oracle else NotImplemented
        except Exception as error:  # pylint: disable=broad-exception-caught
            problems.append(f"the oracle fails on {shown}: {type(error).__name__}: {error}")
            continue
        if other is not NotImplemented:
            difference = task.compare(answer, other)
            if difference is not None:
                problems.append(f"the oracle disagrees on {shown}: {difference}")
    return problems


def answer_unwarned(task: Task, case: Case) -> object:
    """Return the reference's answer to a case; a warning is an error here.

    A reference that divides by zero, say, is one whose inputs break the statement's contract.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return expected(task, case.args)


def is_closed_value(value: Any, depth: int = 0) -> bool:
    """Return whether a value, with all inside it, belongs to the closed list of plain values."""
    if depth > 16:
        return False
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_closed_value(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return all(is_closed_value(item, depth + 1) for pair in value.items() for item in pair)
    if isinstance(value, np.ndarray | np.generic) or type(value) in _PLAIN + _DATES:
        return True
    return type(value).__module__.partition(".")[0] == "pandas"


def holds_int(value: Any) -> bool:
    """Return whether an int (no bool) is somewhere in a plain value."""
    if isinstance(value, list | tuple | set | frozenset):
        return any(holds_int(item) for item in value)
    if isinstance(value, dict):
        return any(holds_int(item) for pair in value.items() for item in pair)
    return isinstance(value, int) and not isinstance(value, bool)


def _only_function(source: str, name: str | None = None) -> ast.FunctionDef | None:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    found = [node for node in functions if name in (None, node.name)]
    return found[0] if found else None


def _oracle_of(task: Task) -> Any:
    try:
        return variant_of(task.id)[1].oracle
    except UsageError:  # a user's own task
        return None


def _key(cases: tuple[Case, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((case.group, canonical(case.args)) for case in cases)
