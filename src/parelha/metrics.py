"""From the trees of a step to one flat record, and to the lines of the run folder."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import zip_longest
from math import log
from typing import Any

from parelha.agents.parsers import copied_share
from parelha.agents.turns import Round, Tree
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
        "episodes": len(episodes),
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
    drafts = [p.score for t in trees for p in t.drafts if p.score is not None]
    finals = [b.final.score for b in episodes if b.final.score is not None and not b.was_cut_short]
    for name, scores in (("draft", drafts), ("final", finals)):
        record[f"pass_rate/{name}"] = mean(float(s.all_passed) for s in scores)
        record[f"share/{name}"] = mean(_share(s) for s in scores)
    programs = [p for p in rounds if p.kind in ("draft", "revision")]
    right = {task.id: str(task.action) for task in tasks}
    record["right_action_rate"] = mean(
        float(p.action == right[t.task_id]) for t in trees for p in t.drafts
    )
    for agent in Agent:
        record[f"entropy/{agent}"] = mean(
            turn.completion.entropy
            for play in rounds
            if play.agent is agent
            for turn in play.turns
            if turn.kind == "action"
        )
        actions = Counter(
            turn.answer
            for play in rounds
            if play.agent is agent
            for turn in play.turns
            if turn.kind == "action"
        )
        total = sum(actions.values())
        for action, count in sorted(actions.items()):
            record[f"action/{agent}/{action}"] = count / total
        record[f"choice_entropy/{agent}"] = -sum(
            n / total * log(n / total) for n in actions.values()
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
    record["approve_rate"] = mean(
        float(p.action == ReviewerAction.APPROVE) for p in reviews if p.action
    )
    record["verdict_accuracy"] = mean(
        float(p.components["verdict"] > 0) for p in reviews if "verdict" in p.components
    )
    record["copied_share"] = mean(
        copied_share(revision.score.program, review.review)
        for b in episodes
        for review, revision in zip(b.reviews, b.revisions, strict=False)
        if revision.score is not None and revision.score.program
    )
    return record


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
            rounds = [branch.draft, *branch.reviews, *branch.revisions]
            records.append(
                {
                    "task": task.id,
                    "family": task.family,
                    "split": task.split,
                    "draft_share": _share(draft),
                    "draft_passed": draft.all_passed,
                    "final_share": _share(final),
                    "final_passed": final.all_passed,
                    "approved": branch.reviews[-1].action == ReviewerAction.APPROVE,
                    "tokens": sum(p.new_tokens for p in rounds),
                }
            )
    return records


def _share(score: Score) -> float:
    return score.tests.share if score.tests is not None else 0.0
