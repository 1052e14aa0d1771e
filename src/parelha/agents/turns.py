"""What goes to an engine and what comes back, and the rounds that the dialogue is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from parelha.errors import ParelhaError
from parelha.types import Agent, FinishReason, Score, Severity

Stream = tuple[int | str, ...]


@dataclass(frozen=True)
class Request:
    """One turn to be generated.

    Attributes:
        agent: whose adapter speaks.
        prompt_ids: (P,) the whole context.
        max_new_tokens: limit of the answer; ignored where `choices` is given.
        temperature: divides the logits; trained turns use nothing else.
        stream: names the turn's own random stream, such as (seed, step, task, branch, turn).
        stop_ids: tokens that end the answer; they belong to it.
        stop: says of the decoded answer whether it is complete; the token that completed it
            belongs to the answer.
        choices: the legal answers as token ids; the answer is exactly one of them.
        epsilon: share of the uniform distribution over `choices` in the behaviour.
        top_p: nucleus of the sampling distribution, 1 in trained arms.
        top_k: tokens kept, 0 (all) in trained arms.
        no_repeat_ngram: so many tokens in a row never stand twice in prompt and answer; 0 in
            trained arms: they may.
    """

    agent: Agent
    prompt_ids: tuple[int, ...]
    max_new_tokens: int
    temperature: float
    stream: Stream
    stop_ids: tuple[int, ...] = ()
    stop: Callable[[str], bool] | None = None
    choices: tuple[tuple[int, ...], ...] = ()
    epsilon: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    no_repeat_ngram: int = 0


@dataclass(frozen=True)
class Completion:
    """An answer, token by token.

    Attributes:
        token_ids: (N,) the answer.
        logprobs: (N,) log-probability of each token under the behaviour that sampled it; 0.0 at
            positions where only one token was legal.
        legal: (N,) the legal token ids of a masked position, None where the whole vocabulary was
            legal. One legal id means that the token was no choice and carries no loss.
        finish: why it ended.
        entropy: of the policy over the legal actions at the first real choice, in nats; 0.0 for
            text.
    """

    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    finish: FinishReason
    legal: tuple[tuple[int, ...] | None, ...] = ()
    entropy: float = 0.0


class Engine(Protocol):
    """Anything that answers requests: tokens and log-probabilities out.

    The same requests, submitted before the same steps, give the same answers.
    """

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in; returns a ticket for each, by which `step` names its answer."""

    def step(self) -> Mapping[int, Completion | ParelhaError]:
        """Go on for as short as is sensible; returns the answers complete by then, by ticket.

        An error in place of an answer is raised in the dialogue that asked, and ends that alone.
        """


@dataclass(frozen=True)
class Turn:
    """One stretch of one agent's tokens, as it is kept for training and for the reader.

    Attributes:
        kind: what the answer is: an `action`, a `severity`, a `program`, a `review`.
        start: index of the answer's first token in the round's `ids`.
        completion: the tokens.
        said: what was put before the answer since the agent's previous turn, as text.
        answer: the answer as text.
    """

    kind: str
    start: int
    completion: Completion
    said: str
    answer: str


@dataclass
class Round:
    """All turns of one agent between two hand-overs; they share one return.

    One owner at a time fills it: the part of the episode that makes it, up to `review`; the draft's
    part of the episode, which waits for all grades, `score`; then, with the whole tree, the learner
    what is called `reward` and so on. Who finds a fault says so in `dropped`.

    Attributes:
        name: place in the tree: ``d0`` (draft), ``d0.r1`` (a review of it), ``d0.r1.d`` (the
            revision), then ``d0.r1.d.r`` and so on.
        agent: who speaks.
        kind: what the round is for: a `draft`, a `review`, a `revision`.
        ids: (T,) the whole token sequence, prompts and answers.
        turns: the answers in `ids`, in order.
        score: of the program (draft and revision); None for a review, and None where the
            infrastructure failed, which drops the sample.
        action: the coder's action, or the reviewer's closing one.
        tool_calls: names of the tools the reviewer called.
        tool_texts: what they said.
        severity: of a proposed refactoring.
        review: the text handed to the coder ("" when approved).
        reward: the return; None until rewarded, or where the sample was dropped.
        components: named parts of the reward.
        group: names the rounds of the same task it is compared with.
        baseline: what is taken off the reward before the group is compared, 0 by default.
        advantage: None when the group was dropped.
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
    review: str = ""
    reward: float | None = None
    components: dict[str, float] = field(default_factory=dict)
    group: str = ""
    baseline: float = 0.0
    advantage: float | None = None
    dropped: str = ""

    @property
    def new_tokens(self) -> int:
        """Tokens that were generated in this round."""
        return sum(len(turn.completion.token_ids) for turn in self.turns)

    @property
    def was_cut(self) -> bool:
        """True when an answer hit its token limit."""
        return any(turn.completion.finish == "length" for turn in self.turns)


@dataclass
class Branch:
    """One episode: a draft, then reviews and revisions in turn until approval or the limit.

    Attributes:
        draft: shared with the other branches of the same draft.
        rounds: all that follow it, as they were played.
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
