"""The reviewer's round: it looks, decides, quotes what it saw, and says what to change."""

import re

from parelha.agents import prompts
from parelha.agents.channel import bounded
from parelha.agents.formats import Conversation, Format
from parelha.agents.parsers import after_thought
from parelha.agents.turns import VERDICTS, Round
from parelha.config import EpisodeConfig
from parelha.errors import InfrastructureError
from parelha.stage import Part, Stage, choose, drawn, free_answer, guarded, program_of, task_prompt
from parelha.types import SEVERITIES, Agent, ReviewerAction, Task

# What is run first where tools always are: it tells most about the verdict.
_TOOLS = (ReviewerAction.EXECUTE, ReviewerAction.ANALYSE_STATICALLY)
_MAX_QUOTABLE = 9  # one digit
_NO_QUOTE = "none"


def play_review(name: str, task: Task, stage: Stage, draft: Round) -> Part:
    """The reviewer reads the program and what tools say, then approves or proposes a refactoring.

    Returns: the round.
    """
    review = Round(name, Agent.REVIEWER, "review")
    seen = _Seen(stage.formats[review.agent], stage.config, program_of(draft)[0])
    try:
        talk, actions = yield from _open(review, task, stage, draft, seen)
        action = yield from _decide(review, talk, actions, task, stage, seen)
    except InfrastructureError as error:
        review.dropped = f"infrastructure: {error}"
        return review
    review.action = action.value
    if action is ReviewerAction.PROPOSE_REFACTORING and stage.phase != "verdict":
        yield from _write(review, talk, stage, task, draft.turns[-1].answer, seen)
    return review


def _open(review: Round, task: Task, stage: Stage, draft: Round, seen: "_Seen") -> Part:
    """What the reviewer is told first: the task, the program, and what tools say unasked.

    Returns: the conversation, and the actions that are legal in it.
    """
    lang, form, config = stage.lang, stage.formats[review.agent], stage.config
    program, reason = program_of(draft)
    tools = _TOOLS[: config.max_tool_calls] if program else ()
    intro = prompts.review_intro(lang) + form.foreign(task_prompt(task, lang))
    if program:
        intro += prompts.program_heading(lang)
    else:
        fault = prompts.no_program(_shown_reason(reason, form), lang)
        intro += prompts.answer_heading(seen.numbered(fault), lang)
    shown = form.capped_ids(program or draft.turns[-1].answer, 2 * config.max_program_tokens)
    user, text = [*form.text_ids(intro), *shown], intro + form.decode(shown)
    results: list[tuple[list[int], str]] = []
    for tool in tools if config.tools == "always" else ():
        said = yield stage.pool.submit(guarded, run_tool, tool, task, program, stage)
        results.append(seen.add(review, tool, said, prompts.next_tool(tool, lang)))
    # What tells most about the verdict stands next to it: small models read the end best.
    for ids, more in reversed(results):
        user, text = user + ids, text + more
    offered = _TOOLS if tools and config.tools == "chosen" else ()
    verdicts = VERDICTS[:1] if stage.phase == "review" else VERDICTS
    actions = drawn([*offered, *verdicts], review.name, stage, task)
    outro = prompts.choose_action(actions, seen.quotable, lang)
    return stage.start(review.agent, user + form.text_ids(outro), text + outro), actions


def _shown_reason(reason: str, form: Format) -> str:
    """Why there is no program; what stands in brackets is the answer's own word for a language."""
    ours, bracket, word = reason.partition("(")
    return ours + form.foreign(bracket + word)


def _decide(
    review: Round,
    talk: Conversation,
    actions: list[ReviewerAction],
    task: Task,
    stage: Stage,
    seen: "_Seen",
) -> Part:
    """Tool calls, where they are chosen, until a verdict; returns that."""
    lang, form = stage.lang, talk.form
    while True:
        talk.prefill(prompts.ACTION_PREFIX[lang])
        names = [a.value for a in ReviewerAction if a in actions]
        action = ReviewerAction((yield from choose(review, talk, stage, task, names, "action")))
        if action in VERDICTS:
            return action
        said = yield stage.pool.submit(guarded, run_tool, action, task, seen.program, stage)
        ids, text = seen.add(review, action, said, prompts.tool_heading(action, lang))
        # A tool says the same thing twice, so each can be called once, within the budget.
        left = len(review.tool_calls) < stage.config.max_tool_calls
        actions = [a for a in actions if a in VERDICTS or (left and a is not action)]
        tools_left = any(a not in VERDICTS for a in actions)
        tail = prompts.after_tool(tools_left, seen.quotable, lang)
        talk.request(ids + form.text_ids(tail), text + tail)


