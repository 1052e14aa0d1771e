"""Every fast path gives what plain modules give, on every architecture, and is left out at need."""

# pylint: disable=missing-function-docstring

from functools import cache
from typing import Any

import pytest
import torch

from parelha.config import LearningConfig, ModelConfig
from parelha.kernels import fast
from parelha.kernels.choose import PATHS, Kernels, choose
from parelha.kernels.packed import packed_linear
from parelha.learning.update import Sample, accumulate_gradients
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.architectures.models import ALL, CODEGEN, DEEPSEEK, QWEN2, Architecture
from tests.architectures.play import engine_of, plain_logprobs, play_one, samples
from tests.fakes import pair_of, tiny_policy

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
EACH = pytest.mark.parametrize("architecture", ALL, ids=str)


def policy_of(base: Any, kernels: Kernels) -> Policy:
    """A policy whose adapters have left the base, each its own way, always the same."""
    policy = pair_of(base, ModelConfig(lora_rank=4, lora_alpha=8), kernels=kernels)
    generator = torch.Generator().manual_seed(1)
    for agent in Agent:
        for _, parameter in sorted(policy.parameters(agent).items()):
            with torch.no_grad():
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    return policy


def narrow_base(architecture: Architecture) -> Any:
    """A model as it is loaded from a file in bfloat16: its buffers stay float32."""
    model = architecture.model()
    for parameter in model.parameters():
        parameter.data = parameter.data.to(torch.bfloat16)
    return model


def assert_near(found: torch.Tensor, right: torch.Tensor) -> None:
    torch.testing.assert_close(found, right, atol=1e-4, rtol=1e-4)


def assert_gradient_near(found: torch.Tensor, right: torch.Tensor) -> None:
    """Float32 rounds sums by their largest terms, so entries are compared by the largest one."""
    largest = float(right.detach().abs().max())
    torch.testing.assert_close(found, right, atol=1e-4 * largest, rtol=1e-4)


def gradients(policy: Policy, played: list[Any]) -> dict[str, torch.Tensor]:
    accumulate_gradients(policy, Agent.CODER, played, LearningConfig(max_pass_tokens=64))
    found = {}
    for name, parameter in policy.parameters(Agent.CODER).items():
        assert parameter.grad is not None
        found[name] = parameter.grad
        parameter.grad = None
    return found


@EACH
def test_weights_held_narrower_than_products_give_what_wide_ones_give(
    architecture: Architecture,
) -> None:
    float32 = choose(torch.float32, device=CPU)
    narrow = policy_of(narrow_base(architecture), float32)
    wide = policy_of(narrow_base(architecture).float(), float32)
    assert narrow.kernels.paths == wide.kernels.paths
    tree = play_one(engine_of(narrow, architecture), architecture)
    played = samples(tree, Agent.CODER)
    for sample in played:
        assert_near(torch.tensor(sample.behaviour), plain_logprobs(wide, Agent.CODER, sample))
    right = gradients(wide, played)
    for name, gradient in gradients(narrow, played).items():
        assert_gradient_near(gradient, right[name])


@EACH
def test_a_base_in_the_file_s_own_type_stays_as_it_is_in_memory(architecture: Architecture) -> None:
    policy = policy_of(narrow_base(architecture), choose(torch.float32, device=CPU))
    base: Any = policy.model(Agent.CODER).get_base_model()
    held = {p.dtype for n, p in base.named_parameters() if "base_layer.weight" in n}
    assert held == {torch.bfloat16}
    assert base.get_input_embeddings().weight.dtype == torch.bfloat16


@cache
def by_every_path() -> tuple[dict[Agent, list[Sample]], dict[str, torch.Tensor]]:
    """What the small model plays and learns by all paths."""
    policy = policy_of(QWEN2.model(), choose(torch.float32, device=CPU))
    tree = play_one(engine_of(policy, QWEN2), QWEN2)
    played = {agent: samples(tree, agent) for agent in Agent}
    return played, gradients(policy, played[Agent.CODER])


