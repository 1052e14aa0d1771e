"""Grouped attention says what torch's attention says of repeated keys, and has its gradient."""

# pylint: disable=missing-function-docstring

from typing import Any

import pytest
import torch
from torch import Tensor

from parelha.models.attention import Stretch, group_queries, in_stretches, takes_stretches
from tests.tiny import tiny_model


def _sees(length: int, known: int) -> Tensor:
    columns = torch.arange(known + length)
    return (columns[None, :] <= columns[known:, None])[None, None]


def _hidden(model: Any, mask: Tensor, ids: Tensor) -> Tensor:
    decoder: Any = model.get_decoder()
    hidden: Tensor = decoder(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    return hidden


def test_a_model_says_the_same_and_learns_the_same_with_its_queries_grouped() -> None:
    ids = torch.tensor([[5, 9, 2, 30, 31, 7], [8, 8, 1, 4, 300, 12]])
    sees = _sees(6, 0).repeat(2, 1, 1, 1)
    sees[1, :, 3:, 1] = False
    found: list[tuple[Tensor, list[Tensor]]] = []
    for grouped in (False, True):
        model = tiny_model()
        if grouped:
            group_queries(model)
        hidden = _hidden(model, sees, ids)
        by_weight = torch.autograd.grad(
            (hidden * hidden.detach().cos()).sum(),
            [layer.self_attn.k_proj.weight for layer in model.model.layers]
            + [layer.self_attn.q_proj.weight for layer in model.model.layers],
        )
        found.append((hidden, list(by_weight)))
    plain, slopes = found[0]
    own, own_slopes = found[1]
    torch.testing.assert_close(own, plain, rtol=1e-4, atol=1e-5)
    for one, other in zip(own_slopes, slopes, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_stretches_say_and_learn_what_their_sequences_do() -> None:
    ids = torch.tensor([[5, 9, 2, 30, 31, 7]])
    stretches = (
        [Stretch(slice(0, 6))],
        [Stretch(slice(0, 2)), Stretch(slice(2, 6), earlier=(slice(0, 2),))],
    )
    model = tiny_model()
    group_queries(model)
    layers = model.model.layers
    weights = [w for one in layers for w in (one.self_attn.k_proj.weight, one.mlp.up_proj.weight)]
    plain = _hidden(model, _sees(6, 0), ids)
    slopes = torch.autograd.grad((plain * plain.detach().cos()).sum(), weights)
    for some in stretches:
        with in_stretches(some):
            own = _hidden(model, torch.zeros((1, 1, 6, 1), dtype=torch.bool), ids)
        torch.testing.assert_close(own, plain, rtol=1e-4, atol=1e-5)
        found = torch.autograd.grad((own * plain.detach().cos()).sum(), weights)
        for one, other in zip(found, slopes, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_stretches_of_many_lengths_take_few_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: set[tuple[int, ...]] = set()
    attend = torch.nn.functional.scaled_dot_product_attention

    def record(query: Tensor, key: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        shapes.add((*query.shape, *key.shape))
        return attend(query, key, *args, **kwargs)

    model = tiny_model()
    group_queries(model)
    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", record)
    with torch.no_grad():
        for length in range(1, 20):
            stretches = [Stretch(slice(0, 1)), Stretch(slice(1, 21), earlier=(slice(0, length),))]
            with in_stretches(stretches):
                _hidden(model, torch.zeros((1, 1, 21, 1), dtype=torch.bool), torch.arange(21)[None])
    assert len(shapes) == 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_mask_that_is_added_hides_as_a_boolean_one_does(dtype: torch.dtype) -> None:
    model: Any = tiny_model()
    model.to(dtype)
    group_queries(model)
    ids = torch.tensor([[5, 9, 2, 30, 31, 7]])
    sees = _sees(6, 0)
    added = torch.zeros(sees.shape, dtype=dtype).masked_fill_(~sees, torch.finfo(dtype).min)
    with torch.no_grad():
        assert torch.equal(_hidden(model, sees, ids), _hidden(model, added, ids))


def test_a_model_with_an_attention_of_its_own_is_left_alone() -> None:
    model = tiny_model()
    model.set_attn_implementation("eager")
    group_queries(model)
    assert model.config._attn_implementation == "eager"  # pylint: disable=protected-access


def test_stretches_are_read_by_themselves_only_where_that_gives_the_same() -> None:
    model = tiny_model()
    assert not takes_stretches(model)
    group_queries(model)
    assert takes_stretches(model)
    other = tiny_model()
    layer: Any = other.model.layers[1].self_attn
    layer.layer_idx = 0  # reads another layer's keys
    group_queries(other)
    assert not takes_stretches(other)
