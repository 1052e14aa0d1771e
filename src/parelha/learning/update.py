"""One update of one agent's adapter from the rounds of a step."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers.modeling_layers import GradientCheckpointingLayer

from parelha.agents.turns import Round
from parelha.config import LearningConfig
from parelha.learning.grpo import kl_k3, token_losses
from parelha.learning.packing import Pack, pack_sequences
from parelha.models.memory import release_freed_memory
from parelha.models.packed import frozen_linear
from parelha.models.policy import Policy
from parelha.types import Agent

# Freed activations are kept up to this much memory: packs of different sizes leave holes.
_KEPT_BYTES = 4_500_000_000
# Rows of logits that exist at once: 128 x 152k float32 are 78 MB.
_LOGIT_ROWS = 128


@dataclass(frozen=True)
class Sample:
    """A round as the learner sees it.

    Attributes:
        ids: (T,) its tokens.
        targets: (N,) indices into `ids` of the tokens that carry loss; each above 0.
        behaviour: (N,) their recorded log-probabilities.
        legal: (N,) legal ids of an action token, None for text.
        advantage: of the round.
        temperature: that it was sampled at.
    """

    ids: list[int]
    targets: list[int]
    behaviour: list[float]
    legal: list[tuple[int, ...] | None]
    advantage: float
    temperature: float


@dataclass(frozen=True)
class UpdateResult:
    """What an update did; all plain floats."""

    loss: float
    clip_share: float
    kl: float
    text_tokens: int
    action_tokens: int
    packed_tokens: int


def make_sample(play: Round, temperature: float) -> Sample:
    """The tokens of a round that were real choices, with what is needed to learn from them."""
    assert play.advantage is not None
    targets: list[int] = []
    behaviour: list[float] = []
    legal: list[tuple[int, ...] | None] = []
    for turn in play.turns:
        completion = turn.completion
        for i, (logprob, ids) in enumerate(zip(completion.logprobs, completion.legal, strict=True)):
            if ids is None or len(ids) > 1:
                targets.append(turn.start + i)
                behaviour.append(logprob)
                legal.append(ids)
    return Sample(play.ids, targets, behaviour, legal, play.advantage, temperature)


def sample_logprobs(
    policy: Policy, agent: Agent, samples: Sequence[Sample], max_pack_tokens: int
) -> list[Tensor]:
    """(N,) log-probabilities of each sample's targets, without gradient, in the given order."""
    policy.activate(agent)
    found: dict[int, Tensor] = {}
    with torch.no_grad():
        for pack in pack_sequences([s.ids for s in samples], max_pack_tokens):
            logprobs = _pack_logprobs(policy, agent, pack, samples)
            start = 0
            for index, _ in pack.members:
                n = len(samples[index].targets)
                found[index] = logprobs[start : start + n]
                start += n
    return [found[i] for i in range(len(samples))]


def accumulate_gradients(
    policy: Policy, agent: Agent, samples: Sequence[Sample], config: LearningConfig
) -> UpdateResult:
    """Add the gradient of the step's loss to the agent's adapter.

    The loss is the mean over all text tokens of the step plus `action_weight` times the mean over
    all action tokens, so how rounds are packed does not change it.
    """
    text_total = sum(legal is None for s in samples for legal in s.legal)
    action_total = sum(len(s.legal) for s in samples) - text_total
    loss_sum, clipped_sum, kl_sum, packed = 0.0, 0.0, 0.0, 0
    policy.activate(agent)
    # The largest first: what it frees has room for all others.
    for pack in sorted(
        pack_sequences([s.ids for s in samples], config.max_pack_tokens),
        key=lambda pack: -len(pack.ids),
    ):
        members = [samples[index] for index, _ in pack.members]
        reference = None
        if config.kl_weight:
            with policy.base_only(agent), torch.no_grad():
                reference = _pack_logprobs(policy, agent, pack, samples)
        recompute = len(pack.ids) > config.recompute_above
        with _checkpointed(policy.decoder(agent)) if recompute else nullcontext():
            logprobs = _pack_logprobs(policy, agent, pack, samples)
            device = logprobs.device
            behaviour = torch.tensor([b for s in members for b in s.behaviour], device=device)
            advantages = torch.tensor(
                [s.advantage for s in members for _ in s.targets], device=device
            )
            is_text = torch.tensor(
                [legal is None for s in members for legal in s.legal], device=device
            )
            losses, clipped = token_losses(
                logprobs, behaviour, advantages, config.clip_low, config.clip_high
            )
            if reference is not None:
                kl = kl_k3(logprobs, reference)
                losses = losses + config.kl_weight * kl
                kl_sum += float(kl.detach().sum())
            weights = torch.where(
                is_text,
                1.0 / max(text_total, 1),
                config.action_weight / max(action_total, 1),
            )
            loss = (losses * weights).sum()
            loss.backward()  # type: ignore[no-untyped-call]
        loss_sum += float(loss.detach())
        clipped_sum += float(clipped.sum())
        packed += len(pack.ids)
        release_freed_memory(above=_KEPT_BYTES)
    count = max(text_total + action_total, 1)
    return UpdateResult(
        loss=loss_sum,
        clip_share=clipped_sum / count,
        kl=kl_sum / count,
        text_tokens=text_total,
        action_tokens=action_total,
        packed_tokens=packed,
    )


