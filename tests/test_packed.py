"""Packed copies of frozen weights give what the plain weights give."""

import pytest
import torch
from torch import nn

from parelha.config import ModelConfig
from parelha.models.packed import can_pack, frozen_linear, pack, packed_linear, packed_linear_onto
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.tiny import tiny_model

needs_packing = pytest.mark.skipif(
    not can_pack(torch.zeros(1, 1, dtype=torch.bfloat16)), reason="no packed layout here"
)


def layer(bias: bool = True) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(48, 80, bias=bias, dtype=torch.bfloat16)


@needs_packing
@pytest.mark.parametrize("rows", [1, 3, 16, 70])
@pytest.mark.parametrize("bias", [True, False])
def test_a_packed_layer_gives_what_the_layer_gives(rows: int, bias: bool) -> None:
    module = layer(bias)
    x = torch.randn(2, rows, 48, dtype=torch.bfloat16)
    with torch.no_grad():
        expected = module(x)
        for _ in range(2):  # the first call packs, the second finds the copy
            torch.testing.assert_close(frozen_linear(module, x), expected, atol=2e-2, rtol=2e-2)


@needs_packing
def test_a_product_is_added_onto_another_in_one_pass() -> None:
    weight = torch.randn(80, 16, dtype=torch.bfloat16)
    x, y = torch.randn(5, 16).bfloat16(), torch.randn(5, 80).bfloat16()
    exact = y.float() + x.float() @ weight.float().T
    found = packed_linear_onto(y, x, pack(weight))
    torch.testing.assert_close(found.float(), exact, atol=5e-2, rtol=2e-2)
    product = packed_linear(x, pack(weight))
    torch.testing.assert_close(product.float(), exact - y.float(), atol=5e-2, rtol=2e-2)


def test_a_pass_with_gradient_uses_the_plain_weight() -> None:
    module = layer()
    x = torch.randn(3, 48, dtype=torch.bfloat16, requires_grad=True)
    frozen_linear(module, x).float().sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    expected = module.weight.detach().float().sum(0).expand(3, -1)
    torch.testing.assert_close(x.grad.float(), expected, atol=2e-2, rtol=2e-2)


def test_other_types_and_layers_are_simply_called() -> None:
    module = nn.Linear(4, 4)
    x = torch.randn(2, 4)
    with torch.no_grad():
        assert torch.equal(frozen_linear(module, x), module(x))
        assert torch.equal(frozen_linear(nn.Identity(), x), x)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_an_update_of_an_adapter_is_seen_by_the_next_pass_without_gradient(
    dtype: torch.dtype,
) -> None:
    base = tiny_model().to(dtype)  # type: ignore[arg-type]
    policy = Policy(base, base, ModelConfig(), 0)
    ids = torch.arange(12)[None]

    def hidden() -> torch.Tensor:
        with torch.no_grad():
            found: torch.Tensor = policy.decoder(Agent.CODER)(input_ids=ids).last_hidden_state
        return found

    def with_gradient() -> torch.Tensor:
        found: torch.Tensor = policy.decoder(Agent.CODER)(input_ids=ids).last_hidden_state
        return found.detach()

    before = hidden()
    for name, parameter in policy.parameters(Agent.CODER).items():
        with torch.no_grad():
            parameter.add_(0.05 if "lora_B" in name else 0.02)
    after = hidden()
    assert not torch.allclose(before, after, atol=1e-3)
    torch.testing.assert_close(after, with_gradient(), atol=6e-2, rtol=6e-2)
