"""The dialogue: draft, review with tool calls, revision; K x M of them in a tree.

Each part is a generator that reads top to bottom like the dialogue itself. It yields what it must
wait for (a `Request` for tokens, a `Future` for a tool, a `Grade`, a list of parts to be played
side by side) and is resumed with the result; `rollout.play_all` moves many of them together, so
that all turns that are due share a batch. No torch here.
"""

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Protocol

from parelha.agents import prompts
from parelha.agents.actions import Choices, encode_choices
from parelha.agents.channel import bounded
from parelha.agents.formats import Conversation, Format
from parelha.agents.parsers import after_thought, extract_program, program_complete
from parelha.agents.roles import Roles
from parelha.agents.turns import Branch, Completion, Request, Round, Stream, Tree, Turn
from parelha.config import EpisodeConfig, EvalConfig
from parelha.errors import InfrastructureError, ParelhaError
from parelha.tasks import expected
from parelha.types import (
    SEVERITIES,
    Agent,
    CoderAction,
    Lang,
    ReviewerAction,
    Score,
    Task,
)

# What is waited for, and what comes back for it, differ; the annotations at each `yield` say it.
Part = Generator[Any, Any, Any]

_TOOLS = (ReviewerAction.ANALYSE_STATICALLY, ReviewerAction.EXECUTE)
_VERDICTS = (ReviewerAction.PROPOSE_REFACTORING, ReviewerAction.APPROVE)


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
    """

    config: EpisodeConfig
    lang: Lang
    roles: Roles
    formats: Mapping[Agent, Format]
    grader: Tools
    pool: Executor
    stream: Stream
    sampling: EvalConfig | None = None

    def temperature(self, agent: Agent) -> float:
        """Of a role's turns."""
        return self.sampling.temperature if self.sampling else self.roles[agent].temperature

    def start(self, agent: Agent, user: list[int], user_text: str) -> Conversation:
        """A role's conversation from its first request on."""
        system = self.roles[agent].system[self.lang]
        return Conversation(self.formats[agent], system, user, user_text)

    def start_grade(self, task: Task, answer: str, finish: Any) -> "Future[Score]":
        """Extract the program and grade it in the background."""
        program, reason = extract_program(answer, finish)
        return self.pool.submit(guarded, self.grader.grade, task, program, reason)


def play_tree(task: Task, stage: Stage) -> Part:
    """All episodes of one task: K drafts, M reviews of each, one revision of each review.

    Returns (through the generator): a `Tree` whose programs are scored.
    """
    rows = yield [play_row(task, stage, k) for k in range(stage.config.drafts)]
    return Tree(task.id, rows)


def play_row(task: Task, stage: Stage, k: int) -> Part:
    """All episodes of one draft.

    Returns: its branches, all programs scored.
    """
    draft, talk, grade = yield from play_draft(task, stage, k)
    played = yield [play_branch(task, stage, draft, talk, m) for m in range(stage.config.reviews)]
    # No turn depends on a grade, so grading goes on behind the dialogue until here.
    for play, due in [(draft, grade), *(pair for _, grades in played for pair in grades)]:
        try:
            play.score = yield Grade(due)
        except InfrastructureError as error:
            play.dropped = f"infrastructure: {error}"
    return [branch for branch, _ in played]


def play_draft(task: Task, stage: Stage, k: int) -> Part:
    """The coder names the kind of work, gets its working hint, and writes a program.

    Returns: the round, the conversation it may go on from, and the grade under way.
    """
    play = Round(f"d{k}", Agent.CODER, "draft")
    lang, form = stage.lang, stage.formats[play.agent]
    request = form.foreign(task_prompt(task, lang)) + prompts.choose_kind(lang)
    talk = stage.start(play.agent, form.text_ids(request), request)
    talk.prefill(prompts.ACTION_PREFIX[lang])
    chosen = yield from choose(play, talk, stage, task, list(CoderAction), "action")
    play.action = chosen
    hint = form.foreign(prompts.write_program(CoderAction(chosen), task, lang))
    talk.request(form.text_ids(hint), hint)
    grade = yield from write(play, talk, stage, task)
    return play, talk, grade


def play_branch(task: Task, stage: Stage, draft: Round, talk: Conversation, m: int) -> Part:
    """From a draft on: review and revise until the reviewer approves or the rounds are used up.

    Returns: the `Branch`, and its revisions with their grades under way.
    """
    branch, program_round, name = Branch(draft), draft, f"{draft.name}.r{m}"
    grades: list[tuple[Round, Future[Score]]] = []
    while True:
        review = yield from play_review(name, task, stage, program_round)
        branch.rounds.append(review)
        if not review.review:
            return branch, grades
        talk = talk.copy()
        revision, grade = yield from play_revision(f"{name}.d", talk, task, stage, review)
        branch.rounds.append(revision)
        grades.append((revision, grade))
        if len(branch.revisions) == stage.config.max_rounds:
            return branch, grades
        program_round, name = revision, f"{revision.name}.r"


