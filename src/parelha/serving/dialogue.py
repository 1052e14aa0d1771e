"""The pair on a message: a draft, the reviewer's verdict, a revision; nothing is executed.

The message is played as a task without tests, by the very dialogue of training but for tools: what
they would say is not there, so the reviewer judges by reading alone.
"""

import re
from dataclasses import dataclass
from typing import Any

from parelha.agents.turns import Round, Tree
from parelha.engines.protocol import Answering, Stream
from parelha.episode import play_tree
from parelha.errors import UsageError
from parelha.rollout import play_all
from parelha.serving.pair import Pair
from parelha.sizes import AtOnce, FixedTools, LongestDialogues
from parelha.stage import Stage, program_of
from parelha.types import CoderAction, Task

# A line of its own: a pattern that crosses lines would take hours over many empty ones.
_SIGNATURE = re.compile(r"[ \t]*(?:async )?def (\w+)\(.*\)[^()]*:[ \t]*")
_LONGEST_SIGNATURE = 1000  # characters
_OWN_SIGNATURE = "def solve(*args: object) -> object:"


@dataclass(frozen=True)
class PairAnswer:
    """The final program in a code block, or the last answer; tokens are those of all turns."""

    content: str
    prompt_tokens: int
    new_tokens: int
    was_cut: bool


@dataclass(frozen=True)
class Wish:
    """How the dialogue is sampled.

    Attributes:
        stream: names its random stream.
        temperature: of what is written; None means as in the run's evaluation. Choices keep
            `eval.action_temperature` where the run sets it.
        top_p: nucleus; None likewise.
        program_tokens: limit of each program; None means as in training.
    """

    stream: Stream
    temperature: float | None = None
    top_p: float | None = None
    program_tokens: int | None = None


def stage_of(pair: Pair, message: str, wish: Wish) -> tuple[Task, Stage]:
    """The message as a task without tests, and the stage that it is played on.

    Raises:
        UsageError: the dialogue could become longer than a model's window.
    """
    signature, entry_point = signature_of(message)
    task = Task(
        id="message",
        family="message",
        action=CoderAction.CLEAN_DATA,
        level=1,
        split="train",
        statement={"en": message, "pt": message},
        signature=signature,
        entry_point=entry_point,
        examples=(),
        make_cases=lambda seed: (),
        reference="",
        compare=lambda right, actual: None,
    )
    least = min(pair.limits.values())
    if wish.program_tokens is not None and wish.program_tokens > least:
        raise UsageError(
            f"max_tokens: {wish.program_tokens} is more than a model here takes, {least}: ask for "
            "fewer"
        )
    config = pair.config.episode
    shape: dict[str, Any] = {"drafts": 1, "reviews": 1, "action_epsilon": 0.0, "max_tool_calls": 0}
    # Not tokens that the other requests of a batch would have cut as well.
    how: dict[str, Any] = {"top_k": 0, "no_repeat_ngram": 0}
    if wish.program_tokens is not None:
        shape["max_program_tokens"] = wish.program_tokens
    if wish.temperature is not None:
        how["temperature"] = wish.temperature
    if wish.top_p is not None:
        how["top_p"] = wish.top_p
    stage = Stage(
        config=config.model_copy(update=shape),
        lang=pair.config.lang,
        roles=pair.roles,
        formats=pair.formats,
        grader=FixedTools(0, ""),
        pool=AtOnce(),
        stream=wish.stream,
        sampling=pair.config.eval.model_copy(update=how),
    )
    needs = LongestDialogues(stage).of(task)
    for agent, limit in pair.limits.items():
        if needs[agent] > limit:
            raise UsageError(
                f"the dialogue on this message may need {needs[agent]} tokens, and the {agent}'s "
                f"model takes {limit}: send less"
            )
    return task, stage


def signature_of(message: str) -> tuple[str, str]:
    """The first signature that stands in a line of its own, or one of ours, and its name."""
    lines = (one for one in message.splitlines() if len(one) <= _LONGEST_SIGNATURE)
    found = next(filter(None, map(_SIGNATURE.fullmatch, lines)), None)
    return (found[0].strip(), found[1]) if found else (_OWN_SIGNATURE, "solve")


def play(task: Task, stage: Stage, engine: Answering) -> PairAnswer:
    """Play the dialogue to its end, in the caller's thread.

    Raises:
        ParelhaError: a turn failed.
    """
    tree: Tree = play_all([play_tree(task, stage)], engine)[0]
    draft, branch = tree.branches[0][0].draft, tree.branches[0][0]
    rounds: list[Round] = [draft, *branch.rounds]
    last = branch.revisions[-1] if branch.revisions else draft
    code, _ = program_of(last)
    turns = [(turn, one) for one in rounds for turn in one.turns]
    return PairAnswer(
        content=f"```python\n{code.rstrip()}\n```" if code else last.turns[-1].answer,
        prompt_tokens=sum(turn.start for turn, _ in turns),
        new_tokens=sum(len(turn.completion.token_ids) for turn, _ in turns),
        was_cut=last.turns[-1].completion.finish == "length",
    )
