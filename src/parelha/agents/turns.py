"""The rounds that a dialogue is made of, and the trees that its branches form."""

from dataclasses import dataclass, field

from parelha.engines.protocol import Completion
from parelha.types import Agent, ReviewerAction, Score, Severity

# The two closing actions of a review; the others call tools.
VERDICTS = (ReviewerAction.PROPOSE_REFACTORING, ReviewerAction.APPROVE)


@dataclass(frozen=True)
class Turn:
    """One answer of one agent, as it is kept for training and for the reader.

    Attributes:
        kind: what the answer is: an `action`, a `severity`, a `quote`, a `program`, a `review`.
        start: index of the answer's first token in the round's `ids`.
        completion: the tokens.
        said: what was put before the answer since the agent's previous turn, as text.
        answer: the answer as text.
        choices: token ids of the answers that were legal, by name; empty for free text.
    """

    kind: str
    start: int
    completion: Completion
    said: str
    answer: str
    choices: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass
class Round:
    """All turns of one agent between two hand-overs; they share one return.

    One owner at a time fills it: the part of the episode that makes it, up to `review`; the draft's
    part of the episode, which waits for all grades, `score`; then, with the whole tree, the learner
    what is called `reward` and so on. Who finds a fault says so in `dropped`.

    Attributes:
        name: place in the tree: ``d0`` (draft), ``d0.r1`` (a review of it), ``d0.r1.d`` (the
            revision), then ``d0.r1.d.r`` and so on.
        agent: whose round it is.
        kind: what the round is for: a `draft`, a `hinted` one that begins as the reference does, a
            `stored` one of an earlier step; a `review`; a `revision`.
        ids: (T,) the whole token sequence, prompts and answers.
        turns: the answers in `ids`, in order.
        score: of the program (draft and revision); None for a review, and None where the
            infrastructure failed, which drops the sample.
        action: the coder's action, or the reviewer's closing one.
        tool_calls: names of the tools that spoke, called by the reviewer or shown unasked.
        tool_texts: what they said.
        severity: of a proposed refactoring.
        quote: the line of a tool's output that the coder is shown before the text, or "".
        review: the text handed to the coder ("" when approved).
        reward: the return; None until rewarded, or where the sample was dropped.
        components: named parts of the reward.
        advantages: of each turn; None where it teaches nothing.
        better: by the place of a turn, the choice that is known to be right: that one is learned,
            whichever was drawn.
        dropped: why the round is not trained on.
    """

    name: str
    agent: Agent
    kind: str
    ids: list[int] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    score: Score | None = None
    action: str = ""
    tool_calls: list[str] = field(default_factory=list)
    tool_texts: list[str] = field(default_factory=list)
    severity: Severity | None = None
    quote: str = ""
    review: str = ""
    reward: float | None = None
    components: dict[str, float] = field(default_factory=dict)
    advantages: list[float | None] = field(default_factory=list)
    better: dict[int, str] = field(default_factory=dict)
    dropped: str = ""

    @property
    def new_tokens(self) -> int:
        """Tokens that were generated in this round."""
        return sum(len(turn.completion.token_ids) for turn in self.turns)

    @property
    def is_forced(self) -> bool:
        """True of a review whose verdict was no choice: only one was legal, beside tools or not."""
        actions = [turn for turn in self.turns if turn.kind == "action"]
        return bool(actions) and sum(one in actions[-1].choices for one in VERDICTS) == 1

    @property
    def asks_afresh(self) -> bool:
        """True of a review after which the coder starts afresh, the program out of sight."""
        return self.severity not in (None, "minor")

    @property
    def was_cut(self) -> bool:
        """True when an answer hit its token limit."""
        return any(turn.completion.finish == "length" for turn in self.turns)


@dataclass
class Branch:
    """One episode: a draft, then reviews and revisions in turn until approval or the limit.

    Other branches share the draft; the rounds are all that follow it, as they were played.
    """

    draft: Round
    rounds: list[Round] = field(default_factory=list)

    @property
    def reviews(self) -> list[Round]:
        """The reviews in the order in which they were given."""
        return [play for play in self.rounds if play.kind == "review"]

    @property
    def revisions(self) -> list[Round]:
        """The revisions in the order in which they were written."""
        return [play for play in self.rounds if play.kind == "revision"]

    @property
    def final(self) -> Round:
        """The round that holds the episode's last program."""
        revisions = self.revisions
        return revisions[-1] if revisions else self.draft

    @property
    def was_cut_short(self) -> bool:
        """True when a fault of the machine ended the dialogue before the reviewer decided."""
        return any(not review.action for review in self.reviews)


@dataclass
class Tree:
    """All episodes of one task in one step: `branches` holds K lists of M episodes."""

    task_id: str
    branches: list[list[Branch]]

    @property
    def episodes(self) -> list[Branch]:
        """The K x M episodes."""
        return [branch for row in self.branches for branch in row]

    @property
    def drafts(self) -> list[Round]:
        """The K drafts."""
        return [row[0].draft for row in self.branches]

    @property
    def rounds(self) -> list[Round]:
        """Every round once: drafts first, then those of each episode, one kind after another."""
        found = self.drafts
        for branch in self.episodes:
            for kind in dict.fromkeys(play.kind for play in branch.rounds):
                found += [play for play in branch.rounds if play.kind == kind]
        return found
