"""The dialogue: draft, review with tool calls, revision; K x M of them in a tree.

Each part is a generator that reads top to bottom like the dialogue itself. It yields what it must
wait for (a `Request` for tokens, a `Future` for a tool, a `Grade`, a list of parts to be played
side by side) and is resumed with the result; `rollout.play_all` moves many of them together, so
that all turns that are due share a batch. No torch here.
"""

from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from parelha.agents import prompts
from parelha.agents.actions import Choices, encode_choices
from parelha.agents.channel import bounded
from parelha.agents.formats import Conversation, Format
from parelha.agents.parsers import after_thought, extract_program, program_complete
from parelha.agents.turns import Branch, Completion, Request, Round, Stream, Tree, Turn, TurnKind
from parelha.config import EpisodeConfig, EvalConfig
from parelha.errors import InfrastructureError, ParelhaError
from parelha.grading import Grader
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


@dataclass(frozen=True)
class Stage:
    """Everything an episode needs besides its task.

    Attributes:
        config: the episode's shape and limits.
        lang: of statements and prompts.
        coder_format: of the coder's tokenizer.
        reviewer_format: of the reviewer's tokenizer.
        grader: scores programs and runs the reviewer's tools.
        pool: threads that wait for the grader.
        stream: (seed, step), the head of every random stream.
        sampling: replaces both agents' temperatures where given (evaluation).
    """

    config: EpisodeConfig
    lang: Lang
    coder_format: Format
    reviewer_format: Format
    grader: Grader
    pool: Executor
    stream: Stream
    sampling: EvalConfig | None = None

    def form(self, agent: Agent) -> Format:
        """The format of an agent's tokenizer."""
        return self.coder_format if agent is Agent.CODER else self.reviewer_format

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
    lang, form = stage.lang, stage.coder_format
    request = form.foreign(task_prompt(task, lang)) + prompts.choose_kind(lang)
    talk = Conversation(form, prompts.CODER_SYSTEM[lang], form.text_ids(request), request)
    talk.prefill(prompts.ACTION_PREFIX[lang])
    chosen = yield from choose(play, talk, stage, task, [a.value for a in CoderAction], "action")
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
        review = Round(name, Agent.REVIEWER, "review")
        branch.reviews.append(review)
        yield from play_review(review, task, stage, program_round)
        if not review.review:
            return branch, grades
        revision = Round(f"{name}.d", Agent.CODER, "revision")
        branch.revisions.append(revision)
        talk = talk.copy()
        grade = yield from play_revision(revision, talk, task, stage, review)
        grades.append((revision, grade))
        if len(branch.revisions) == stage.config.max_rounds:
            return branch, grades
        program_round, name = revision, f"{revision.name}.r"


def play_review(review: Round, task: Task, stage: Stage, draft: Round) -> Part:
    """The reviewer reads the program, may call tools, then approves or proposes a refactoring."""
    lang, form, config = stage.lang, stage.reviewer_format, stage.config
    answer = draft.turns[-1].answer
    program, reason = extract_program(answer, draft.turns[-1].completion.finish)
    tools = _TOOLS if config.max_tool_calls and program else ()
    actions = [*tools, *_VERDICTS]
    intro = prompts.review_intro(lang) + form.foreign(task_prompt(task, lang))
    intro += prompts.program_heading(reason, lang)
    outro = prompts.choose_action(actions, lang)
    shown = form.capped_ids(program or answer, 2 * config.max_program_tokens)
    talk = Conversation(
        form,
        prompts.REVIEWER_SYSTEM[lang],
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
            return
        review.tool_texts.append(text)
        # A tool says the same thing twice, so each can be called once, within the budget.
        left = len(review.tool_calls) < config.max_tool_calls
        actions = [a for a in actions if a in _VERDICTS or (left and a is not action)]
        shown = form.capped_ids(text, config.max_tool_tokens)
        head = prompts.tool_heading(action, lang)
        tail = prompts.after_tool(len(actions) > len(_VERDICTS), lang)
        user = [*form.text_ids(head), *shown, *form.text_ids(tail)]
        talk.request(user, head + form.decode(shown) + tail)
        talk.prefill(prompts.ACTION_PREFIX[lang])
    review.action = action.value
    if action is ReviewerAction.APPROVE:
        return
    talk.prefill(prompts.SEVERITY_PREFIX[lang])
    review.severity = yield from choose(review, talk, stage, task, SEVERITIES, "severity")
    talk.prefill(prompts.REVIEW_PREFIX[lang])
    answer = yield from speak(
        review, talk, stage, task, kind="review", limit=config.max_review_tokens
    )
    known = (task_prompt(task, lang), draft.turns[-1].answer, *review.tool_texts)
    # An empty review still is one: the coder is asked again, and the round has its revision.
    review.review = bounded(after_thought(answer) or "", known).strip() or "-"


def play_revision(
    revision: Round, talk: Conversation, task: Task, stage: Stage, review: Round
) -> Part:
    """The coder goes on from its draft, having read the review; it sees no tool's output."""
    lang, form = stage.lang, stage.coder_format
    assert review.severity is not None
    head, tail = prompts.review_heading(review.severity, lang), prompts.revise(lang)
    shown = form.capped_ids(review.review, stage.config.max_review_tokens)
    user = [*form.text_ids(head), *shown, *form.text_ids(tail)]
    talk.request(user, head + form.decode(shown) + tail)
    return (yield from write(revision, talk, stage, task))


def write(play: Round, talk: Conversation, stage: Stage, task: Task) -> Part:
    """One program; returns the grade under way."""
    prefix = talk.form.program_prefix
    talk.prefill(prefix)
    limit = stage.config.max_program_tokens
    answer = yield from speak(play, talk, stage, task, kind="program", limit=limit, prefix=prefix)
    return stage.start_grade(task, answer, play.turns[-1].completion.finish)


def speak(
    play: Round,
    talk: Conversation,
    stage: Stage,
    task: Task,
    *,
    kind: TurnKind,
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
        temperature=temperature(play.agent, stage),
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
    kind: TurnKind,
) -> Part:
    """One action out of `names`; returns its name."""
    choices: Choices = encode_choices(talk.form, names)
    completion = yield Request(
        agent=play.agent,
        prompt_ids=tuple(talk.ids),
        max_new_tokens=max(map(len, choices)),
        temperature=temperature(play.agent, stage),
        stream=(*stage.stream, task.id, play.name, len(play.turns)),
        choices=choices,
        epsilon=stage.config.action_epsilon,
    )
    chosen = names[choices.index(completion.token_ids)]
    keep_turn(play, talk, kind, completion, chosen)
    return chosen


def keep_turn(
    play: Round, talk: Conversation, kind: TurnKind, completion: Completion, answer: str
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


def temperature(agent: Agent, stage: Stage) -> float:
    """Of an agent's turns."""
    if stage.sampling is not None:
        return stage.sampling.temperature
    config = stage.config
    return config.coder_temperature if agent is Agent.CODER else config.reviewer_temperature


def truncation(stage: Stage) -> dict[str, Any]:
    """What else a free answer is sampled by; trained answers know the temperature alone."""
    if stage.sampling is None:
        return {}
    return stage.sampling.model_dump(include={"top_p", "top_k", "no_repeat_ngram"})


def task_prompt(task: Task, lang: Lang) -> str:
    """The task as both agents read it."""
    examples = [(case.args, expected(task, case.args)) for case in task.examples]
    return prompts.task_text(task, examples, lang)
