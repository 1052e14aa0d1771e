"""One update of one agent's adapter from the rounds of a step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, NamedTuple

import torch
from torch import Tensor

from parelha.agents.turns import VERDICTS, Round, Turn
from parelha.config import LearningConfig
from parelha.kernels.choose import beside
from parelha.kernels.estimates import LOGIT_ROWS
from parelha.kernels.frozen import FrozenHead
from parelha.kernels.memory import rows_in_cache
from parelha.learning.algorithms import load_algorithm
from parelha.learning.tree import TreePasses
from parelha.models.policy import Policy
from parelha.models.prefix_tree import Segment, build_tree
from parelha.types import Agent

# What fewer tokens share is computed for each sequence.
MIN_SHARED = 64


@dataclass(frozen=True)
class Sample:
    """A round as the learner sees it.

    Attributes:
        ids: (T,) its tokens.
        targets: (N,) indices into `ids` of the tokens that carry loss; each above 0.
        behaviour: (N,) their recorded log-probabilities.
        legal: (N,) legal ids of an action token, None for text.
        advantages: (N,) of the turn that each target belongs to.
        temperature: that it was sampled at.
        better: by the place of a target, the token that is learned in place of the one in `ids`.
            It was not sampled, so no ratio of probabilities corrects for how it was.
    """

    ids: list[int]
    targets: list[int]
    behaviour: list[float]
    legal: list[tuple[int, ...] | None]
    advantages: list[float]
    temperature: float
    better: dict[int, int] = field(default_factory=dict)


class Counts(NamedTuple):
    """Tokens that carry loss, by what is summed up of them.

    Attributes:
        text: written freely.
        action: of moves that were sampled, as the coder's kind of work.
        known: of moves whose right one is known, as the reviewer's verdict.
    """

    text: int
    action: int
    known: int


@dataclass(frozen=True)
class UpdateResult:
    """What an update did; all plain numbers.

    Attributes:
        mismatch: mean absolute difference of the text tokens' log-probabilities by the engine and
            by the policy, in nats.
        most_mismatch: the largest one.
        truncated_share: of the text tokens, those whose importance was held.
        kl: mean estimate of the divergence to the base, of the tokens that were sampled: those
            whose right one is known are not in it.
    """

    loss: float
    clip_share: float
    kl: float
    counts: Counts
    computed_tokens: int
    mismatch: float = 0.0
    most_mismatch: float = 0.0
    truncated_share: float = 0.0


def make_sample(play: Round, temperature: float) -> Sample:
    """The tokens of a round that were real choices and teach something.

    Where it is known which choice is right, that one is learned: of the drawn one's tokens those up
    to the one that tells them apart count, and there the right one's token stands in its place.
    """
    sample = Sample(play.ids, [], [], [], [], temperature)
    for place, (turn, advantage) in enumerate(zip(play.turns, play.advantages, strict=True)):
        if advantage is None:
            continue
        completion = turn.completion
        right = turn.choices[play.better[place]] if place in play.better else ()
        for i, (logprob, ids) in enumerate(zip(completion.logprobs, completion.legal, strict=True)):
            if right:  # between the two verdicts: what a tool call is worth, it is credited itself
                ids = _continuing(turn, right[:i])
            if ids is None or len(ids) > 1:
                if right:
                    sample.better[len(sample.targets)] = right[i]
                sample.targets.append(turn.start + i)
                sample.behaviour.append(logprob)
                sample.legal.append(ids)
                sample.advantages.append(abs(advantage) if right else advantage)
            if right and right[i] != completion.token_ids[i]:
                break
    return sample


def _continuing(turn: Turn, begun: tuple[int, ...]) -> tuple[int, ...]:
    """The tokens with which a verdict that begins so can go on."""
    verdicts = [turn.choices[one] for one in VERDICTS if one in turn.choices]
    return tuple(sorted({ids[len(begun)] for ids in verdicts if ids[: len(begun)] == begun}))


def sample_logprobs(
    policy: Policy, agent: Agent, samples: Sequence[Sample], max_pass_tokens: int
) -> list[Tensor]:
    """(N,) log-probabilities of each sample's targets, without gradient, in the given order."""
    policy.activate(agent)
    found = [torch.zeros(len(sample.targets)) for sample in samples]
    passes = TreePasses(policy, agent, max_pass_tokens)
    for group, hidden in passes.read(_tree(samples, max_pass_tokens)):
        with torch.no_grad():
            chosen = _targets(group, samples)
            logprobs = _target_logprobs(policy, agent, samples, chosen, hidden)
        for target, logprob in zip(chosen, logprobs.tolist(), strict=True):
            found[target.member][target.place] = logprob
    return found


