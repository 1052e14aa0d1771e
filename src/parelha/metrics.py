"""From the trees of a step to one flat record, and to the lines of the run folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from difflib import SequenceMatcher
from itertools import zip_longest
from math import lcm, log
from statistics import correlation
from typing import Any

from parelha.agents.parsers import copied_share
from parelha.agents.turns import Branch, Round, Tree
from parelha.learning.credit import GroupCount
from parelha.types import Agent, ReviewerAction, Score, Task


def step_metrics(
    trees: Sequence[Tree], tasks: Sequence[Task], groups: dict[Agent, GroupCount]
) -> dict[str, Any]:
    """What a step's episodes were like; plain numbers, None where nothing was measured.

    Clock-based figures stay out of it, so that equal runs have equal records.
    """
    rounds = [play for tree in trees for play in tree.rounds]
    episodes = [branch for tree in trees for branch in tree.episodes]
    record: dict[str, Any] = {
        "episodes": sum(branch.draft.kind != "hinted" for branch in episodes),
        "samples_dropped": sum(bool(play.dropped) for play in rounds),
    }
    for kind in dict.fromkeys(("draft", "revision", "review", *(p.kind for p in rounds))):
        of_kind = [p for p in rounds if p.kind == kind]
        record[f"reward/{kind}"] = mean(p.reward for p in of_kind if p.reward is not None)
        names = sorted({name for p in of_kind for name in p.components})
        for name in names:
            record[f"component/{kind}/{name}"] = mean(
                p.components[name] for p in of_kind if name in p.components
            )
    # Stored drafts are chosen by what they are worth, so they say nothing of the pair.
    drafts = [p.score for p in rounds if p.kind == "draft" and p.score is not None]
    ended = _per_draft(trees, lambda b: b.final.score is not None and not b.was_cut_short)
    finals = [(weight, b.final.score) for weight, b in ended if b.final.score is not None]
    hinted = [p.score for p in rounds if p.kind == "hinted" and p.score is not None]
    measured = {"draft": [(1, score) for score in drafts], "final": finals}
    if hinted:
        measured["hinted"] = [(1, score) for score in hinted]
    for name, scores in measured.items():
        record[f"pass_rate/{name}"] = _weighted_mean((w, float(s.all_passed)) for w, s in scores)
        record[f"share/{name}"] = _weighted_mean((w, _share(s)) for w, s in scores)
    programs = [p for p in rounds if p.kind in ("draft", "revision")]
    right = {task.id: str(task.action) for task in tasks}
    record["right_action_rate"] = mean(
        float(p.action == right[t.task_id]) for t in trees for p in t.drafts if p.kind == "draft"
    )
    for agent in Agent:
        chosen = [
            turn
            for play in rounds
            if play.agent is agent
            for turn in play.turns
            if turn.kind == "action" and len(turn.choices) > 1
        ]
        record[f"entropy/{agent}"] = mean(turn.completion.entropy for turn in chosen)
        actions = Counter(turn.answer for turn in chosen)
        total = sum(actions.values())
        for action, count in sorted(actions.items()):
            record[f"action/{agent}/{action}"] = count / total
        # Without a sign: that of one action alone is 0.0 and not -0.0.
        record[f"choice_entropy/{agent}"] = (
            abs(sum(n / total * log(n / total) for n in actions.values())) if chosen else None
        )
        record[f"groups/{agent}"] = groups[agent].total
        record[f"groups_dropped/{agent}"] = groups[agent].dropped
        record[f"tokens/{agent}"] = sum(p.new_tokens for p in rounds if p.agent is agent)
    record["cut_rate"] = mean(float(p.was_cut) for p in programs)
    record["no_program_rate"] = mean(
        float(bool(p.score.reason)) for p in programs if p.score is not None
    )
    reviews = [p for p in rounds if p.kind == "review"]
    record["tool_calls"] = mean(float(len(p.tool_calls)) for p in reviews)
    record |= review_metrics(trees)
    record["copied_share"] = mean(
        copied_share(revision.score.program, review.review)
        for b in episodes
        for review, revision in zip(b.reviews, b.revisions, strict=False)
        if revision.score is not None and revision.score.program
    )
    return record


def review_metrics(trees: Sequence[Tree]) -> dict[str, float | None]:
    """Whether the reviewer tells right from wrong, and what its reviews do to programs.

    Of passing and of failing programs apart, where it had the choice: how often it approves, how
    often it is right. Of the written reviews: `mended` wrong programs that became right, `broken`
    right ones that became wrong, `change` the share of the program that is another one. `lift` is
    what the dialogue adds to the share of programs that pass, `lift_perfect` what it would with
    these reviews where every verdict were right; both count every draft alike, and one that passes
    and is not reviewed, where others are, adds 0. `credit_fidelity` is the correlation of what a
    written review's verdict was credited and what the review changed (C3, arXiv 2603.06859).
    """
    seen = [pair for tree in trees for branch in tree.episodes for pair in _judged(branch)]
    reviews = [play for tree in trees for play in tree.rounds if play.kind == "review"]
    chosen = [(review, before) for review, before, _ in seen if not review.is_forced]
    found = {
        "approve_rate": mean(float(_approves(r)) for r in reviews if r.action and not r.is_forced)
    }
    rates: list[float | None] = []
    for name, passes in (("passing", True), ("failing", False)):
        of_class = [review for review, before in chosen if before.all_passed is passes]
        found[f"approve_rate/{name}"] = mean(float(_approves(r)) for r in of_class)
        rates.append(mean(float(_approves(r) is passes) for r in of_class))
        found[f"verdict_accuracy/{name}"] = rates[-1]
    found["verdict_accuracy"] = mean(float(_approves(r) is b.all_passed) for r, b in chosen)
    found["balanced_accuracy"] = None if None in rates else mean(r for r in rates if r is not None)
    written = [(r, b, a) for r, b, a in seen if not _approves(r) and a is not None]
    found["mended"] = mean(float(a.all_passed) for _, b, a in written if not b.all_passed)
    found["broken"] = mean(float(not a.all_passed) for _, b, a in written if b.all_passed)
    found["change"] = mean(_change(b.program, a.program) for _, b, a in written)
    own = _per_draft(trees, _says_something)
    if not any(branch.reviews for _, branch in own):
        own = []  # nothing was reviewed, so nothing is known of what reviews add
    failing = _weighted_mean(
        (weight, float(not b.draft.score.all_passed))
        for weight, b in own
        if b.draft.score is not None
    )
    rescued = mean(found for tree in trees for b in tree.episodes for found in _rescued(b))
    found["lift"] = _weighted_mean(
        (weight, float(b.final.score.all_passed) - b.draft.score.all_passed)
        for weight, b in own
        if b.draft.score is not None and b.final.score is not None
    )
    found["lift_perfect"] = None if rescued is None or failing is None else failing * rescued
    found["credit_fidelity"] = _correlation(
        [
            (advantage, review.components["improvement"])
            for review, _, _ in written
            if (advantage := _verdict_advantage(review)) is not None
        ]
    )
    return found


def _judged(branch: Branch) -> Iterator[tuple[Round, Score, Score | None]]:
    """Each review that ended, the score it was of, and that of the revision if there is one."""
    programs = [branch.draft, *branch.revisions]
    for i, (before, review) in enumerate(zip(programs, branch.reviews, strict=False)):
        after = programs[i + 1] if i + 1 < len(programs) else None
        lost = after is not None and after.score is None
        if review.action and before.score is not None and not lost:
            yield review, before.score, None if after is None else after.score


def _says_something(branch: Branch) -> bool:
    """Whether its draft was reviewed, or passes and needed no review."""
    draft = branch.draft.score
    return any(_judged(branch)) or (not branch.reviews and draft is not None and draft.all_passed)


def _rescued(branch: Branch) -> Iterator[float]:
    """Of a draft that fails, 1 where the reviews have led to a program that passes, else 0."""
    draft = branch.draft.score
    after = [a for review, _, a in _judged(branch) if a is not None and not _approves(review)]
    if after and draft is not None and not draft.all_passed:
        yield float(any(score.all_passed for score in after))


def _per_draft(trees: Sequence[Tree], counts: Callable[[Branch], bool]) -> list[tuple[int, Branch]]:
    """The branches that count, each with a weight by which every draft has the same one in all.

    In a step of forced reviews a draft that passes has one branch and one that fails has several:
    in a plain mean over branches failing drafts would weigh more. Stored drafts are left out: they
    are chosen by what they are worth, so nothing is said of the pair by their share.
    """
    rows = [
        [branch for branch in row if branch.draft.kind == "draft" and counts(branch)]
        for tree in trees
        for row in tree.branches
    ]
    # Whole numbers, and 1 where all drafts have as many: that is the plain mean to the last bit.
    whole = lcm(*(len(row) for row in rows if row))
    return [(whole // len(row), branch) for row in rows for branch in row]


def _weighted_mean(values: Iterable[tuple[int, float]]) -> float | None:
    """Mean of (weight, value); None of nothing."""
    held = list(values)
    total = sum(weight for weight, _ in held)
    return sum(weight * value for weight, value in held) / total if held else None


def _approves(review: Round) -> bool:
    return review.action == ReviewerAction.APPROVE


def _verdict_advantage(review: Round) -> float | None:
    """Of the closing action."""
    found = [
        advantage
        for turn, advantage in zip(review.turns, review.advantages, strict=False)
        if turn.kind == "action"
    ]
    return found[-1] if found else None


def _change(before: str, after: str) -> float:
    """Share of two programs' lines that is not the same, 0 to 1."""
    one, other = before.split("\n"), after.split("\n")
    return 1.0 - SequenceMatcher(None, one, other, autojunk=False).ratio()


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's; None where one side does not vary."""
    if len(pairs) < 3:
        return None
    mine, its = zip(*pairs, strict=True)
    if min(max(side) - min(side) for side in (mine, its)) < 1e-9:
        return None
    return correlation(mine, its)


