"""Inspect: tasks for ``inspect eval parelha/coder`` and ``parelha/pair``. It needs `inspect-ai`.

What a model answers is graded as in a run; what is scored are the parts of the reward. The
framework finds this module by the entry point of the package.
"""

# pylint: disable=import-error  # in the environment of `make interop` alone

from collections.abc import Iterable

import anyio
from inspect_ai import Task as InspectTask
from inspect_ai import task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.solver import generate as answer_once

from parelha.config import Config
from parelha.interop.dialogue import Dialogue
from parelha.interop.grading import AnswerGrader, Graded, shared_grader
from parelha.interop.tasks import Message, checked_lang, draft_messages, select_tasks
from parelha.tasks import get_task
from parelha.types import Agent, FinishReason, Split

_KINDS = {
    "system": ChatMessageSystem,
    "user": ChatMessageUser,
    "assistant": ChatMessageAssistant,
}


@task
def coder(
    split: Split = "heldout_seeds",
    families: str | Iterable[str] = (),
    levels: int | str | Iterable[int] = 1,
    seeds: int = 1,
    lang: str = "en",
) -> InspectTask:
    """One program by one model, on tasks of `interop.tasks.select_tasks`.

    Raises:
        UsageError: no such tasks or language.
    """
    data = _samples(split, families, levels, seeds, lang)
    return InspectTask(dataset=data, solver=answer_once(), scorer=graded())


@task
def pair(
    split: Split = "heldout_seeds",
    families: str | Iterable[str] = (),
    levels: int | str | Iterable[int] = 1,
    seeds: int = 1,
    lang: str = "en",
) -> InspectTask:
    """A draft, a review with tools, a revision; scored is the last program.

    The reviewer is the model of the role ``reviewer`` (``--model-role reviewer=...``), or the same.

    Raises:
        UsageError: no such tasks or language.
    """
    data = _samples(split, families, levels, seeds, lang)
    return InspectTask(dataset=data, solver=dialogue(lang), scorer=graded())


def _samples(
    split: Split,
    families: str | Iterable[str],
    levels: int | str | Iterable[int],
    seeds: int,
    lang: str,
) -> MemoryDataset:
    said = checked_lang(lang)
    tasks = select_tasks(split, families=families, levels=levels, seeds=seeds)
    return MemoryDataset(
        [
            Sample(
                id=one.id,
                input=_chat(draft_messages(one, said)),
                metadata={"family": one.family, "level": one.level, "split": one.split},
            )
            for one in tasks
        ],
        name=f"parelha {split}",
    )


def _chat(messages: list[Message]) -> list[ChatMessage]:
    return [_KINDS[one["role"]](content=one["content"]) for one in messages]


@solver
def dialogue(lang: str = "en") -> Solver:
    """Play the dialogue of a run, each turn by the model of its role."""
    config = Config(lang=checked_lang(lang))

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        """Play one dialogue; the last program's answer becomes the output."""
        del generate  # by the models of the roles
        grader = AnswerGrader(config, shared_grader().tools)
        models: dict[Agent, Model] = {
            Agent.CODER: get_model(),
            Agent.REVIEWER: get_model(role="reviewer"),
        }
        stream = ("inspect", state.epoch)
        talk = await anyio.to_thread.run_sync(
            lambda: Dialogue(get_task(str(state.sample_id)), grader, stream)
        )
        while (due := talk.due) is not None:
            output = await models[due.agent].generate(_chat(due.as_chat()))
            end = _finish(output)
            await anyio.to_thread.run_sync(talk.answer, output.completion, end)
        last = talk.branch.final.turns[-1]
        state.output = ModelOutput.from_content(
            str(models[Agent.CODER]),
            last.answer,
            "max_tokens" if last.completion.finish == "length" else "stop",
        )
        state.messages.append(state.output.message)
        state.metadata |= {"dialogue": talk.metrics(), "dropped": talk.dropped}
        return state

    return solve


@scorer(metrics={"*": [mean(), stderr()]})
def graded() -> Scorer:
    """Hidden tests, linters and structure: the reward of a run, and its parts."""

    async def score(state: TaskState, target: Target) -> Score:
        """Grade the output; it has no score where the machine failed."""
        del target  # the grader knows the task
        answer, end = state.output.completion, _finish(state.output)
        found: list[Graded | None] = await anyio.to_thread.run_sync(
            lambda: shared_grader().grade([str(state.sample_id)], [answer], [end])
        )
        if found[0] is None or state.metadata.get("dropped"):
            return Score.unscored(reason="infrastructure")
        tests = found[0].score.tests
        return Score(
            value={"reward": found[0].reward, **found[0].metrics},
            answer=found[0].score.program,
            explanation=found[0].score.reason or (str(tests.outcome) if tests else ""),
        )

    return score


def _finish(output: ModelOutput) -> FinishReason:
    return "length" if output.stop_reason in ("max_tokens", "model_length") else "stop"