def accumulate_gradients(
    policy: Policy,
    agent: Agent,
    samples: Sequence[Sample],
    config: LearningConfig,
    max_importance: float | None = None,
    counts: Counts | None = None,
) -> UpdateResult:
    """Add the gradient of the step's loss to the agent's adapter.

    The loss is the mean over all text tokens of the step, plus `action_weight` times the mean over
    all sampled action tokens, plus `known_weight` times that over those of which the right one is
    known; so how rounds are cut and packed does not change it. `kl_weight` times the divergence to
    the base is part of the loss of each sampled token. It is estimated at what the policy sampled
    (k3), so a token that is learned because it is known to be right has none.

    Args:
        policy: with the agent's adapter.
        agent: whose it is.
        samples: its rounds.
        config: the bounds of the loss.
        max_importance: where the engine computes otherwise than the policy, text is corrected for
            that by the ratio of their probabilities, held at this (truncated importance sampling);
            the algorithm's own ratio is then the policy's to itself. Actions keep the recorded
            behaviour, in which their exploration is. None: the engine is the policy's own.
        counts: as `count_targets` of the whole step, where `samples` are a part of it.
    """
    policy.activate(agent)
    references: list[Tensor] | None = None
    if config.kl_weight:
        with policy.base_only(agent):
            references = sample_logprobs(policy, agent, samples, config.max_pass_tokens)
    loss = _StepLoss(policy, agent, samples, references, config)
    loss.max_importance = max_importance
    loss.counts = counts or loss.counts
    roots = _tree(samples, config.max_pass_tokens)
    TreePasses(policy, agent, config.max_pass_tokens).add_gradient(roots, loss.of_segments)
    return loss.result(sum(len(segment.ids) for root in roots for segment in root.all()))


def kl_k3(logprobs: Tensor, reference: Tensor) -> Tensor:
    """(N,) estimates of KL(policy || reference) at the sampled tokens; never negative.

    The estimator k3 of Schulman, "Approximating KL Divergence" (2020).
    """
    difference = reference - logprobs
    return torch.exp(difference) - difference - 1


def count_targets(samples: Sequence[Sample]) -> Counts:
    """How many tokens of each kind carry loss."""
    text = sum(legal is None for s in samples for legal in s.legal)
    known = sum(len(s.better) for s in samples)
    return Counts(text, sum(len(s.legal) for s in samples) - text - known, known)


def _tree(samples: Sequence[Sample], max_tokens: int) -> list[Segment]:
    sequences = {i: sample.ids for i, sample in enumerate(samples)}
    return build_tree(sequences, MIN_SHARED, max_tokens)


