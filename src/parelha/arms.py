"""Other ways to solve a task with the same coder, to compare the pair with at equal tokens.

Each arm is a part of a dialogue like the episode's own, on the same tasks and random streams. What
an arm does not spend of the pair's tokens it cannot use; only `best_of_n` goes on until they are
spent.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from parelha.agents.turns import Branch, Round, Tree
from parelha.episode import play_draft, play_revision, play_tree
from parelha.errors import InfrastructureError
from parelha.models.policy import Policy
from parelha.reviewing import finds_fault, run_tool
from parelha.stage import Part, Stage, guarded, program_of, wait_for_grades
from parelha.types import Agent, ReviewerAction, Severity, Task

# The arms whose reviewer is no model, by the tool that speaks in its place.
_TOOL_OF = {"tools": ReviewerAction.EXECUTE, "linters": ReviewerAction.ANALYSE_STATICALLY}


def play_arm(arm: str, task: Task, stage: Stage, budget: int) -> Part:
    """One episode of an arm.

    Args:
        arm: one of `eval.arms`.
        task: to be solved.
        stage: of a single episode.
        budget: tokens, prompts counted, that the pair spent on this task.

    Returns: a `Tree` of one branch, its programs scored.
    """
    if arm == "frozen_reviewer":  # whoever calls has put the reviewer's adapter aside
        return (yield from play_tree(task, stage))
    if arm == "best_of_n":
        branch = yield from _play_best(task, stage, budget)
    else:
        branch = yield from _play_with_tool(task, stage, _TOOL_OF.get(arm))
    return Tree(task.id, [[branch]])


def _play_with_tool(task: Task, stage: Stage, tool: ReviewerAction | None) -> Part:
    """The coder alone; with a tool, what that says in place of a review, until it is content."""
    config = stage.config
    room = max(config.max_review_tokens, config.max_tool_tokens)  # as much as a reviewer would see
    stage = replace(stage, config=config.model_copy(update={"max_review_tokens": room}))
    draft, grade = yield from play_draft(task, stage, 0)
    branch, last, grades = Branch(draft), draft, [(draft, grade)]
    for number in range(stage.config.max_rounds):
        if tool is None:
            break
        program, said = program_of(last)
        if program:
            try:
                said = yield stage.pool.submit(guarded, run_tool, tool, task, program, stage)
            except InfrastructureError as error:
                last.dropped = f"infrastructure: {error}"
                break
        if program and not finds_fault(tool, said):
            break
        # As with a reviewer: nothing to save in what is no program.
        severity: Severity = "major" if program else "critical"
        review = Round(f"{last.name}.t{number}", Agent.REVIEWER, "review", severity=severity)
        review.action, review.review = ReviewerAction.PROPOSE_REFACTORING, said
        revision, grade = yield from play_revision(f"{last.name}.r0.d", task, stage, last, review)
        branch.rounds += [review, revision]
        last = revision
        grades.append((revision, grade))
    yield from wait_for_grades(grades)
    return branch


def _play_best(task: Task, stage: Stage, budget: int) -> Part:
    """Drafts one after the other until the examples come out right or the tokens are spent."""
    spent = 0
    rounds: list[Round] = []
    grades: list[tuple[Round, Any]] = []
    while not rounds or spent < budget:
        draft, grade = yield from play_draft(task, stage, len(rounds))
        rounds.append(draft)
        grades.append((draft, grade))
        spent += len(draft.ids)
        program, _ = program_of(draft)
        if not program:
            continue
        said = yield stage.pool.submit(
            guarded, run_tool, ReviewerAction.EXECUTE, task, program, stage
        )
        if not finds_fault(ReviewerAction.EXECUTE, said):
            break
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
