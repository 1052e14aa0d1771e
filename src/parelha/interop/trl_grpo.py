"""TRL: a data set of prompts, and the reward function of their answers. It needs `trl`.

The coder answers alone and in one message: what `GRPOTrainer` and its kin can train.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from datasets import Dataset  # pylint: disable=import-error  # in `make interop` alone

from parelha.interop.grading import AnswerGrader, shared_grader
from parelha.interop.tasks import select_tasks, task_rows
from parelha.types import FinishReason, Split

Rewards = Callable[..., list[float | None]]


def prompt_dataset(
    split: Split = "train",
    *,
    families: str | Iterable[str] = (),
    levels: int | str | Iterable[int] = (1,),
    seeds: int = 1,
    lang: str = "en",
) -> Dataset:
    """Return tasks as rows of `prompt` (chat messages) and `task_id`, and what they are.

    The tasks are those of `interop.tasks.select_tasks`, the prompts in ``en`` or ``pt``.

    Raises:
        UsageError: no such tasks or language.
    """
    tasks = select_tasks(split, families=families, levels=levels, seeds=seeds)
    return Dataset.from_list(task_rows(tasks, lang))


def reward_funcs(
    grader: AnswerGrader | None = None, *, max_completion_length: int | None = None
) -> list[Rewards]:
    """Return what `GRPOTrainer` takes as `reward_funcs`: the reward of a run, and its parts logged.

    Args:
        grader: with settings of its own; None: the defaults, one grader for the whole process.
        max_completion_length: the trainer's own, which it does not tell: an answer of so many
            tokens was cut, and a program without a fence in it is none, as in a run. None: no
            answer counts as cut.
    """
    limit = max_completion_length or float("inf")

    def parelha(
        completions: Sequence[Any],
        task_id: Sequence[str],
        completion_ids: Sequence[Sequence[int]] = (),
        log_metric: Callable[[str, float], None] | None = None,
        **_: Any,
    ) -> list[float | None]:
        """The reward of each answer, side by side; None where the machine failed."""
        answers = [one if isinstance(one, str) else one[-1]["content"] for one in completions]
        ends: list[FinishReason] = [
            "length" if len(ids) >= limit else "stop" for ids in completion_ids
        ]
        graded = (grader or shared_grader()).grade(task_id, answers, ends)
        found = [one for one in graded if one is not None]
        if log_metric is not None and found:
            # An answer without a program has no parts of quality, and counts in none of them.
            for name in dict.fromkeys(name for one in found for name in one.metrics):
                values = [one.metrics[name] for one in found if name in one.metrics]
                log_metric(name, sum(values) / len(values))
        return [None if one is None else one.reward for one in graded]

    return [parelha]
