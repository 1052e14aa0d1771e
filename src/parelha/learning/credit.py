"""From rewards to the advantage of each turn: groups, baselines, one scale for each kind of credit.

Programs are compared within their task: drafts with drafts, revisions by what they are above their
baseline, which is the program that an edit goes on from, and the mean of the first attempts for a
program begun afresh. A review is three decisions, and each is paid for what it decides
(docs/learning.md):

- the *verdict* (approve, or write a review) by whether the program passes, and by how much is at
  stake; both moves are known, so no group is needed, and both classes of programs weigh the same;
- the *tool calls* before it by that payoff less their cost, among the reviews of one program;
- severity and *text* by what the revision became, among the written reviews of one program.

Groups as in AT-GRPO: per task, agent and kind of turn. Scales as in Dr.MAS: one standard deviation
for everything an agent did of a kind in the step, so that no scale leaks into another.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from parelha.agents.turns import Round, Tree
from parelha.config import LearningConfig, RewardConfig
from parelha.learning.algorithms import load_algorithm
from parelha.rewards import combine, paid
from parelha.types import Agent, ReviewerAction

Kind = Literal["program", "verdict", "tools", "text"]

# What a written review consists of; severity says whether the coder edits or starts afresh.
_WRITTEN = ("severity", "quote", "review")
_EPSILON = 1e-6
# What programs of a task differ by where about half of them pass. Where they differ by less, none
# passing, that little must not count like passing and failing.
_SPREAD = 0.5
_MAX_BALANCE = 4.0  # times the weight of the rare class, so that no single program decides a step


@dataclass(frozen=True)
class GroupCount:
    """How many groups an agent had in a step, and how many taught nothing."""

    total: int = 0
    dropped: int = 0


@dataclass
class _Reviewed:
    """A program and the reviews of it that ended."""

    program: Round
    reviews: list[Round] = field(default_factory=list)

    @property
    def verdicts(self) -> list[Round]:
        """Those of them whose verdict was chosen."""
        return [review for review in self.reviews if not review.is_forced]

    @property
    def passes(self) -> bool:
        """Whether the program under review is right."""
        return self.program.score is not None and self.program.score.all_passed


# Turns that share an advantage: the round, the places of its turns, the value or the advantage.
_Entry = tuple[Round, list[int], float]


def assign_credit(
    trees: Sequence[Tree], learning: LearningConfig, reward: RewardConfig
) -> dict[Agent, GroupCount]:
    """Fill `advantages` of every round of a step, in place; None where a turn teaches nothing."""
    for tree in trees:
        for play in tree.rounds:
            play.advantages, play.better = [None] * len(play.turns), {}
    book = _Book(learning)
    for tree in trees:
        # Stored drafts have no turns that anyone could learn; hinted ones pass more easily.
        for kind in ("draft", "hinted"):
            alike = [draft for draft in _kept(tree.drafts) if draft.kind == kind]
            book.compare("program", [_whole(draft, draft.reward) for draft in alike])
        book.compare("program", list(_revisions(tree, reward)))
    reviewed = [one for tree in trees for one in _reviewed(tree)]
    weights = class_weights([(one.passes, len(one.verdicts) * _stake(one)) for one in reviewed])
    for one in reviewed:
        _credit_reviews(one, weights[one.passes] * _stake(one), book, reward)
    # Small differences stay small, and so does the bound on the weight of a rare class. Where
    # verdicts agree, calls alone differ: their cost must not count like a verdict.
    least: dict[Kind, float] = {
        "program": _SPREAD,
        "text": _SPREAD,
        "verdict": 1.0,
        "tools": reward.verdict_weight,
    }
    book.write(learning.normalise_std, least)
    return book.counts()


def class_weights(stakes: Sequence[tuple[bool, float]]) -> dict[bool, float]:
    """Weight of a verdict on passing and on failing programs, so that both classes sum to the same.

    `stakes` are of each program whether it passes, and what is at stake in its verdict.

    Whoever says the same of all programs, or tosses a coin, then earns nothing on average. Where a
    class is missing both weights are 0: nothing could tell a blind verdict from a right one.
    """
    total = {passes: sum(stake for of, stake in stakes if of is passes) for passes in (True, False)}
    if not (total[True] and total[False]):
        return {True: 0.0, False: 0.0}
    # Bounding the rare class alone would tip the balance: both are scaled by the same factor.
    share = min(sum(total.values()) / 2, _MAX_BALANCE * min(total.values()))
    return {passes: share / total[passes] for passes in (True, False)}


def _credit_reviews(one: _Reviewed, size: float, book: "_Book", reward: RewardConfig) -> None:
    """The three credits of the reviews of one program; `size` is that of a verdict's."""
    tools: list[_Entry] = []
    texts: list[_Entry] = []
    for review in one.reviews:
        *calls, last = [i for i, turn in enumerate(review.turns) if turn.kind == "action"]
        approves = review.action == ReviewerAction.APPROVE
        verdict = 0.0 if review.is_forced else size if approves == one.passes else -size
        if verdict:
            book.keep("verdict", [(review, [last], verdict)])
            right = ReviewerAction.APPROVE if one.passes else ReviewerAction.PROPOSE_REFACTORING
            if right in review.turns[last].choices:
                review.better[last] = right
        payoff = reward.verdict_weight * verdict - reward.tool_cost * len(calls)
        tools.append((review, calls, payoff))
        if not approves:
            written = [i for i, turn in enumerate(review.turns) if turn.kind in _WRITTEN]
            texts.append((review, written, paid(review.components)))
    if size and one.verdicts:
        book.compare("tools", tools)
    # What made a program worse is not learned from, however much worse the others made it.
    book.compare("text", texts, worse=[value < 0 for _, _, value in texts])


