"""Other ways to solve a task with the coder, beside the pair; `best_of_n` has the pair's tokens.

Each arm is a part of a dialogue like the episode's own, on the same tasks and random streams. What
an arm does not spend of the pair's tokens it cannot use; only `best_of_n` goes on until they are
spent.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch

from parelha.agents.turns import Branch, Round, Tree
from parelha.episode import play_draft, play_revision, play_tree
from parelha.models.policy import Policy
from parelha.reviewing import finds_fault, run_tool
from parelha.stage import Part, Stage, guarded, program_of, wait_for_grades
from parelha.types import Agent, ReviewerAction, Severity, Task

# The arms whose reviewer is no model, by the tool that speaks in its place.
_TOOL_OF = {"tools": ReviewerAction.EXECUTE, "linters": ReviewerAction.ANALYSE_STATICALLY}


def play_arm(arm: str, task: Task, stage: Stage, pair: Tree) -> Part:
    """One episode of an arm.

    Args:
        arm: one of `eval.arms`.
        task: to be solved.
        stage: of a single episode.
        pair: what the pair played on the task. Every arm begins with its draft: the coder is the
            same, and so is the random stream.

    Returns: a `Tree` of one branch, its programs scored.
    """
    (draft,) = pair.drafts
    if arm == "coder":
        return Tree(task.id, [[Branch(draft)]])
    if arm == "frozen_reviewer":  # whoever calls has put the reviewer's adapter aside
        return (yield from play_tree(task, stage, [draft]))
    if arm == "best_of_n":
        branch = yield from _play_best(task, stage, draft, sum(spent_tokens(pair)))
    else:
        branch = yield from _play_with_tool(task, stage, draft, _TOOL_OF[arm])
    return Tree(task.id, [[branch]])


def _play_with_tool(task: Task, stage: Stage, draft: Round, tool: ReviewerAction) -> Part:
    """What a tool says in place of a review, until it is content."""
    config = stage.config
    room = max(config.max_review_tokens, config.max_tool_tokens)  # as much as a reviewer would see
    stage = replace(stage, config=config.model_copy(update={"max_review_tokens": room}))
    branch, last, grades, name = Branch(draft), draft, [], f"{draft.name}.r0"
    for _ in range(stage.config.max_rounds):
        program, said = program_of(last)
        if program:
            said = yield stage.pool.submit(guarded, run_tool, tool, task, program, stage)
        if program and not finds_fault(tool, said):
            break
        # As with a reviewer: nothing to save in what is no program.
        severity: Severity = "major" if program else "critical"
        review = Round(name, Agent.REVIEWER, "review", severity=severity)
        review.action, review.review = ReviewerAction.PROPOSE_REFACTORING, said
        revision, grade = yield from play_revision(f"{name}.d", task, stage, last, review)
        branch.rounds += [review, revision]
        last, name = revision, f"{name}.d.r"
        grades.append((revision, grade))
    yield from wait_for_grades(grades)
    return branch


def _play_best(task: Task, stage: Stage, draft: Round, budget: int) -> Part:
    """Drafts one after the other until the examples come out right or the tokens are spent."""
    rounds, grades = [draft], []
    while True:
        program, said = program_of(rounds[-1])
        if program:
            said = yield stage.pool.submit(
                guarded, run_tool, ReviewerAction.EXECUTE, task, program, stage
            )
        if program and not finds_fault(ReviewerAction.EXECUTE, said):
            break
        spent = sum(len(play.ids) for play in rounds)
        # A further draft costs about what those before it did.
        if spent + spent / len(rounds) > budget:
            break
        further, grade = yield from play_draft(task, stage, len(rounds))
        rounds.append(further)
        grades.append((further, grade))
    yield from wait_for_grades(grades)
    # Where no draft has all examples right, the last one is as good a guess as any.
    *others, chosen = rounds
    branch = Branch(chosen)
    branch.rounds += others
    return branch


@contextmanager
def adapter_aside(policy: Policy, agent: Agent, changed: Callable[[Agent], None]) -> Iterator[None]:
    """An agent plays as the untrained base inside: its adapter's product is 0."""
    factors = [p for name, p in policy.parameters(agent).items() if "lora_B" in name]
    kept = [factor.detach().clone() for factor in factors]
    try:
        with torch.no_grad():
            for factor in factors:
                factor.zero_()
        changed(agent)
        yield
    finally:
        with torch.no_grad():
            for factor, values in zip(factors, kept, strict=True):
                factor.copy_(values)
        changed(agent)


def spent_tokens(tree: Tree) -> tuple[int, int]:
    """Tokens of the prompts and of the answers of a tree's rounds."""
    rounds = [play for branch in tree.episodes for play in (branch.draft, *branch.rounds)]
    new = sum(play.new_tokens for play in rounds)
    return sum(len(play.ids) for play in rounds) - new, new
