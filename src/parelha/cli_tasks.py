"""The commands on tasks: list, show, check, export. Each imports what it needs when it runs."""

# pylint: disable=import-outside-toplevel

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from parelha.errors import UsageError

if TYPE_CHECKING:
    from parelha.types import Split, Task


tasks_app = App(name="tasks", help="The tasks: what is asked, and how answers are compared.")


@tasks_app.command(name="list")
def list_tasks(
    *,
    families: tuple[str, ...] = (),
    levels: tuple[int, ...] = (),
    suite: str = "",
    table: bool = False,
) -> None:
    """List the first task of each parameterisation: id, split, coder action.

    Args:
        families: Only these families, or all of a coder action.
        levels: Only these levels; all by default.
        suite: The tasks of this benchmark (name or file) or folder instead.
        table: The table of families, as docs/tasks.md holds it.
    """
    from parelha.tasks.problem import LEVELS
    from parelha.tasks.suite import named_tasks
    from parelha.tasks.table import families_table

    if table:
        if suite or families or levels:
            raise UsageError("--table is of all families: leave the other options out")
        print(families_table())
        return
    if suite:
        if families or levels:
            raise UsageError("--families and --levels choose among the families, not in a --suite")
        for task in _tasks_of(suite):
            print(f"{task.id}\t{task.split}\t{task.action}")
        return
    splits: tuple[Split, ...] = ("train", "heldout_params", "heldout_families")
    found = [
        f"{identity}\t{split}\t{action}"
        for split in splits
        for action, identity in named_tasks(split, levels or LEVELS, families)
    ]
    if not found:
        raise UsageError("no task has these families and levels (levels are 1 to 4)")
    print("\n".join(found))


@tasks_app.command(name="show")
def show_task(identity: str, /, *, lang: Literal["en", "pt"] = "en", suite: str = "") -> None:
    """Show one task: statement, signature, examples.

    Args:
        identity: The task's id.
        lang: en or pt.
        suite: The benchmark or folder it belongs to; without one, the families.
    """
    from parelha.report.scores import task_text
    from parelha.tasks import get_task

    if not suite:
        print(task_text(get_task(identity), lang))
        return
    found = [task for task in _tasks_of(suite, identity) if task.id == identity]
    if not found:
        raise UsageError(f"{suite} holds no task {identity!r}: see `parelha tasks list --suite`")
    print(task_text(found[0], lang))


@tasks_app.command(name="check", usage="Usage: parelha tasks check [WHAT...] [OPTIONS]")
def check_tasks(*what: str, instances: int = 0, allow_unsafe_sandbox: bool = False) -> None:
    """Check that references are right and clean, and that hidden inputs tell wrong answers.

    Args:
        what: Ids of tasks, a folder of your own tasks, or a benchmark (name or file); every
            task of every family when there is none.
        instances: Draw this many instances of the tasks as well, and answer each; not of a
            benchmark, whose inputs are given.
        allow_unsafe_sandbox: Run a benchmark's programs even where the isolation is weak.
    """
    if instances < 0:
        raise UsageError(f"--instances {instances}: must be 0 or more")
    from parelha.task_checks import check_everything

    check_everything(what, instances, allow_unsafe_sandbox, lambda text: print(text, flush=True))


@tasks_app.command(name="export")
def export_tasks(
    *,
    to: Path,
    families: tuple[str, ...] = (),
    levels: tuple[int, ...] = (1, 2, 3, 4),
    seeds: int = 4,
) -> None:
    """Write the tasks as a data set: a Parquet file for each split, and a card.

    Args:
        to: The folder to make.
        families: Only these families, or all of a coder action.
        levels: Only these levels.
        seeds: Instances of each task; they differ in examples and hidden inputs.
    """
    from parelha.interop import export

    rows = export.export_tasks(to, families=families, levels=levels, seeds=seeds)
    for split, number in rows.items():
        print(f"{split}\t{number} tasks")
    print(to)


def _tasks_of(suite: str, identity: str = "") -> "list[Task]":
    """The tasks of a suite, or the one of an own task's id; faults go to standard error."""
    from parelha.suites import open_suite
    from parelha.tasks.own import OwnFolder

    opened = open_suite(suite)
    for problem in opened.problems:
        print(f"parelha: {problem}", file=sys.stderr)
    if isinstance(opened, OwnFolder):
        seed = int(found[1]) if (found := re.search(r"/s(\d+)$", identity)) else 0
        form = re.sub(r"/s\d+$", "/s0", identity)
        return [own.drawn(seed) for own in opened.tasks if form in ("", own.task().id)]
    return list(opened.tasks)