def mean(values: Iterable[float]) -> float | None:
    """Arithmetic mean; None of nothing."""
    held = list(values)
    return sum(held) / len(held) if held else None


def round_records(step: int, trees: Sequence[Tree]) -> list[dict[str, Any]]:
    """One JSON-ready record per round, for ``episodes/step_00012.jsonl``."""
    return [_record(step, tree.task_id, play) for tree in trees for play in tree.rounds]


def _record(step: int, task_id: str, play: Round) -> dict[str, Any]:
    score = None if play.score is None else asdict(play.score)
    if score is not None and score["tests"] is not None:
        # Measured by the clock, and so not the same in two equal runs.
        score["tests"].pop("cpu_seconds", None)
    return {
        "step": step,
        "task": task_id,
        "name": play.name,
        "agent": str(play.agent),
        "kind": play.kind,
        "action": play.action,
        "tool_calls": play.tool_calls,
        "tool_texts": play.tool_texts,
        "severity": play.severity,
        "quote": play.quote,
        "review": play.review,
        "reward": play.reward,
        "components": play.components,
        "dropped": play.dropped,
        "turns": [
            {
                "kind": turn.kind,
                "said": turn.said,
                "answer": turn.answer,
                "tokens": len(turn.completion.token_ids),
                "finish": turn.completion.finish,
                "advantage": advantage,
            }
            for turn, advantage in zip_longest(play.turns, play.advantages)
        ],
        "score": score,
    }