class _StepLoss:
    """The loss of a step's tokens, as they come; sums up what is told of it."""

    def __init__(
        self,
        policy: Policy,
        agent: Agent,
        samples: Sequence[Sample],
        references: list[Tensor] | None,
        config: LearningConfig,
    ) -> None:
        self.policy, self.agent, self.config = policy, agent, config
        self.samples, self.references = samples, references
        self.algorithm = load_algorithm(config.algorithm)
        self.counts = count_targets(samples)
        self.loss, self.clipped, self.kl = 0.0, 0.0, 0.0
        self.max_importance: float | None = None
        self.apart, self.most_apart, self.truncated = 0.0, 0.0, 0

    def of_segments(self, group: list[Segment], hidden: Tensor) -> Tensor | None:
        """What the tokens predicted in these segments add, from their (T, H) hidden states."""
        chosen = _targets(group, self.samples)
        return self.of_targets(chosen, hidden) if chosen else None

    def of_targets(self, chosen: list["_Target"], hidden: Tensor) -> Tensor:
        """What these tokens add to the loss."""
        logprobs = _target_logprobs(self.policy, self.agent, self.samples, chosen, hidden)
        config = self.config
        members = [self.samples[c.member] for c in chosen]
        recorded = [s.behaviour[c.place] for s, c in zip(members, chosen, strict=True)]
        advantages = [s.advantages[c.place] for s, c in zip(members, chosen, strict=True)]
        sampled = [c.place not in s.better for s, c in zip(members, chosen, strict=True)]
        texts = [s.legal[c.place] is None for s, c in zip(members, chosen, strict=True)]
        is_text, is_sampled = beside(logprobs, texts), beside(logprobs, sampled)
        own = logprobs.detach()
        behaviour = torch.where(is_sampled, beside(logprobs, recorded), own)
        importance = self._importance(own, behaviour, is_text)
        losses, clipped = self.algorithm.token_losses(
            logprobs,
            behaviour if importance is None else torch.where(is_text, own, behaviour),
            beside(logprobs, advantages),
            config,
        )
        if importance is not None:
            losses = losses * importance
        # The logarithmic score of what is known to be right; it has the gradient of a ratio of 1.
        losses = torch.where(is_sampled, losses, -beside(logprobs, advantages) * logprobs)
        if self.references is not None:
            reference = torch.stack([self.references[c.member][c.place] for c in chosen])
            # k3 holds at what was sampled; of a policy to itself it is 0, and so is its gradient.
            kl = kl_k3(logprobs, torch.where(is_sampled, beside(logprobs, reference), own))
            losses = losses + config.kl_weight * kl
            self.kl += float(kl.detach().sum())
        text, action, known = (1.0 / max(count, 1) for count in self.counts)
        weights = torch.where(
            is_sampled, config.action_weight * action, config.known_weight * known
        )
        loss = (losses * torch.where(is_text, text, weights)).sum()
        self.loss += float(loss.detach())
        self.clipped += float(clipped.sum())
        return loss

    def _importance(self, own: Tensor, engine: Tensor, is_text: Tensor) -> Tensor | None:
        """(n,) what the tokens' losses are weighed with; None where the engine is the policy's."""
        if self.max_importance is None:
            return None
        apart = torch.where(is_text, own - engine, 0.0)
        self.apart += float(apart.abs().sum())
        self.most_apart = max(self.most_apart, float(apart.abs().max()))
        ratio = apart.exp()
        held = is_text & (ratio > self.max_importance)
        self.truncated += int(held.sum())
        return torch.where(held, self.max_importance, ratio)

    def result(self, computed_tokens: int) -> UpdateResult:
        """What the update did."""
        count, text = max(sum(self.counts), 1), max(self.counts.text, 1)
        sampled = max(self.counts.text + self.counts.action, 1)
        return UpdateResult(
            loss=self.loss,
            clip_share=self.clipped / count,
            kl=self.kl / sampled,
            counts=self.counts,
            computed_tokens=computed_tokens,
            mismatch=self.apart / text,
            most_mismatch=self.most_apart,
            truncated_share=self.truncated / text,
        )


@dataclass(frozen=True)
class _Target:
    """A token that carries loss.

    Attributes:
        row: of the hidden state that predicts it.
        member: the sample it belongs to.
        place: among the sample's targets.
    """

    row: int
    member: int
    place: int


