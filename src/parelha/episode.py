"""The dialogue: draft, review with tool calls, revision; K x M of them in a tree.

Each part is a generator that reads top to bottom like the dialogue itself. It yields what it must
wait for (a `Request` for tokens, a `Future` for a tool, a `Grade`, a list of parts to be played
side by side) and is resumed with the result; `rollout.play_all` moves many of them together, so
that all turns that are due share a batch. No torch here.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from parelha.agents import prompts
from parelha.agents.actions import encode_choices
from parelha.agents.formats import Conversation
from parelha.agents.turns import Branch, Round, Tree
from parelha.errors import InfrastructureError
from parelha.reviewing import play_review
from parelha.stage import (
    Part,
    Stage,
    choose,
    drawn,
    free_answer,
    program_of,
    task_prompt,
    wait_for_grades,
)
from parelha.tasks.opening import opening_of
from parelha.types import Agent, CoderAction, Score, Task


def play_tree(
    task: Task, stage: Stage, stored: Sequence[Round] = (), judged: Sequence[Round] = ()
) -> Part:
    """All episodes of one task: K drafts, M reviews of each, one revision of each review.

    Where hints are given and no draft passes, K hinted drafts follow.

    Args:
        task: to be solved.
        stage: what it is played on.
        stored: drafts of earlier steps that are reviewed in place of new ones.
        judged: drafts of earlier steps of which a verdict alone is asked for.

    Returns (through the generator): a `Tree` whose programs are scored.
    """
    if stored or judged:
        verdict = replace(stage, phase="verdict")
        on = [(stage, draft) for draft in stored] + [(verdict, draft) for draft in judged]
        rows = yield [review_draft(task, s, d, s.start_grade(task, d)) for s, d in on]
    else:
        rows = yield [play_row(task, stage, k) for k in range(stage.config.drafts)]
        scores = [row[0].draft.score for row in rows]
        if stage.hints and not any(score is None or score.all_passed for score in scores):
            rows += yield from play_hinted(task, stage)
    return Tree(task.id, rows)


def play_row(task: Task, stage: Stage, k: int, opening: str = "") -> Part:
    """All episodes of one draft; a hinted one begins with the `opening`.

    Returns: its branches, all programs scored.
    """
    draft, grade = yield from play_draft(task, stage, k, opening)
    return (yield from review_draft(task, stage, draft, grade))


def play_hinted(task: Task, stage: Stage) -> Part:
    """K further drafts, begun as the reference begins and reviewed by nobody; none without one.

    Returns: a row of branches for each, all programs scored.
    """
    opening, alone = opening_of(task), replace(stage, phase="draft")
    numbers = range(stage.config.drafts, 2 * stage.config.drafts) if opening else ()
    return (yield [play_row(task, alone, k, opening) for k in numbers])


def review_draft(task: Task, stage: Stage, draft: Round, grade: "Future[Score]") -> Part:
    """What follows a draft in each of its episodes.

    Returns: its branches, all programs scored.
    """
    played: list[tuple[Branch, list[tuple[Round, Future[Score]]]]] = [(Branch(draft), [])]
    # Where a review is forced, a right program has nothing to be mended.
    reviewed = stage.phase != "draft" and (
        stage.phase != "review" or not (yield from passes(grade))
    )
    if reviewed:
        played = yield [play_branch(task, stage, draft, m) for m in range(stage.config.reviews)]
    # No turn depends on a grade, so grading goes on behind the dialogue until here.
    revised = (pair for _, grades in played for pair in grades)
    yield from wait_for_grades([(draft, grade), *revised])
    return [branch for branch, _ in played]


def passes(grade: "Future[Score]") -> Part:
    """Whether a program that is being graded passes; one that is lost does not."""
    try:
        score: Score = yield grade
    except InfrastructureError:
        return False
    return score.all_passed


def play_draft(task: Task, stage: Stage, k: int, opening: str = "") -> Part:
    """The coder names the kind of work, gets its working hint, and writes a program.

    Or goes on with one, from its `opening`.

    Returns: the round, and the grade under way.
    """
    play = Round(f"d{k}", Agent.CODER, "hinted" if opening else "draft")
    talk = ask_for_kind(play, task, stage)
    play.action = yield from choose(play, talk, stage, task, list(CoderAction), "action")
    hint = talk.form.foreign(prompts.write_program(CoderAction(play.action), task, stage.lang))
    talk.request(talk.form.text_ids(hint), hint)
    grade = yield from write(play, talk, stage, task, opening)
    return play, grade


def play_samples(task: Task, stage: Stage, numbers: Sequence[int]) -> Part:
    """Drafts alone, each on the random stream of its number.

    Returns: their rounds, scored.
    """
    played = yield [play_draft(task, stage, number) for number in numbers]
    yield from wait_for_grades(played)
    return [draft for draft, _ in played]


def ask_for_kind(play: Round, task: Task, stage: Stage) -> Conversation:
    """The conversation in which the coder is about to name the kind of work."""
    lang, form = stage.lang, stage.formats[play.agent]
    # In its draft's order, so that what the engine has read for one serves the other.
    kinds = drawn(list(CoderAction), play.name.split(".")[0], stage, task)
    request = form.foreign(task_prompt(task, lang)) + prompts.choose_kind(kinds, lang)
    talk = stage.start(play.agent, form.text_ids(request), request)
    talk.prefill(prompts.ACTION_PREFIX[lang])
    return talk


def play_branch(task: Task, stage: Stage, draft: Round, m: int) -> Part:
    """From a draft on: review and revise until the reviewer approves or the rounds are used up.

    Returns: the `Branch`, and its revisions with their grades under way.
    """
    branch, program_round, name = Branch(draft), draft, f"{draft.name}.r{m}"
    grades: list[tuple[Round, Future[Score]]] = []
    while True:
        review = yield from play_review(name, task, stage, program_round)
        branch.rounds.append(review)
        if not review.review or not stage.config.max_rounds:
            return branch, grades
        revision, grade = yield from play_revision(f"{name}.d", task, stage, program_round, review)
        branch.rounds.append(revision)
        grades.append((revision, grade))
        if len(branch.revisions) == stage.config.max_rounds:
            return branch, grades
        # As of drafts: a right program has nothing to be mended, whatever a review must ask for.
        if stage.phase == "review" and (yield from passes(grade)):
            return branch, grades
        program_round, name = revision, f"{revision.name}.r"


def play_revision(name: str, task: Task, stage: Stage, program: Round, review: Round) -> Part:
    """The coder edits the program or, where the review calls it major or critical, starts afresh.

    It reads what the review quotes and says, and sees no tool's output besides. It is a new
    conversation: one that goes on from the draft has it copied (docs/learning.md).

    Returns: the round, and the grade under way.
    """
    revision = Round(name, Agent.CODER, "revision", action=program.action)
    text = f"{review.quote}\n{review.review}" if review.quote else review.review
    form = stage.formats[revision.agent]
    # Joined to a quote, a review may be a token or two longer than it was written. It loses its end
    # then: the middle, left out, would leave neither of them readable.
    shown = form.text_ids(form.foreign(text))[: stage.config.max_review_tokens]
    ask = ask_afresh if review.asks_afresh else ask_for_edit
    talk = ask(revision, task, stage, program, review, shown)
    grade = yield from write(revision, talk, stage, task)
    return revision, grade


def ask_for_edit(
    play: Round, task: Task, stage: Stage, program: Round, review: Round, shown: list[int]
) -> Conversation:
    """The task, the program as material, and what the review says of it."""
    lang, form, config = stage.lang, stage.formats[play.agent], stage.config
    assert review.severity is not None
    head = form.foreign(task_prompt(task, lang)) + prompts.own_program(lang)
    code, _ = program_of(program)
    old = form.capped_ids(code, 2 * config.max_program_tokens)
    middle = prompts.review_heading(review.severity, lang)
    tail = prompts.edit(lang) + form.foreign(task.signature)
    ids = [*form.text_ids(head), *old, *form.text_ids(middle), *shown, *form.text_ids(tail)]
    said = head + form.decode(old) + middle + form.decode(shown) + tail
    return stage.start(play.agent, ids, said)


def ask_afresh(
    play: Round, task: Task, stage: Stage, program: Round, review: Round, shown: list[int]
) -> Conversation:
    """As a draft is asked for, the kind of work known; the old program is out of sight."""
    lang, form = stage.lang, stage.formats[play.agent]
    assert review.severity is not None
    kind = CoderAction(program.action)
    talk = ask_for_kind(play, task, stage)
    talk.reminded(encode_choices(form, [kind])[0], f" {kind}")
    head = prompts.review_heading(review.severity, lang)
    tail = prompts.after_review() + form.foreign(prompts.write_program(kind, task, lang))
    ids = [*form.text_ids(head), *shown, *form.text_ids(tail)]
    talk.request(ids, head + form.decode(shown) + tail)
    return talk


def write(play: Round, talk: Conversation, stage: Stage, task: Task, opening: str = "") -> Part:
    """One program, or the rest of it; returns the grade under way."""
    prefix = talk.form.program_prefix
    if opening:
        prefix = f"```python\n{talk.form.foreign(opening)}"
    talk.prefill(prefix)
    limit = stage.config.max_program_tokens
    yield from free_answer(play, talk, stage, task, kind="program", limit=limit, prefix=prefix)
    return stage.start_grade(task, play)
