"""Rewards to advantages: compared within a group, normalised over an agent's step.

Groups as in AT-GRPO: per task, agent and kind of turn. Normalisation per agent as in Dr.MAS: one
standard deviation for everything an agent did in the step, so that neither agent's scale leaks
into the other's. There is no division by the length of an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from parelha.agents.turns import Round, Tree
from parelha.types import Agent

_EPSILON = 1e-6


@dataclass(frozen=True)
class GroupCount:
    """How many groups an agent had in a step, and how many taught nothing."""

    total: int = 0
    dropped: int = 0


def assign_advantages(trees: Sequence[Tree], *, normalise_std: bool) -> dict[Agent, GroupCount]:
    """Fill `advantage` of every round of a step, in place; None where the group was dropped.

    A round's value is its reward minus its baseline; its advantage is the value minus the mean of
    its group. A group of one, or without variance, is dropped.
    """
    groups: dict[tuple[str, Agent, str], list[Round]] = {}
    for tree in trees:
        for play in tree.rounds:
            play.advantage = None
            if play.reward is not None and not play.dropped:
                groups.setdefault((tree.task_id, play.agent, play.group), []).append(play)
    counts = {agent: [0, 0] for agent in Agent}
    for (_, agent, _), members in groups.items():
        counts[agent][0] += 1
        values = [(p.reward or 0.0) - p.baseline for p in members]
        if len(values) < 2 or max(values) - min(values) < _EPSILON:
            counts[agent][1] += 1
            continue
        mean = sum(values) / len(values)
        for play, value in zip(members, values, strict=True):
            play.advantage = value - mean
    if normalise_std:
        for agent in Agent:
            _normalise([p for t in trees for p in t.rounds if p.agent is agent])
    return {agent: GroupCount(*pair) for agent, pair in counts.items()}


def _normalise(rounds: list[Round]) -> None:
    """Divide by the root mean square; group means are already 0."""
    kept = [play for play in rounds if play.advantage is not None]
    if not kept:
        return
    scale = (sum((p.advantage or 0.0) ** 2 for p in kept) / len(kept)) ** 0.5
    for play in kept:
        play.advantage = (play.advantage or 0.0) / (scale + _EPSILON)
