"""Packed copies of frozen weights give what the plain weights give, on any processor."""

import itertools
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import torch
from torch import nn

from parelha.config import ModelConfig
from parelha.config_engine import FastPath
from parelha.kernels.choose import (
    PATHS,
    choose,
    multiplies_bfloat16,
    packing_problem,
    wait_for,
)
from parelha.kernels.frozen import FrozenHead, Upcaster
from parelha.kernels.packed import pack, packed_linear, packed_linear_onto
from parelha.types import Agent
from tests.fakes import pair_of
from tests.processor import needs_packing, packs
from tests.tiny import tiny_model

DTYPES = [torch.bfloat16, torch.float32]
TOLERANCE = {torch.float32: 1e-5, torch.bfloat16: 2e-2}


def layer(dtype: torch.dtype, bias: bool = True) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(48, 80, bias=bias, dtype=dtype)


def head(module: nn.Module, dtype: torch.dtype) -> FrozenHead:
    return FrozenHead(module, Upcaster(dtype), packs=True)


def test_the_setting_names_every_path_that_can_be_switched_off() -> None:
    assert get_args(FastPath) == PATHS


@pytest.mark.parametrize("dtype", DTYPES)
def test_weights_are_packed_exactly_where_this_processor_can(dtype: torch.dtype) -> None:
    assert (packing_problem(dtype) == "") == packs(dtype)
    assert ("packed" in choose(dtype, device=torch.device("cpu")).paths) == packs(dtype)


def test_elsewhere_than_on_a_cpu_each_path_is_in_use_or_told_why_not() -> None:
    kernels = choose(torch.bfloat16, device=torch.device("meta"), without=["lean", "packed"])
    assert kernels.paths == {"fused"}
    assert kernels.left_out.keys() | kernels.paths == set(PATHS)
    assert kernels.left_out["packed"] == kernels.left_out["lookup"] == "needs a CPU"
    assert kernels.left_out["lean"] == "switched off"


def test_a_gpu_is_waited_for_and_a_processor_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[Any] = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    wait_for(torch.zeros(1))
    on_gpu: Any = SimpleNamespace(device=torch.device("cuda", 1))
    wait_for(on_gpu)
    assert waited == [torch.device("cuda", 1)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rows", [1, 3, 16, 70])
@pytest.mark.parametrize("bias", [True, False])
def test_a_packed_layer_gives_what_the_layer_gives(
    dtype: torch.dtype, rows: int, bias: bool
) -> None:
    needs_packing(dtype)
    module = layer(dtype, bias)
    packed = head(module, dtype)
    x = torch.randn(2, rows, 48).to(dtype)
    near = TOLERANCE[dtype]
    with torch.no_grad():
        expected = module(x)
        for _ in range(2):  # the first call packs, the second finds the copy
            torch.testing.assert_close(packed.logits(x), expected, atol=near, rtol=near)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_product_is_added_onto_another_in_one_pass(dtype: torch.dtype) -> None:
    needs_packing(dtype)
    weight = torch.randn(80, 16).to(dtype)
    x, y = torch.randn(5, 16).to(dtype), torch.randn(5, 80).to(dtype)
    exact = y.float() + x.float() @ weight.float().T
    near = 2.5 * TOLERANCE[dtype]
    found = packed_linear_onto(y.clone(), x, pack(weight))
    torch.testing.assert_close(found.float(), exact, atol=near, rtol=near)
    product = packed_linear(x, pack(weight))
    torch.testing.assert_close(product.float(), exact - y.float(), atol=near, rtol=near)


def test_a_pass_with_gradient_uses_the_plain_weight() -> None:
    module = layer(torch.bfloat16)
    x = torch.randn(3, 48, dtype=torch.bfloat16, requires_grad=True)
    head(module, torch.bfloat16).logits(x).float().sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    expected = module.weight.detach().float().sum(0).expand(3, -1)
    torch.testing.assert_close(x.grad.float(), expected, atol=2e-2, rtol=2e-2)


def test_other_layers_are_simply_called() -> None:
    x = torch.randn(2, 4)
    with torch.no_grad():
        assert torch.equal(head(nn.Identity(), torch.float32).logits(x), x)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_an_update_of_an_adapter_is_seen_by_the_next_pass_without_gradient(
    dtype: torch.dtype,
) -> None:
    base = tiny_model().to(dtype)  # type: ignore[arg-type]
    policy = pair_of(base, ModelConfig())
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


@pytest.mark.parametrize("slow", [0, 1])
def test_the_type_of_products_rests_on_the_time_of_the_thread_and_not_of_the_clock(
    monkeypatch: pytest.MonkeyPatch, slow: int
) -> None:
    # Elapsed time holds what other processes do. Every second reading ends a product: of
    # bfloat16 and of float32 in turn.
    calls = itertools.count()
    times = itertools.accumulate(float(next(calls) % 4 == 2 * slow + 1) for _ in itertools.count())
    monkeypatch.setattr("time.thread_time", lambda: next(times))
    threads = torch.get_num_threads()
    assert multiplies_bfloat16.__wrapped__() == (slow == 1)
    assert torch.get_num_threads() == threads
