"""Which tasks are lent, and how one is put to a coder who answers in a single message."""

from collections.abc import Iterable
from typing import Any

from parelha.agents import prompts
from parelha.agents.roles import roles_of
from parelha.config import Config
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.stage import task_prompt
from parelha.tasks import load_tasks
from parelha.types import Agent, Lang, Split, Task

Message = dict[str, str]


def select_tasks(
    split: Split = "train",
    *,
    families: str | Iterable[str] = (),
    levels: int | str | Iterable[int] = (1,),
    seeds: int = 1,
) -> tuple[Task, ...]:
    """Return tasks of a split, as `parelha.load_tasks` does, from what a command line may give.

    Args:
        split: ``train``, or one of ``heldout_seeds``, ``heldout_params``, ``heldout_families``.
        families: names of families or of coder actions, also as one text with commas; none: all.
        levels: 1 to 4; one, several, or a text with commas.
        seeds: instances of each parameterisation and level.

    Raises:
        UsageError: no such split, family or level, or no task of them.
    """
    if isinstance(families, str):
        families = [name.strip() for name in families.split(",") if name.strip()]
    given = levels.split(",") if isinstance(levels, str) else levels
    try:
        wanted = [given] if isinstance(given, int) else [int(level) for level in given]
        number = int(seeds)
    except (TypeError, ValueError):
        raise UsageError(f"levels={levels!r}, seeds={seeds!r}: both are whole numbers") from None
    if number < 1:
        raise UsageError(f"seeds={seeds}: must be at least 1")
    tasks = load_tasks(split, levels=wanted, families=families, seeds=range(number))
    if not tasks:
        raise UsageError(f"no task of {split} has these families and levels: `parelha tasks list`")
    return tasks


def checked_lang(lang: str) -> Lang:
    """Return the language of a prompt.

    Raises:
        UsageError: there are no prompts in it.
    """
    return from_dict({"lang": lang}).lang


def draft_messages(task: Task, lang: Lang = "en") -> list[Message]:
    """Return the prompt of a coder who answers once, as chat messages.

    The words are those of the dialogue. The kind of work and its hint are left out: who names the
    kind has an answer of its own there, and telling it would give that away.
    """
    system = roles_of(Config())[Agent.CODER].system[lang]
    user = f"{task_prompt(task, lang)}\n\n{prompts.write_at_once(task, lang)}"
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def task_rows(tasks: Iterable[Task], lang: str = "en") -> list[dict[str, Any]]:
    """Return a row for each task: the prompt, and the id by which its answers are graded.

    Nothing in a row says what a hidden input or a right program is.

    Raises:
        UsageError: there are no prompts in this language.
    """
    said = checked_lang(lang)
    return [
        {
            "prompt": draft_messages(task, said),
            "task_id": task.id,
            "family": task.family,
            "level": task.level,
            "split": task.split,
        }
        for task in tasks
    ]