def eval_records(trees: Sequence[Tree], tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """One record per evaluated episode, in the order of the tasks."""
    records = []
    for tree, task in zip(trees, tasks, strict=True):
        for branch in tree.episodes:
            draft, final = branch.draft.score, branch.final.score
            if draft is None or final is None or branch.was_cut_short:
                continue  # lost to a fault of the machine: no sample, not a zero
            rounds = [branch.draft, *branch.rounds]
            new_tokens = sum(p.new_tokens for p in rounds)
            records.append(
                {
                    "task": task.id,
                    "family": task.family,
                    "split": task.split,
                    "draft_share": _share(draft),
                    "draft_passed": draft.all_passed,
                    "final_share": _share(final),
                    "final_passed": final.all_passed,
                    "approved": any(_approves(review) for review in branch.reviews),
                    "tokens": new_tokens,
                    "prompt_tokens": sum(len(p.ids) for p in rounds) - new_tokens,
                    **_speed(final),
                }
            )
    return records


def _speed(score: Score) -> dict[str, float]:
    """Of a right program, where `reward.efficiency_weight` has it measured."""
    if score.efficiency is None:
        return {}
    found, sizes = {"efficiency": score.efficiency.score}, score.efficiency.sizes
    return found | ({"time_ratio": sizes[-1].ratio} if sizes else {})


def _share(score: Score) -> float:
    return score.tests.share if score.tests is not None else 0.0
