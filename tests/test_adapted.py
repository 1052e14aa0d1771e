"""Rows of one batch by adapters of their own; layers with one input as one product."""

# pylint: disable=missing-function-docstring

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

from parelha.config import ModelConfig
from parelha.kernels.adapted import (
    AdaptedLinear,
    adapt,
    adapted_layers,
    leave_layers_plain,
    use_adapted_layers,
)
from parelha.kernels.choose import Kernels, choose
from parelha.kernels.groups import find_groups, fuse, leave_groups_plain, watching
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import pair_of
from tests.processor import needs_packing
from tests.tiny import tiny_model

pytestmark = pytest.mark.slow

TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 6e-2}


def moved(dtype: torch.dtype, kernels: Kernels | None = None, **config: object) -> Policy:
    base = tiny_model().to(dtype)  # type: ignore[arg-type]
    policy = pair_of(base, ModelConfig.model_validate(config), kernels=kernels)
    torch.manual_seed(1)
    for agent in Agent:
        for parameter in policy.parameters(agent).values():
            with torch.no_grad():
                parameter.add_(0.05 * torch.randn_like(parameter))
    return policy


def hidden(policy: Policy, ids: Tensor) -> Tensor:
    found: Tensor = policy.decoder(Agent.CODER)(input_ids=ids).last_hidden_state
    return found


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_row_is_answered_by_its_own_agents_adapter(dtype: torch.dtype) -> None:
    policy = moved(dtype)
    ids = torch.arange(24).view(3, 8)
    speakers = [Agent.REVIEWER, Agent.CODER, Agent.REVIEWER]
    with torch.no_grad():
        with policy.active_for(speakers):
            together = hidden(policy, ids)
        alone = []
        for row, agent in zip(ids, speakers, strict=True):
            policy.activate(agent)
            alone.append(hidden(policy, row[None])[0])
    torch.testing.assert_close(
        together, torch.stack(alone), atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype]
    )
    assert not torch.allclose(alone[0], alone[2])
    with torch.no_grad(), policy.active_for([Agent.CODER] * 3):
        assert not torch.allclose(hidden(policy, ids)[0], together[0], atol=TOLERANCE[dtype])


def test_afterwards_the_active_adapter_speaks_again() -> None:
    policy = moved(torch.float32)
    ids = torch.arange(8)[None]
    policy.activate(Agent.CODER)
    with torch.no_grad():
        before = hidden(policy, ids)
        with policy.active_for([Agent.REVIEWER]):
            assert not torch.allclose(hidden(policy, ids), before)
        assert torch.equal(hidden(policy, ids), before)


def test_one_adapter_for_both_roles_needs_no_telling_apart() -> None:
    policy = moved(torch.float32, shared_policy=True)
    ids = torch.arange(16).view(2, 8)
    with torch.no_grad():
        with policy.active_for([Agent.CODER, Agent.REVIEWER]):
            mixed = hidden(policy, ids)
        torch.testing.assert_close(mixed, hidden(policy, ids))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_layers_computed_in_one_product_see_every_update(dtype: torch.dtype) -> None:
    needs_packing(dtype)
    policy = moved(dtype)
    ids = torch.arange(16).view(2, 8)
    sizes = [len(one.members) for one in policy.fast(Agent.CODER).adapted.projections]
    assert sorted(sizes) == 2 * [1] + 2 * [1] + 2 * [2] + 2 * [3]  # o, down, gate and up, q k v
    near = TOLERANCE[dtype]
    seen: list[Tensor] = []
    for change in (0.0, 0.05):
        for agent in Agent:
            for name, parameter in policy.parameters(agent).items():
                if any(part in name for part in ("q_proj", "v_proj", "up_proj")):
                    with torch.no_grad():
                        parameter.add_(change)
        policy.activate(Agent.CODER)
        plain = hidden(policy, ids).detach()  # with gradient: each layer by itself
        with torch.no_grad():
            torch.testing.assert_close(hidden(policy, ids), plain, atol=near, rtol=near)
            with policy.active_for([Agent.CODER, Agent.REVIEWER]):
                joined = hidden(policy, ids)
            torch.testing.assert_close(joined[0], plain[0], atol=near, rtol=near)
            # With gradient too one product serves them all: both could be what was before.
            for before in seen:
                assert not torch.allclose(before, plain, atol=near, rtol=near)
            seen.append(plain)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_gradient_that_is_written_out_is_autograds(dtype: torch.dtype) -> None:
    def gradients(policy: Policy) -> dict[str, Tensor]:
        policy.activate(Agent.CODER)
        found = hidden(policy, torch.arange(40).view(2, 20))
        weights = torch.linspace(-1, 1, found.numel()).view_as(found)
        (found.float() * weights).sum().backward()  # type: ignore[no-untyped-call]
        parameters = policy.parameters(Agent.CODER)
        return {n: p.grad for n, p in parameters.items() if p.grad is not None}

    written = gradients(moved(dtype))
    # then each layer is computed by autograd, and so is a gated block
    plain = moved(dtype, choose(dtype, without=["fused", "packed"]))
    assert not plain.fast(Agent.CODER).adapted.projections
    expected = gradients(plain)
    assert written.keys() == expected.keys() == plain.parameters(Agent.CODER).keys()
    for name, gradient in expected.items():
        difference = float((written[name] - gradient).norm() / gradient.norm())
        assert difference < (1e-5 if dtype is torch.float32 else 3e-2), (name, difference)


