"""One update: the gradient of the loss as written down, however it is computed."""

# pylint: disable=missing-function-docstring,redefined-outer-name

from typing import Any

import pytest
import torch
from torch import nn

from parelha.agents.turns import Round, Turn
from parelha.config import LearningConfig
from parelha.engines.protocol import Completion
from parelha.kernels.frozen import FrozenHead, Upcaster
from parelha.learning.algorithms.grpo import token_losses
from parelha.learning.update import (
    RowLogprobs,
    Sample,
    accumulate_gradients,
    count_targets,
    kl_k3,
    make_sample,
    sample_logprobs,
)
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import tiny_codegen, tiny_engine, tiny_policy, tiny_samples, tiny_trees

pytestmark = pytest.mark.slow

CODER = Agent.CODER


@pytest.fixture(scope="module")
def policy() -> Policy:
    return tiny_policy()


@pytest.fixture(scope="module")
def samples(policy: Policy) -> list[Sample]:
    """Return the coder's rounds, their behaviour a little off the policy."""
    found = tiny_samples(tiny_trees(tiny_engine(policy)), CODER)
    shift = [0.0, 0.5, -0.5, 0.1]
    return [
        Sample(**(vars(s) | {"behaviour": [b + shift[i % 4] for i, b in enumerate(s.behaviour)]}))
        for s in found
    ]


def plain_loss(policy: Policy, samples: list[Sample], config: LearningConfig) -> torch.Tensor:
    """The loss by one forward pass a round and autograd alone."""
    model: Any = policy.model(CODER)
    text: list[torch.Tensor] = []
    action: list[torch.Tensor] = []
    for s in samples:
        inputs = torch.tensor([s.ids])
        logits = model(input_ids=inputs).logits[0] / s.temperature
        with policy.base_only(CODER), torch.no_grad():
            base = model(input_ids=inputs).logits[0] / s.temperature
        policy.activate(CODER)
        kept = zip(s.targets, s.behaviour, s.legal, s.advantages, strict=True)
        for target, behaviour, legal, advantage in kept:
            index = list(legal) if legal is not None else list(range(logits.shape[-1]))
            place = index.index(s.ids[target])
            logprob = torch.log_softmax(logits[target - 1][index], -1)[place : place + 1]
            reference = torch.log_softmax(base[target - 1][index], -1)[place : place + 1]
            loss, _ = token_losses(
                logprob,
                torch.tensor([behaviour]),
                torch.tensor([advantage]),
                config,
            )
            loss = loss + config.kl_weight * kl_k3(logprob, reference)
            (text if legal is None else action).append(loss)
    return torch.cat(text).mean() + config.action_weight * torch.cat(action).mean()


def zero(policy: Policy) -> None:
    for parameter in policy.parameters(CODER).values():
        parameter.grad = None


@pytest.mark.parametrize("kl_weight", [0.0, 0.3])
@pytest.mark.parametrize("max_tokens", [30, 100_000])
def test_loss_and_gradient_equal_plain_autograd(
    policy: Policy, samples: list[Sample], kl_weight: float, max_tokens: int
) -> None:
    config = LearningConfig(kl_weight=kl_weight, action_weight=0.7, max_pass_tokens=max_tokens)
    policy.activate(CODER)
    zero(policy)
    expected = plain_loss(policy, samples, config)
    expected.backward()  # type: ignore[no-untyped-call]
    wanted = {n: p.grad.clone() for n, p in policy.parameters(CODER).items() if p.grad is not None}
    zero(policy)
    result = accumulate_gradients(policy, CODER, samples, config)
    assert result.loss == pytest.approx(float(expected.detach()), abs=1e-5)
    assert 0 < result.clip_share < 1
    assert (result.kl > 0) == (kl_weight > 0)
    assert len(wanted) == len(policy.parameters(CODER))
    for name, parameter in policy.parameters(CODER).items():
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.grad, wanted[name], atol=1e-5, rtol=1e-3)
    zero(policy)


