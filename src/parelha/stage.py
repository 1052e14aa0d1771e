"""What the parts of a dialogue share: their stage, and how a turn is generated or chosen.

Each part is a generator that yields what it must wait for and is resumed with the result
(`rollout.play_all`). No torch here.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, TypeVar

from parelha.agents import prompts
from parelha.agents.actions import Choices, encode_choices
from parelha.agents.formats import Conversation, Format
from parelha.agents.parsers import extract_program, program_complete
from parelha.agents.roles import Roles
from parelha.agents.turns import Round, Turn
from parelha.config import EpisodeConfig
from parelha.config_eval import EvalConfig
from parelha.engines.protocol import Completion, Request, Stream
from parelha.errors import InfrastructureError, ParelhaError
from parelha.tasks import expected
from parelha.types import Agent, Lang, Phase, Score, Task

# What is waited for, and what comes back for it, differ; the annotations at each `yield` say it.
Part = Generator[Any, Any, Any]

_Name = TypeVar("_Name")


@dataclass(frozen=True)
class Grade:
    """A grade that is waited for; no turn depends on it, so all turns go first."""

    future: "Future[Score]"


class Tools(Protocol):
    """What an episode asks of its grader."""

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        """The score of a program; `reason` says why there is none."""

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        """Results on the visible examples, as text."""

    def analyse_text(self, program: str, lang: Lang) -> str:
        """What the linters say, as text."""


@dataclass(frozen=True)
class Stage:
    """Everything an episode needs besides its task.

    Attributes:
        config: the episode's shape and limits.
        lang: of statements and prompts.
        roles: who plays.
        formats: of each role's tokenizer.
        grader: scores programs and runs the reviewer's tools.
        pool: threads that wait for the grader.
        stream: (seed, step), the head of every random stream.
        sampling: replaces every role's temperature where given (evaluation).
        phase: what of the dialogue is played: the `draft` alone, up to the reviewer's `verdict`, a
            forced `review` of each failing draft, or all of it (`free`).
        grade_answer: grades in place of the grader's `grade`, told the whole answer as well.
        hints: whether tasks that no draft passes are tried again with hints, as in training alone.
    """

    config: EpisodeConfig
    lang: Lang
    roles: Roles
    formats: Mapping[Agent, Format]
    grader: Tools
    pool: Executor
    stream: Stream
    sampling: EvalConfig | None = None
    phase: Phase = "free"
    grade_answer: Callable[[Task, str, str, str], Score] | None = None
    hints: bool = False

    def temperature(self, agent: Agent) -> float:
        """Of a role's free answers; in training of its actions too."""
        return self.sampling.temperature if self.sampling else self.roles[agent].temperature

    def action_temperature(self, agent: Agent) -> float:
        """Of a role's choices among actions."""
        own = self.sampling.action_temperature if self.sampling else 0.0
        return own or self.temperature(agent)

    def start(self, agent: Agent, user: list[int], user_text: str) -> Conversation:
        """A role's conversation from its first request on."""
        system = self.roles[agent].system[self.lang]
        return Conversation(self.formats[agent], system, user, user_text)

    def start_grade(self, task: Task, play: Round) -> "Future[Score]":
        """Extract a round's program and grade it in the background."""
        if self.grade_answer is not None:
            told = (*program_of(play), play.turns[-1].answer)
            return self.pool.submit(guarded, self.grade_answer, task, *told)
        return self.pool.submit(guarded, self.grader.grade, task, *program_of(play))


def program_of(play: Round) -> tuple[str, str]:
    """The program that a round ended with and "", or "" and the reason why there is none."""
    last = play.turns[-1]
    return extract_program(last.answer, last.completion.finish)


def wait_for_grades(grades: Iterable[tuple[Round, "Future[Score]"]]) -> Part:
    """Give each round its score; one that is lost to a fault of the machine is dropped."""
    for play, due in grades:
        try:
            play.score = yield Grade(due)
        except InfrastructureError as error:
            play.dropped = f"infrastructure: {error}"


def free_answer(
    play: Round,
    talk: Conversation,
    stage: Stage,
    task: Task,
    *,
    kind: str,
    limit: int,
    prefix: str = "",
) -> Part:
    """Generate one free answer; returns its text, with the `prefix` that its prompt ended with."""
    form = talk.form

    def complete(text: str) -> bool:
        return kind == "program" and program_complete(prefix + text)

    completion = yield Request(
        agent=play.agent,
        prompt_ids=tuple(talk.ids),
        max_new_tokens=limit,
        temperature=stage.temperature(play.agent),
        stream=(*stage.stream, task.id, play.name, len(play.turns)),
        stop_ids=form.stop_ids,
        stop=form.stop(complete),
        **truncation(stage),
    )
    answer = prefix + form.decode(completion.token_ids)
    for stop in form.stop_strings:
        answer = answer.split(stop, 1)[0]
    opened = kind == "program" and prefix
    if opened and completion.finish == "stop" and not program_complete(answer):
        # The code block was opened for the model, so the end of the text closes it too.
        answer = answer.rstrip() + "\n```"
    keep_turn(play, talk, kind, completion, answer)
    return answer


def choose(
    play: Round,
    talk: Conversation,
    stage: Stage,
    task: Task,
    names: tuple[str, ...] | list[str],
    kind: str,
) -> Part:
    """One action out of `names`; returns its name."""
    choices: Choices = encode_choices(talk.form, names)
    completion = yield Request(
        agent=play.agent,
        prompt_ids=tuple(talk.ids),
        max_new_tokens=max(map(len, choices)),
        temperature=stage.action_temperature(play.agent),
        stream=(*stage.stream, task.id, play.name, len(play.turns)),
        choices=choices,
        epsilon=stage.config.action_epsilon,
    )
    chosen = names[choices.index(completion.token_ids)]
    keep_turn(play, talk, kind, completion, chosen, dict(zip(names, choices, strict=True)))
    return chosen


def drawn(names: Sequence[_Name], name: str, stage: Stage, task: Task) -> list[_Name]:
    """The order in which actions are listed to a role, one for each round's name.

    So that a place in the list is no choice. The stream is that of the round's turns, and not the
    one that tokens are drawn from.
    """
    order = list(names)
    Random(repr((*stage.stream, task.id, name))).shuffle(order)
    return order


def keep_turn(
    play: Round,
    talk: Conversation,
    kind: str,
    completion: Completion,
    answer: str,
    choices: Mapping[str, tuple[int, ...]] | None = None,
) -> None:
    """Record an answer in its round and in the conversation."""
    start, said = talk.answered(completion.token_ids)
    play.turns.append(Turn(kind, start, completion, said, answer, dict(choices or {})))
    play.ids = list(talk.ids)


def guarded(work: Callable[..., Any], *args: Any) -> Any:
    """Call the grader; a fault in it that nobody foresaw costs one sample, and not the run.

    Raises:
        InfrastructureError: in place of any error that is not one of the project's own.
    """
    try:
        return work(*args)
    except ParelhaError:
        raise
    except Exception as error:
        raise InfrastructureError(f"{type(error).__name__}: {str(error)[:200]}") from error


def truncation(stage: Stage) -> dict[str, Any]:
    """What else a free answer is sampled by; trained answers know the temperature alone."""
    if stage.sampling is None:
        return {}
    return stage.sampling.model_dump(include={"top_p", "top_k", "no_repeat_ngram"})


def task_prompt(task: Task, lang: Lang) -> str:
    """The task as both agents read it."""
    examples = [(case.args, expected(task, case.args)) for case in task.examples]
    return prompts.task_text(task, examples, lang)