def _targets(group: list[Segment], samples: Sequence[Sample]) -> list[_Target]:
    """What the tokens of these segments predict."""
    chosen: list[_Target] = []
    first = 0
    for segment in group:
        for member in segment.members:
            for place, target in enumerate(samples[member].targets):
                # The token before it predicts it.
                if segment.start < target <= segment.stop:
                    row = first + target - 1 - segment.start
                    chosen.append(_Target(row, member, place))
        first += len(segment.ids)
    return chosen


def _target_logprobs(
    policy: Policy,
    agent: Agent,
    samples: Sequence[Sample],
    chosen: Sequence[_Target],
    hidden: Tensor,
) -> Tensor:
    """Log-probabilities of (n,) targets from (T, H) hidden states."""
    members = [samples[c.member] for c in chosen]
    tokens = [
        s.better.get(c.place, s.ids[s.targets[c.place]])
        for s, c in zip(members, chosen, strict=True)
    ]
    legal = [s.legal[c.place] for s, c in zip(members, chosen, strict=True)]
    rows = hidden[beside(hidden, torch.tensor([c.row for c in chosen], dtype=torch.long))]
    token = beside(hidden, torch.tensor(tokens, dtype=torch.long))
    temperature = beside(hidden, [s.temperature for s in members])
    # Chunks of one size: a product of few rows costs nearly what one of many does.
    size = ceil(len(chosen) / ceil(len(chosen) / LOGIT_ROWS)) if chosen else 1
    parts = [
        RowLogprobs.apply(  # type: ignore[no-untyped-call]
            rows[at], token[at], temperature[at], policy.head(agent), legal[at]
        )
        for at in (slice(i, i + size) for i in range(0, len(chosen), size))
    ]
    return torch.cat(parts) if parts else rows.sum(-1).float()


# torch finds `forward` by name and passes it what `apply` was given.
class RowLogprobs(torch.autograd.Function):  # pylint: disable=abstract-method
    """(n,) log-probabilities of one token each, from (n, H) hidden states and a frozen head.

    The gradient by the hidden state is (w_token - p·W) / temperature, so it is formed while the
    probabilities are at hand: two products with the head instead of three, and no logits are kept.
    """

    @staticmethod
    def forward(  # pylint: disable=arguments-differ
        ctx: Any,
        hidden: Tensor,
        tokens: Tensor,
        temperature: Tensor,
        head: FrozenHead,
        legal: list[tuple[int, ...] | None],
    ) -> Tensor:
        """Log-probabilities over the legal tokens of each row (None: all are legal)."""
        logits = head.plain_logits(hidden)
        logprobs = hidden.new_empty(len(hidden), dtype=torch.float32)
        for at in rows_in_cache(logits):  # only they are held in float32
            few = logits[at].float().div_(temperature[at, None])
            for row, ids in zip(few, legal[at], strict=True):
                if ids is not None:
                    allowed = row[list(ids)]
                    row[:] = float("-inf")
                    row[list(ids)] = allowed
            highest = few.amax(-1, keepdim=True)
            chosen = few.gather(1, tokens[at, None]) - highest
            total = few.sub_(highest).exp_().sum(-1, keepdim=True)
            logprobs[at] = (chosen - total.log())[:, 0]
            if ctx.needs_input_grad[0]:
                logits[at] = few.div_(total)
        if ctx.needs_input_grad[0]:
            weight = head.weight
            mean = (logits @ weight).float()
            grad_hidden = (weight[tokens].float() - mean) / temperature[:, None]
            ctx.save_for_backward(grad_hidden.to(hidden.dtype))
        return logprobs

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """(n, H) gradient by the hidden states; nothing else has one."""
        (grad_hidden,) = ctx.saved_tensors
        return (
            (grads[0][:, None] * grad_hidden.float()).to(grad_hidden.dtype),
            None,
            None,
            None,
            None,
        )