def _write(
    review: Round,
    talk: Conversation,
    stage: Stage,
    task: Task,
    draft: str,
    seen: "_Seen",
) -> Part:
    """How severe it is, which line of the tools the coder should see, and what to change."""
    lang, form, room = stage.lang, talk.form, stage.config.max_review_tokens
    talk.prefill(prompts.SEVERITY_PREFIX[lang])
    # What is no program, or gives a wrong result, is no minor matter: an edit would copy it.
    fails = not seen.program or is_seen_to_fail(review)
    legal = SEVERITIES[1:] if fails else SEVERITIES
    review.severity = yield from choose(review, talk, stage, task, legal, "severity")
    if numbers := seen.numbers:
        talk.prefill(prompts.QUOTE_PREFIX[lang])
        names = [_NO_QUOTE, *map(str, numbers)]
        line = yield from choose(review, talk, stage, task, names, "quote")
        if line != _NO_QUOTE:
            # What is quoted counts among the tokens of the review, and leaves room for words.
            # It begins with what went wrong, so its end is what can be left out.
            ids = form.text_ids(form.foreign(seen.quotable[int(line) - 1]))[: room // 2]
            review.quote, room = form.decode(ids), room - len(ids)
    talk.prefill(prompts.REVIEW_PREFIX[lang])
    answer = yield from free_answer(review, talk, stage, task, kind="review", limit=room)
    known = (task_prompt(task, lang), draft, *review.tool_texts)
    # An empty review still is one: the coder is asked again, and the round has its revision.
    review.review = bounded(after_thought(answer) or "", known).strip() or "-"


def is_seen_to_fail(review: Round) -> bool:
    """Whether the reviewer has seen the run on the examples, and a wrong result in it."""
    return any(
        finds_fault(ReviewerAction(tool), said)
        for tool, said in zip(review.tool_calls, review.tool_texts, strict=True)
        if tool == ReviewerAction.EXECUTE
    )


def finds_fault(tool: ReviewerAction, said: str) -> bool:
    """Whether a tool has something to say against a program."""
    return any(prompts.is_quotable(tool, line) for line in said.split("\n"))


class _Seen:
    """The program and what the tools said of it, with lines numbered where they can be quoted."""

    def __init__(self, form: Format, config: EpisodeConfig, program: str) -> None:
        self.program, self.form, self.max_tokens = program, form, config.max_tool_tokens
        self.most = _MAX_QUOTABLE if config.quotes else 0
        self.quotable: list[str] = []
        self.hidden: set[int] = set()  # numbers of lines that were cut out of what is shown

    @property
    def numbers(self) -> list[int]:
        """Of the lines that can be quoted: those that are shown."""
        every = range(1, len(self.quotable) + 1)
        return [number for number in every if number not in self.hidden]

    def numbered(self, line: str) -> str:
        """A line that can be quoted, behind its number; as it is where no more can be."""
        if len(self.quotable) == self.most:
            return line
        self.quotable.append(line)
        return f"[{len(self.quotable)}] {line}"

    def add(
        self, review: Round, tool: ReviewerAction, said: str, heading: str
    ) -> tuple[list[int], str]:
        """Put a tool's text on record; gives what the reviewer is shown of it, as ids and text."""
        review.tool_calls.append(tool.value)
        review.tool_texts.append(said)
        shown, before = list[str](), len(self.quotable)
        for line in said.split("\n"):
            shown.append(self.numbered(line) if prompts.is_quotable(tool, line) else line)
        ids = self.form.capped_ids("\n".join(shown), self.max_tokens)
        text = self.form.decode(ids)
        numbers = range(before + 1, len(self.quotable) + 1)
        there = {int(number) for number in re.findall(r"^\[(\d+)\] ", text, re.M)}
        self.hidden |= set(numbers) - there
        return [*self.form.text_ids(heading), *ids], heading + text


def run_tool(action: ReviewerAction, task: Task, program: str, stage: Stage) -> str:
    """A tool's output, for the reviewer alone."""
    if action is ReviewerAction.EXECUTE:
        return stage.grader.execute_examples(task, program, stage.lang)
    return stage.grader.analyse_text(program, stage.lang)