def _pack_logprobs(policy: Policy, agent: Agent, pack: Pack, samples: Sequence[Sample]) -> Tensor:
    """Log-probabilities of all targets of a pack, member by member."""
    decoder: Any = policy.decoder(agent)
    device = next(decoder.parameters()).device
    hidden = decoder(
        input_ids=pack.ids[None].to(device),
        attention_mask=policy.mask(agent, pack.mask[None, None].to(device)),
        position_ids=pack.positions[None].to(device),
        use_cache=False,
    ).last_hidden_state[0]  # (T, H)
    nodes: list[int] = []
    tokens: list[int] = []
    legal: list[tuple[int, ...] | None] = []
    temperatures: list[float] = []
    for index, path in pack.members:
        sample = samples[index]
        for target, ids in zip(sample.targets, sample.legal, strict=True):
            nodes.append(int(path[target - 1]))  # the token before it predicts it
            tokens.append(sample.ids[target])
            legal.append(ids)
            temperatures.append(sample.temperature)
    rows = hidden[torch.tensor(nodes, dtype=torch.long, device=device)]
    token = torch.tensor(tokens, device=device)
    temperature = torch.tensor(temperatures, device=device)
    parts = [
        RowLogprobs.apply(  # type: ignore[no-untyped-call]
            rows[at], token[at], temperature[at], policy.head(agent), legal[at]
        )
        for at in (slice(i, i + _LOGIT_ROWS) for i in range(0, len(nodes), _LOGIT_ROWS))
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
        head: nn.Module,
        legal: list[tuple[int, ...] | None],
    ) -> Tensor:
        """Log-probabilities over the legal tokens of each row (None: all are legal)."""
        logits = frozen_linear(head, hidden).float() / temperature[:, None]
        masked = [i for i, ids in enumerate(legal) if ids is not None]
        if masked:
            forbidden = torch.zeros(logits.shape, dtype=torch.bool, device=logits.device)
            for i in masked:
                forbidden[i] = True
                forbidden[i, list(legal[i] or ())] = False
            logits.masked_fill_(forbidden, float("-inf"))
        normaliser = torch.logsumexp(logits, dim=-1)
        logprobs: Tensor = logits.gather(1, tokens[:, None])[:, 0] - normaliser
        if ctx.needs_input_grad[0]:
            weight = cast(Tensor, head.weight)
            p = torch.exp_(logits.sub_(normaliser[:, None])).to(weight.dtype)
            slope = (weight[tokens].float() - (p @ weight).float()) / temperature[:, None]
            ctx.save_for_backward(slope.to(hidden.dtype))
        return logprobs

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """(n, H) gradient by the hidden states; nothing else has one."""
        (slope,) = ctx.saved_tensors
        return (grads[0][:, None] * slope.float()).to(slope.dtype), None, None, None, None


@contextmanager
def _checkpointed(decoder: Any) -> Iterator[None]:
    """Recompute layers in the backward pass instead of keeping their activations.

    transformers looks at each layer's own `training` flag, so that flag alone is set: dropout
    inside the layers stays off.
    """
    layers = [m for m in decoder.modules() if isinstance(m, GradientCheckpointingLayer)]
    decoder.activation_checkpointing_enable(
        activation_checkpointing_kwargs={"use_reentrant": False}
    )
    # It hooks the embedding as well, once more at every call, for a backward nobody needs here.
    decoder.disable_input_require_grads()
    for layer in layers:
        layer.training = True
    try:
        yield
    finally:
        for layer in layers:
            layer.training = False
        decoder.activation_checkpointing_disable()