def _stake(one: _Reviewed) -> float:
    """1, and what the wrong move is known to cost: at most 1 more.

    Approving leaves a program as it is; a review is worth the mean of what the written reviews of
    it changed. So a wrong program that they mended, or a right one that they broke, counts more.
    """
    changes = [
        review.components["improvement"]
        for review in one.reviews
        if review.action != ReviewerAction.APPROVE
    ]
    mean = sum(changes) / len(changes) if changes else 0.0
    return 1.0 + min(max(-mean if one.passes else mean, 0.0), 1.0)


def _kept(rounds: Sequence[Round]) -> list[Round]:
    return [play for play in rounds if play.reward is not None and not play.dropped]


def _whole(play: Round, value: float | None) -> _Entry:
    """All turns of a round with the same value."""
    return play, list(range(len(play.turns))), value or 0.0


def _revisions(tree: Tree, reward: RewardConfig) -> Iterator[_Entry]:
    """The revisions of a task by what each is above its baseline.

    A baseline changes which revisions stand out, and not what a draft earns. An edit's is the value
    of the program that it goes on from. One that starts afresh never sees that program, whose luck
    would be noise to it: its baseline is the mean of the first attempts. Values are the programs'
    own: what a draft is paid for its dialogue (`reward.draft_final_weight`) has revisions in it.
    """
    revised = {branch.draft.name for branch in tree.episodes if branch.revisions}
    # Stored drafts that are only judged were chosen by whether they pass.
    first = [d for d in tree.drafts if d.kind == "draft" or d.name in revised]
    for branch in tree.episodes:
        programs = [branch.draft, *branch.revisions]
        for before, review, revision in zip(
            programs, branch.reviews, branch.revisions, strict=False
        ):
            if before.reward is None or not _kept([revision]):
                continue
            against = first if review.asks_afresh else [before]
            values = [combine(one.components, reward) for one in against if one.reward is not None]
            yield _whole(revision, (revision.reward or 0.0) - sum(values) / len(values))


def _reviewed(tree: Tree) -> list[_Reviewed]:
    """Every program of a tree that was reviewed, with its reviews."""
    found: dict[str, _Reviewed] = {}
    for branch in tree.episodes:
        programs = [branch.draft, *branch.revisions]
        # A review without a revision is the last one, so it finds its program all the same.
        for before, review in zip(programs, branch.reviews, strict=False):
            if _kept([review]):
                found.setdefault(before.name, _Reviewed(before)).reviews.append(review)
    return list(found.values())


class _Book:
    """The advantages of a step, by agent and kind of credit."""

    def __init__(self, learning: LearningConfig) -> None:
        self.algorithm = load_algorithm(learning.algorithm)
        self.entries: dict[tuple[Agent, Kind], list[_Entry]] = {}
        self.played: Counter[tuple[Agent, Kind]] = Counter()
        self.groups = {agent: [0, 0] for agent in Agent}

    def compare(self, kind: Kind, group: list[_Entry], worse: Sequence[bool] = ()) -> None:
        """Credit values by the algorithm; drop a group of one, or without variance.

        Args:
            kind: of credit.
            group: with values; entries without turns are compared with, and learn nothing.
            worse: of each, whether its advantage must not be above 0.
        """
        if not any(places for _, places, _ in group):
            return
        values = [value for _, _, value in group]
        agent = group[0][0].agent
        if len(values) > 1:  # one alone was compared with nothing
            self.played[agent, kind] += sum(bool(places) for _, places, _ in group)
        counts = self.groups[agent]
        counts[0] += 1
        if max(values) - min(values) < _EPSILON:
            counts[1] += 1
            return
        found = self.algorithm.group_advantages(values)
        for i, bad in enumerate(worse):
            found[i] = min(found[i], 0.0) if bad else found[i]
        self.keep(kind, [(p, at, a) for (p, at, _), a in zip(group, found, strict=True)])

    def keep(self, kind: Kind, entries: list[_Entry]) -> None:
        """Take advantages as they are."""
        for entry in entries:
            self.entries.setdefault((entry[0].agent, kind), []).append(entry)

    def write(self, normalise_std: bool, least: Mapping[Kind, float]) -> None:
        """Put the advantages into the rounds, each kind by its root mean square, or by `least`.

        What was compared without effect counts as 0 (GRPO), so that a step in which few groups say
        something moves the adapter by as little. The loss is a mean over what has an advantage.
        """
        for key, entries in self.entries.items():
            felt = [a for _, places, a in entries if places]
            scale = 1.0
            if normalise_std:
                mean = sum(a**2 for a in felt) / len(felt)
                scale = max(mean**0.5, least.get(key[1], 0.0)) + _EPSILON
                scale *= max(self.played[key], len(felt)) / len(felt)
            for play, places, advantage in entries:
                for place in places:
                    play.advantages[place] = advantage / scale

    def counts(self) -> dict[Agent, GroupCount]:
        """Groups of each agent."""
        return {agent: GroupCount(*pair) for agent, pair in self.groups.items()}