@pytest.mark.parametrize("path", [*PATHS, "all"])
def test_each_path_can_be_switched_off_and_the_answers_stay(path: str) -> None:
    off: Any = PATHS if path == "all" else (path,)
    played, right_ones = by_every_path()
    fewer = policy_of(QWEN2.model(), choose(torch.float32, device=CPU, without=off))
    assert not fewer.kernels.paths & set(off)
    assert {fewer.kernels.left_out[name] for name in off} <= {"switched off"}
    tree = play_one(engine_of(fewer, QWEN2), QWEN2)
    for agent in Agent:
        for left, right in zip(played[agent], samples(tree, agent), strict=True):
            assert left.ids == right.ids
            assert_near(torch.tensor(left.behaviour), torch.tensor(right.behaviour))
    for name, gradient in gradients(fewer, played[Agent.CODER]).items():
        assert_gradient_near(gradient, right_ones[name])


@pytest.mark.parametrize("coder_first", [True, False])
def test_what_one_base_lacks_the_other_is_computed_with_all_the_same(coder_first: bool) -> None:
    """CodeGen has no gated blocks, no norms of the known kind, and once had its own attention.

    transformers 5.24 lets its attention be exchanged, as that of other models.
    """
    alone = tiny_policy(base=CODEGEN.model()).kernels.paths
    assert set(PATHS) - {"varlen", "lookup", "lean"} <= alone <= set(PATHS) - {"lean"}
    first, second = (QWEN2, CODEGEN) if coder_first else (CODEGEN, QWEN2)
    policy = tiny_policy(base=first.model(), reviewer_base=second.model())
    paths = [policy.fast(agent).kernels.paths for agent in Agent]
    every, fewer = paths if coder_first else reversed(paths)
    assert every == set(PATHS)
    assert fewer == policy.kernels.paths == alone
    assert policy.kernels.left_out.keys() == set(PATHS) - alone


def test_paths_that_a_cache_of_its_own_kind_rules_out_are_not_named() -> None:
    policy = tiny_policy(base=DEEPSEEK.model())
    assert not policy.kernels.paths & {"varlen", "lookup"}
    assert not any(policy.supports_varlen(agent) for agent in Agent)


def fails(*_: Any, **__: Any) -> Any:
    raise RuntimeError("illegal instruction\nof some processor")


def doubled(*given: Any, **named: Any) -> Any:
    return 2 * packed_linear(*given, **named)


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize(
    ("broken", "how"),
    [
        ("adapted.FusedProjection.compute", fails),
        ("adapted.packed_linear", doubled),
        ("blocks._norm", fails),
    ],
)
def test_what_breaks_at_the_start_leaves_plain_modules(
    broken: str, how: Any, narrow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernels = choose(torch.float32, device=CPU)
    with monkeypatch.context() as patch:
        patch.setattr(f"parelha.kernels.{broken}", how)
        policy = policy_of(narrow_base(QWEN2) if narrow else QWEN2.model(), kernels)
    assert not policy.kernels.paths
    (reason,) = {text for text in policy.kernels.left_out.values() if "needs" not in text}
    assert reason == "RuntimeError: illegal instruction" or (how is doubled and "differ" in reason)
    plain = choose(torch.float32, device=CPU, without=PATHS)
    right = policy_of(narrow_base(QWEN2).float() if narrow else QWEN2.model(), plain)
    tree = play_one(engine_of(policy, QWEN2), QWEN2)
    for sample in samples(tree, Agent.CODER):
        assert_near(torch.tensor(sample.behaviour), plain_logprobs(right, Agent.CODER, sample))


def test_attention_that_breaks_at_the_start_is_left_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parelha.kernels.attention.sdpa_attention_forward", fails)
    policy = policy_of(QWEN2.model(), choose(torch.float32, device=CPU))
    assert policy.kernels.paths == set(PATHS) - {"varlen", "lookup"}


def test_a_model_that_cannot_be_read_so_is_left_to_other_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fast, "_outcome", fails)
    assert policy_of(QWEN2.model(), choose(torch.float32, device=CPU)).kernels.paths == set(PATHS)