def play_review(name: str, task: Task, stage: Stage, draft: Round) -> Part:
    """The reviewer reads the program, may call tools, then approves or proposes a refactoring.

    Returns: the round.
    """
    review = Round(name, Agent.REVIEWER, "review")
    lang, form, config = stage.lang, stage.formats[review.agent], stage.config
    answer = draft.turns[-1].answer
    program, reason = extract_program(answer, draft.turns[-1].completion.finish)
    tools = _TOOLS if config.max_tool_calls and program else ()
    actions = [*tools, *_VERDICTS]
    intro = prompts.review_intro(lang) + form.foreign(task_prompt(task, lang))
    intro += prompts.program_heading(reason, lang)
    outro = prompts.choose_action(actions, lang)
    shown = form.capped_ids(program or answer, 2 * config.max_program_tokens)
    talk = stage.start(
        review.agent,
        [*form.text_ids(intro), *shown, *form.text_ids(outro)],
        intro + form.decode(shown) + outro,
    )
    talk.prefill(prompts.ACTION_PREFIX[lang])
    while True:
        names = [action.value for action in actions]
        action = ReviewerAction((yield from choose(review, talk, stage, task, names, "action")))
        if action in _VERDICTS:
            break
        review.tool_calls.append(action.value)
        try:
            text = yield stage.pool.submit(guarded, run_tool, action, task, program, stage)
        except InfrastructureError as error:
            review.dropped = f"infrastructure: {error}"
            return review
        review.tool_texts.append(text)
        # A tool says the same thing twice, so each can be called once, within the budget.
        left = len(review.tool_calls) < config.max_tool_calls
        actions = [a for a in actions if a in _VERDICTS or (left and a is not action)]
        shown = form.capped_ids(text, config.max_tool_tokens)
        tail = prompts.after_tool(len(actions) > len(_VERDICTS), lang)
        framed(talk, prompts.tool_heading(action, lang), shown, tail)
        talk.prefill(prompts.ACTION_PREFIX[lang])
    review.action = action.value
    if action is ReviewerAction.APPROVE:
        return review
    talk.prefill(prompts.SEVERITY_PREFIX[lang])
    review.severity = yield from choose(review, talk, stage, task, SEVERITIES, "severity")
    talk.prefill(prompts.REVIEW_PREFIX[lang])
    answer = yield from speak(
        review, talk, stage, task, kind="review", limit=config.max_review_tokens
    )
    known = (task_prompt(task, lang), draft.turns[-1].answer, *review.tool_texts)
    # An empty review still is one: the coder is asked again, and the round has its revision.
    review.review = bounded(after_thought(answer) or "", known).strip() or "-"
    return review


def play_revision(name: str, talk: Conversation, task: Task, stage: Stage, review: Round) -> Part:
    """The coder goes on from its draft, having read the review; it sees no tool's output.

    Returns: the round, and the grade under way.
    """
    revision = Round(name, Agent.CODER, "revision")
    lang, form = stage.lang, stage.formats[revision.agent]
    assert review.severity is not None
    shown = form.capped_ids(review.review, stage.config.max_review_tokens)
    framed(talk, prompts.review_heading(review.severity, lang), shown, prompts.revise(lang))
    grade = yield from write(revision, talk, stage, task)
    return revision, grade


def framed(talk: Conversation, head: str, shown: list[int], tail: str) -> None:
    """Put foreign text, as ids, between words of the prompt's own."""
    form = talk.form
    user = [*form.text_ids(head), *shown, *form.text_ids(tail)]
    talk.request(user, head + form.decode(shown) + tail)


def write(play: Round, talk: Conversation, stage: Stage, task: Task) -> Part:
    """One program; returns the grade under way."""
    prefix = talk.form.program_prefix
    talk.prefill(prefix)
    limit = stage.config.max_program_tokens
    prefix = talk.form.opened + prefix
    answer = yield from speak(play, talk, stage, task, kind="program", limit=limit, prefix=prefix)
    return stage.start_grade(task, answer, play.turns[-1].completion.finish)


def speak(
    play: Round,
    talk: Conversation,
    stage: Stage,
    task: Task,
    *,
    kind: str,
    limit: int,
    prefix: str = "",
) -> Part:
    """One free answer; returns its text, with the `prefix` that its prompt ended with."""
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
    opened = kind == "program" and form.program_prefix
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
        temperature=stage.temperature(play.agent),
        stream=(*stage.stream, task.id, play.name, len(play.turns)),
        choices=choices,
        epsilon=stage.config.action_epsilon,
    )
    chosen = names[choices.index(completion.token_ids)]
    keep_turn(play, talk, kind, completion, chosen)
    return chosen


def keep_turn(
    play: Round, talk: Conversation, kind: str, completion: Completion, answer: str
) -> None:
    """Record an answer in its round and in the conversation."""
    start, said = talk.answered(completion.token_ids)
    play.turns.append(Turn(kind, start, completion, said, answer))
    play.ids = list(talk.ids)


def run_tool(action: ReviewerAction, task: Task, program: str, stage: Stage) -> str:
    """A tool's output, for the reviewer alone."""
    if action is ReviewerAction.EXECUTE:
        return stage.grader.execute_examples(task, program, stage.lang)
    return stage.grader.analyse_text(program, stage.lang)


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