def test_the_gradient_formed_forward_is_autograds() -> None:
    torch.manual_seed(0)
    head = nn.Linear(6, 9, bias=True).double()
    head.requires_grad_(False)
    hidden = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    tokens, temperature = torch.tensor([1, 0, 8, 3]), torch.tensor([1.0, 0.5, 2.0, 1.0])
    legal = [None, (0, 4), None, (3, 5, 7)]
    weights = torch.randn(4)
    found = RowLogprobs.apply(  # type: ignore[no-untyped-call]
        hidden, tokens, temperature, FrozenHead(head, Upcaster(torch.float64), packs=False), legal
    )
    (found * weights).sum().backward()
    assert hidden.grad is not None
    mine = hidden.grad.clone()
    hidden.grad = None
    logits = head(hidden) / temperature[:, None]
    rows = []
    for i, ids in enumerate(legal):
        index = list(ids) if ids else list(range(9))
        rows.append(torch.log_softmax(logits[i][index], -1)[index.index(int(tokens[i]))])
    plain = torch.stack(rows)
    (plain * weights).sum().backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(found.double(), plain, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(mine, hidden.grad, atol=1e-5, rtol=1e-4)


def completion(tokens: tuple[int, ...], legal: tuple[tuple[int, ...] | None, ...]) -> Completion:
    logprobs = tuple(-0.1 * (i + 1) for i in range(len(tokens)))
    return Completion(tokens, logprobs, "stop", legal)


def test_only_real_choices_carry_loss() -> None:
    play = Round("d0", CODER, "draft", ids=[9, 9, 1, 2, 9, 3, 4])
    play.turns = [
        Turn("action", 2, completion((1, 2), ((1, 5), (2,))), "", "x"),
        Turn("program", 5, completion((3, 4), (None, None)), "", "y"),
    ]
    play.advantages = [0.5, -1.0]
    sample = make_sample(play, 0.8)
    assert sample.targets == [2, 5, 6]
    assert [sample.ids[t] for t in sample.targets] == [1, 3, 4]
    assert sample.behaviour == [-0.1, -0.1, -0.2]
    assert sample.legal == [(1, 5), None, None]
    assert (sample.advantages, sample.temperature) == ([0.5, -1.0, -1.0], 0.8)


@pytest.mark.parametrize(
    ("right", "approve", "target", "token"),
    [
        # Drawn is (1, 2, 7): one token tells the two verdicts apart.
        ("propose_refactoring", (1, 2, 8), 4, 7),
        ("approve", (1, 2, 8), 4, 8),
        ("propose_refactoring", (5,), 2, 1),
        ("approve", (5,), 2, 5),
    ],
)
def test_the_verdict_that_is_known_to_be_right_is_learned_beside_the_other_one_alone(
    right: str, approve: tuple[int, ...], target: int, token: int
) -> None:
    play = Round("d0.r0", CODER, "review", ids=[9, 9, 1, 2, 7, 3])
    choices = {"propose_refactoring": (1, 2, 7), "approve": approve, "execute": (6,)}
    drawn = completion((1, 2, 7), ((1, 5, 6), (2,), (7, 8)))
    play.turns = [
        Turn("action", 2, drawn, "", "propose_refactoring", choices),
        Turn("review", 5, completion((3,), (None,)), "", "y"),
    ]
    play.advantages = [0.5 if right == "propose_refactoring" else -0.5, 0.3]
    play.better = {0: right}
    sample = make_sample(play, 0.8)
    assert sample.targets == [target, 5]
    assert sample.advantages == [0.5, 0.3]
    assert sample.better == {0: token}
    # A tool could have been called: closing is not learned against that.
    assert sample.legal == [(1, 5) if target == 2 else (7, 8), None]
    assert len(sample.behaviour) == 2


def test_what_is_right_is_learned_as_if_it_had_been_drawn(
    policy: Policy, samples: list[Sample]
) -> None:
    """The gradient of a wrong move's sample is that of the right one's, drawn without a doubt."""
    ids, legal = samples[0].ids, (7, 9)
    drawn, wanted = [*ids, 7], [*ids, 9]
    relabelled = Sample(drawn, [len(ids)], [-9.0], [legal], [0.7], 0.8, better={0: 9})
    (now,) = sample_logprobs(
        policy, CODER, [Sample(wanted, [len(ids)], [0.0], [legal], [0.7], 0.8)], 768
    )
    right = Sample(wanted, [len(ids)], now.tolist(), [legal], [0.7], 0.8)
    found, config = [], LearningConfig(action_weight=1.0, known_weight=1.0)
    for sample in (relabelled, right):
        zero(policy)
        accumulate_gradients(policy, CODER, [sample], config)
        gradients = (p.grad for p in policy.parameters(CODER).values() if p.grad is not None)
        found.append(torch.cat([gradient.flatten() for gradient in gradients]))
    zero(policy)
    assert found[0].norm() > 0
    torch.testing.assert_close(*found)


def test_text_sampled_choices_and_known_ones_have_a_mean_each(
    policy: Policy, samples: list[Sample]
) -> None:
    """A few choices cannot outweigh the words, nor what is known be lost among what was drawn."""
    ids, config = samples[0].ids, LearningConfig(action_weight=0.3, known_weight=0.2)

    def of(parts: list[Sample], **changed: float) -> float:
        settings = config.model_copy(update=changed)
        loss = accumulate_gradients(policy, CODER, parts, settings).loss
        zero(policy)
        return loss

    def choice(token: int, better: dict[int, int]) -> Sample:
        return Sample([*ids, token], [len(ids)], [-1.0], [(7, 9)], [0.7], 0.8, better)

    text = [Sample([*ids, 5], [len(ids)], [-2.0], [None], [0.5], 0.8)]
    drawn, known = [choice(7, {}), choice(9, {})], [choice(7, {0: 9})]
    both = of(drawn, action_weight=1.0)
    assert of(drawn) == pytest.approx(0.3 * both)
    right = [Sample([*ids, 9], [len(ids)], [0.0], [(7, 9)], [0.7], 0.8)]
    (score,) = sample_logprobs(policy, CODER, right, 768)
    assert of(known) == pytest.approx(0.2 * -0.7 * float(score[0]), abs=1e-5)
    whole = of(text) + 0.3 * both + of(known)
    assert of(text + drawn + known) == pytest.approx(whole, rel=1e-5)  # sums of float32


def test_what_was_not_sampled_is_in_no_divergence(policy: Policy, samples: list[Sample]) -> None:
    """At a token that is known to be right k3 estimates none: neither loss nor metric has it."""
    ids = samples[0].ids
    with_kl, without = LearningConfig(kl_weight=0.3), LearningConfig()

    def of(parts: list[Sample], config: LearningConfig, whole: Any = None) -> tuple[Any, Any]:
        zero(policy)
        result = accumulate_gradients(policy, CODER, parts, config, counts=whole)
        gradients = (p.grad for p in policy.parameters(CODER).values() if p.grad is not None)
        return result, torch.cat([gradient.flatten() for gradient in gradients])

    def choice(token: int, better: dict[int, int]) -> Sample:
        return Sample([*ids, token], [len(ids)], [-1.0], [(7, 9)], [0.7], 0.8, better)

    for right in (7, 9):
        known, gradient = of([choice(7, {0: right})], with_kl)
        plain, plain_gradient = of([choice(7, {0: right})], without)
        assert known.kl == 0.0 and known.loss == plain.loss
        assert gradient.norm() > 0 and torch.equal(gradient, plain_gradient)
    drawn = [Sample([*ids, 5], [len(ids)], [-2.0], [None], [0.5], 0.8), choice(7, {})]
    right_ones = [choice(7, {0: 9}), choice(9, {0: 9})]
    every = drawn + right_ones
    sampled, together = of(drawn, with_kl)[0], of(every, with_kl)[0]
    assert sampled.kl > 0.01
    assert together.kl == pytest.approx(sampled.kl, rel=1e-5)
    more = of(drawn, with_kl)[0].loss - of(drawn, without)[0].loss
    assert together.loss - of(every, without)[0].loss == pytest.approx(more, abs=1e-5)
    # Ranks that share the step have a part of its divergence each.
    shares = [of(part, with_kl, count_targets(every))[0].kl for part in (drawn, right_ones)]
    assert shares == pytest.approx([sampled.kl, 0.0], rel=1e-5)
    zero(policy)


def test_a_turn_without_an_advantage_carries_no_loss() -> None:
    play = Round("d0", CODER, "draft", ids=[9, 9, 1, 2, 9, 3, 4])
    play.turns = [
        Turn("action", 2, completion((1, 2), ((1, 5), (2, 3))), "", "x"),
        Turn("program", 5, completion((3, 4), (None, None)), "", "y"),
    ]
    play.advantages = [0.5, None]
    sample = make_sample(play, 0.8)
    assert (sample.targets, sample.advantages) == ([2, 3], [0.5, 0.5])


def test_prompts_and_what_tools_say_carry_no_loss(policy: Policy) -> None:
    (tree,) = tiny_trees(tiny_engine(policy), tools="always")
    assert any(play.tool_calls for play in tree.rounds)  # else no tool says anything
    for play in tree.rounds:
        sample = make_sample(play, 1.0)
        generated = {
            turn.start + i for turn in play.turns for i in range(len(turn.completion.token_ids))
        }
        assert sample.targets and set(sample.targets) <= generated


def test_rounds_without_any_choice_give_no_loss_and_no_error(policy: Policy) -> None:
    forced = Sample([1, 2, 3], [], [], [], [], 1.0)
    assert [len(x) for x in sample_logprobs(policy, CODER, [forced], 64)] == [0]
    zero(policy)
    result = accumulate_gradients(
        policy, CODER, [forced, Sample([1, 2], [1], [-1.0], [None], [1.0], 1.0)], LearningConfig()
    )
    assert result.counts == (1, 0, 0)
    zero(policy)


def test_an_update_leaves_no_trace_in_the_model(samples: list[Sample]) -> None:
    """No hook, no flag, no training mode: the engine goes on with the same model."""
    policy = tiny_policy()  # that nothing was updated in yet: the first trace must be seen too
    decoder: Any = policy.decoder(CODER)

    def state() -> tuple[Any, ...]:
        return (
            [len(m._forward_hooks) for m in decoder.modules()],  # pylint: disable=W0212
            [m.training for m in decoder.modules()],
            [getattr(m, "gradient_checkpointing", None) for m in decoder.modules()],
        )

    before = state()
    for _ in range(2):
        accumulate_gradients(policy, CODER, samples, LearningConfig())
        assert state() == before


@pytest.mark.parametrize("min_shared", [1, 10**9])
def test_an_architecture_with_its_own_attention_can_be_updated(
    min_shared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tiny_policy(base=tiny_codegen())
    found = tiny_samples(tiny_trees(tiny_engine(policy), drafts=1, reviews=1), CODER)
    accumulate_gradients(policy, CODER, found, LearningConfig())
    one = {n: p.grad.clone() for n, p in policy.parameters(CODER).items() if p.grad is not None}
    zero(policy)
    monkeypatch.setattr("parelha.learning.update.MIN_SHARED", min_shared)
    accumulate_gradients(policy, CODER, found, LearningConfig(max_pass_tokens=40))
    assert len(one) == len(policy.parameters(CODER))
    for name, parameter in policy.parameters(CODER).items():
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.grad, one[name], atol=1e-5, rtol=1e-3)