def test_every_weight_is_packed_once() -> None:
    needs_packing(torch.float32)
    policy = moved(torch.float32)
    model = policy.fast(Agent.CODER).adapted
    with torch.no_grad():
        hidden(policy, torch.arange(8)[None])
        block: Any = policy.decoder(Agent.CODER).get_submodule("layers.0.self_attn")
        block.q_proj(torch.ones(1, 2, block.q_proj.in_features))  # from outside the block
    layers = list(adapted_layers(policy.model(Agent.CODER)))
    packed = [one for one in model.projections if one.is_packed]
    assert sum(len(one.members) for one in packed) == len(layers)
    fused = {layer for one in packed if len(one.members) > 1 for layer in one.members}
    assert not any(layer.alone.is_packed for layer in fused if layer.alone is not None)


# --- which layers are computed together ----------------------------------------------------------


class Block(nn.Module):
    """A block with three layers, which calls the second one with what the test says.

    Args:
        turned: whether that is something else than the block's own input.
    """

    def __init__(self, turned: bool) -> None:
        super().__init__()
        self.turned = turned
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(8, 8) for _ in range(3))

    def forward(self, noise: Tensor, *, x: Tensor) -> Tensor:
        del noise
        other = x.flip(-1) if self.turned else x
        found: Tensor = self.q_proj(x) + 2 * self.k_proj(other) + 3 * self.v_proj(x)
        return found


def adapted_block(turned: bool) -> nn.Module:
    """The block inside a model of PEFT, its adapters moved."""
    torch.manual_seed(0)
    config = LoraConfig(r=2, target_modules=["q_proj", "k_proj", "v_proj"])
    use_adapted_layers(config)
    model: Any = get_peft_model(nn.ModuleDict({"block": Block(turned)}), config)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter)
    block: nn.Module = model.base_model.model["block"]
    return block


@pytest.mark.parametrize("turned", [False, True])
def test_layers_are_fused_only_where_they_were_seen_to_read_one_input(turned: bool) -> None:
    block = adapted_block(turned)
    noise, x = torch.randn(2, 5), torch.randn(2, 3, 8)
    (group,) = groups = find_groups(block)
    with torch.no_grad():
        with watching(groups):
            right = block(noise, x=x)
        assert group.argument == (None if turned else "x")
        model = adapt(block, choose(torch.float32, without=["packed"]))
        fuse(groups, model)
        assert sorted(len(one.members) for one in model.projections) == ([1] * 3 if turned else [3])
        torch.testing.assert_close(block(noise, x=x), right)
        # The same memory with other numbers in it is another input.
        x.mul_(2)
        twice = block(noise, x=x)
        assert not torch.allclose(twice, right)
        leave_groups_plain(groups)
        leave_layers_plain(block)
        torch.testing.assert_close(block(noise, x=x), twice)


def test_what_a_block_computes_and_does_not_ask_for_is_forgotten() -> None:
    block = adapted_block(turned=False)
    x = torch.randn(1, 4, 8)
    groups = find_groups(block)
    with torch.no_grad():
        with watching(groups):
            block(x, x=x)
        fuse(groups, adapt(block, choose(torch.float32, without=["packed"])))
        layer: Any = block.k_proj
        alone = layer(x)
        block.v_proj = nn.Identity()
        block(x, x=x)
        assert all(member.given is None for member in groups[0].members)
        torch.testing.assert_close(layer(x), alone)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_layers_are_modules_of_their_own_under_the_names_of_peft() -> None:
    policy = moved(torch.float32)
    layers = [m for m in policy.model(Agent.CODER).modules() if isinstance(m, LoraLayer)]
    assert layers
    assert all(isinstance(layer, AdaptedLinear) for layer in layers)
    names = {name for name, _ in policy.model(Agent.CODER).named_parameters()}
    plain = get_peft_model(tiny_model(), LoraConfig(target_modules="all-linear"), "coder")
    assert {name for name, _ in plain.named_parameters()} == {
        n for n in names if "reviewer" not in n
    }
    for module in policy.model(Agent.CODER).modules():
        assert "forward" not in vars(module), f"{type(module).__name__} was given another forward"
