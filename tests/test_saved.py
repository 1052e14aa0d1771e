"""What passes keep for their gradients: in one place, the same bits, and used again."""

# pylint: disable=missing-function-docstring

import pytest
import torch
from torch import Tensor, nn

from parelha.kernels import saved
from parelha.kernels.saved import SavedActivations, saved_activations
from tests.tiny import tiny_model


@pytest.fixture(autouse=True)
def _everything_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "_SMALLEST_BYTES", 1)


def slopes(layers: nn.Module, x: Tensor, held: SavedActivations | None) -> list[Tensor]:
    layers.zero_grad()
    if held is None:
        loss = layers(x).square().sum()
    else:
        with held.of_pass():
            loss = layers(x).square().sum()
    loss.backward()
    return [p.grad.clone() for p in layers.parameters() if p.grad is not None]


def gated() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 16), nn.SiLU(), nn.LayerNorm(16), nn.Linear(16, 4))


@pytest.mark.parametrize("max_bytes", [1 << 20, 2_000, 0])
def test_gradients_are_the_same_bits_whatever_fits_in(max_bytes: int) -> None:
    layers = gated()
    held = SavedActivations(list(layers.parameters()), max_bytes)
    for rows in (5, 9, 3):
        x = torch.randn(rows, 8)
        plain = slopes(layers, x, None)
        for one, other in zip(slopes(layers, x, held), plain, strict=True):
            assert torch.equal(one, other)


def test_every_pass_uses_the_memory_of_the_one_before() -> None:
    held = SavedActivations([], 1 << 20)
    places = []
    for _ in range(2):
        x = torch.randn(64, requires_grad=True)
        with held.of_pass():
            y = x * x
            kept = y.grad_fn._saved_self  # type: ignore[union-attr]
        y.sum().backward()  # type: ignore[no-untyped-call]
        assert torch.equal(x.grad, 2 * x)  # type: ignore[arg-type]
        places.append(kept.data_ptr())
        assert kept.data_ptr() != x.data_ptr()
    assert places[0] == places[1]


def test_what_is_kept_twice_has_one_copy_until_it_changes() -> None:
    held = SavedActivations([], 1 << 20)
    x = torch.randn(64)
    with held.of_pass():
        pack = held._pack  # pylint: disable=protected-access
        first = pack(x)
        assert pack(x).data_ptr() == first.data_ptr()
        assert pack(x[:32]).data_ptr() != first.data_ptr()
        x *= 2
        assert torch.equal(pack(x), x)
        assert torch.equal(first, x / 2)


def test_a_tensor_that_lies_where_a_freed_one_did_is_not_taken_for_it() -> None:
    held = SavedActivations([], 1 << 20)
    memory = torch.zeros(64)
    with held.of_pass():
        pack = held._pack  # pylint: disable=protected-access
        for value in (1.0, 2.0):
            memory.fill_(value)
            # Another storage in the same place, with the same version.
            again = torch.from_numpy(memory.numpy())
            assert float(pack(again).sum()) == 64 * value
            del again


def test_weights_are_kept_as_they_are() -> None:
    weight = torch.randn(8, 8)
    held = SavedActivations([weight], 1 << 20)
    with held.of_pass():
        kept = held._pack(weight.T)  # pylint: disable=protected-access
    assert kept.data_ptr() == weight.data_ptr()


def test_a_model_has_memory_for_one_pass() -> None:
    model = tiny_model()
    held = saved_activations(model, 64, torch.bfloat16)
    wide = saved_activations(model, 64, torch.float32)
    # pylint: disable-next=protected-access
    assert 2 * len(held._memory) == len(wide._memory) > 0
