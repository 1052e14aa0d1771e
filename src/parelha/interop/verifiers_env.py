"""verifiers: an environment for ``vf-eval`` and the trainers that take one. It needs `verifiers`.

The coder answers alone and in one message. `vf.load_environment("parelha.interop.verifiers_env")`
finds `load_environment` here. It is an environment of a data set and a rubric, which versions from
0.4 on no longer have.
"""

# pylint: disable=import-error  # in an environment of its own, which `make interop` builds

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import verifiers as vf
from datasets import Dataset

from parelha.interop.grading import AnswerGrader, shared_grader
from parelha.interop.tasks import select_tasks, task_rows
from parelha.types import FinishReason, Split

_GRADED = "parelha"  # where a rollout's state keeps what its answer is worth
_PARTS = (
    "passed",
    "share",
    "program",
    "correctness",
    "quality",
    "pylint",
    "flake8",
    "mypy",
    "structure",
)


def load_environment(
    split: Split = "train",
    *,
    families: str | Iterable[str] = (),
    levels: int | str | Iterable[int] = 1,
    seeds: int = 1,
    lang: str = "en",
    eval_split: Split = "heldout_seeds",
    grader: AnswerGrader | None = None,
) -> vf.Environment:
    """Return one program for one task, scored as a run's draft would be.

    The reward is that of a run; its parts are metrics. A rollout that was lost to a fault of the
    machine has an `error`, and no trainer takes its 0 for an answer's worth. The tasks are those of
    `interop.tasks.select_tasks`, the prompts in ``en`` or ``pt``; `evaluate` plays `eval_split`.
    Without a `grader` with settings of its own the whole process has one with the defaults.

    Raises:
        UsageError: no such tasks or language.
    """

    def rows(of: Split) -> Dataset:
        tasks = select_tasks(of, families=families, levels=levels, seeds=seeds)
        told = [(row.pop("prompt"), row) for row in task_rows(tasks, lang)]
        return Dataset.from_list([{"prompt": prompt, "info": row} for prompt, row in told])

    functions = [_reward_of(grader), *map(_metric, _PARTS)]
    rubric = vf.Rubric(funcs=functions, weights=[1.0, *(0.0 for _ in _PARTS)])
    return vf.SingleTurnEnv(dataset=rows(split), eval_dataset=rows(eval_split), rubric=rubric)


def _reward_of(grader: AnswerGrader | None) -> Callable[..., Awaitable[float]]:
    async def reward(completion: Any, info: dict[str, Any], state: Any) -> float:
        """The reward; other rollouts are graded meanwhile, in threads that only wait."""
        answer = completion if isinstance(completion, str) else _text(completion)
        known = grader or shared_grader()
        end: FinishReason = "length" if state.get("is_truncated") else "stop"
        (graded,) = await asyncio.to_thread(known.grade, [info["task_id"]], [answer], [end])
        if graded is None:
            state["error"] = vf.InfraError("the machine failed while this answer was graded")
            return 0.0
        state[_GRADED] = graded.metrics
        return graded.reward

    return reward


def _metric(name: str) -> Callable[..., float]:
    # The functions of a rubric are called in their order, so the reward is known here.
    def metric(state: Any) -> float:
        return float(state.get(_GRADED, {}).get(name, 0.0))

    metric.__name__ = name
    return metric


def _text(messages: Any) -> str:
    """What the last message says; older versions have it as a dict, newer ones as an object."""
    last = messages[-1]
    content = last["content"] if isinstance(last, dict) else last.content
    return content if isinstance(content, str) else ""
