"""Rows of one batch by adapters of their own; layers with one input as one product."""

# pylint: disable=missing-function-docstring

import pytest
import torch
from torch import Tensor

from parelha.config import ModelConfig
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.processor import needs_packing
from tests.tiny import tiny_model

pytestmark = pytest.mark.slow

TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 6e-2}


def moved(dtype: torch.dtype, **config: object) -> Policy:
    base = tiny_model().to(dtype)  # type: ignore[arg-type]
    policy = Policy(base, base, ModelConfig.model_validate(config), 0)
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
        with policy.speaking(speakers):
            together = hidden(policy, ids)
        alone = []
        for row, agent in zip(ids, speakers, strict=True):
            policy.activate(agent)
            alone.append(hidden(policy, row[None])[0])
    torch.testing.assert_close(
        together, torch.stack(alone), atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype]
    )
    assert not torch.allclose(alone[0], alone[2])
    with torch.no_grad(), policy.speaking([Agent.CODER] * 3):
        assert not torch.allclose(hidden(policy, ids)[0], together[0], atol=TOLERANCE[dtype])


def test_afterwards_the_active_adapter_speaks_again() -> None:
    policy = moved(torch.float32)
    ids = torch.arange(8)[None]
    policy.activate(Agent.CODER)
    with torch.no_grad():
        before = hidden(policy, ids)
        with policy.speaking([Agent.REVIEWER]):
            assert not torch.allclose(hidden(policy, ids), before)
        assert torch.equal(hidden(policy, ids), before)


def test_one_adapter_for_both_roles_needs_no_telling_apart() -> None:
    policy = moved(torch.float32, shared_policy=True)
    ids = torch.arange(16).view(2, 8)
    with torch.no_grad():
        with policy.speaking([Agent.CODER, Agent.REVIEWER]):
            mixed = hidden(policy, ids)
        torch.testing.assert_close(mixed, hidden(policy, ids))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_layers_computed_in_one_product_see_every_update(dtype: torch.dtype) -> None:
    needs_packing(dtype)
    policy = moved(dtype)
    ids = torch.arange(16).view(2, 8)
    modules = list(policy.decoder(Agent.CODER).modules())
    products = {id(m.__dict__["siblings"]) for m in modules if "siblings" in m.__dict__}
    assert len(products) == 2 * 4  # q, k and v; o; gate and up; down: of two layers
    near = TOLERANCE[dtype]
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
            with policy.speaking([Agent.CODER, Agent.REVIEWER]):
                torch.testing.assert_close(hidden(policy, ids)[0], plain[0], atol=near, rtol=near)


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
    plain = moved(dtype)
    for module in plain.decoder(Agent.CODER).modules():
        held = module.__dict__.pop("siblings", None)  # then each layer is computed by autograd
        if held is None:
            module.__dict__.pop("forward", None)  # and so is a gated block
    expected = gradients(plain)
    assert written.keys() == expected.keys() == plain.parameters(Agent.CODER).keys()
    for name, gradient in expected.items():
        difference = float((written[name] - gradient).norm() / gradient.norm())
        assert difference < (1e-5 if dtype is torch.float32 else 3e-2), (name, difference)
