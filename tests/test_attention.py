"""Packed attention says what torch's attention says of each sequence, and has its gradient."""

# pylint: disable=missing-function-docstring

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import DynamicCache

from parelha.engines.kv import Prefix, Slab, make_block
from parelha.kernels.attention import (
    PackedRows,
    PackedSegment,
    attend_in_rows,
    attend_in_segments,
    use_varlen,
)
from parelha.kernels.cache_argument import as_argument
from tests.tiny import tiny_model


def _sees(length: int, known: int) -> Tensor:
    columns = torch.arange(known + length)
    return (columns[None, :] <= columns[known:, None])[None, None]


def _hidden(model: Any, mask: Tensor, ids: Tensor) -> Tensor:
    decoder: Any = model.get_decoder()
    hidden: Tensor = decoder(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    return hidden


def test_segments_compute_and_learn_what_their_sequences_do() -> None:
    ids = torch.tensor([[5, 9, 2, 30, 31, 7]])
    segments = (
        [PackedSegment(slice(0, 6))],
        [PackedSegment(slice(0, 2)), PackedSegment(slice(2, 6), earlier=(slice(0, 2),))],
    )
    model = tiny_model()
    use_varlen(model)
    layers = model.model.layers
    weights = [w for one in layers for w in (one.self_attn.k_proj.weight, one.mlp.up_proj.weight)]
    plain = _hidden(model, _sees(6, 0), ids)
    slopes = torch.autograd.grad((plain * plain.detach().cos()).sum(), weights)
    for some in segments:
        with attend_in_segments(some):
            own = _hidden(model, torch.zeros((1, 1, 6, 1), dtype=torch.bool), ids)
        torch.testing.assert_close(own, plain, rtol=1e-4, atol=1e-5)
        found = torch.autograd.grad((own * plain.detach().cos()).sum(), weights)
        for one, other in zip(found, slopes, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_segments_of_many_lengths_take_few_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: set[tuple[int, ...]] = set()
    attend = torch.nn.functional.scaled_dot_product_attention

    def record(query: Tensor, key: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        shapes.add((*query.shape, *key.shape))
        return attend(query, key, *args, **kwargs)

    model = tiny_model()
    use_varlen(model)
    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", record)
    with torch.no_grad():
        for length in range(1, 20):
            segments = [
                PackedSegment(slice(0, 1)),
                PackedSegment(slice(1, 21), earlier=(slice(0, length),)),
            ]
            with attend_in_segments(segments):
                _hidden(model, torch.zeros((1, 1, 21, 1), dtype=torch.bool), torch.arange(21)[None])
    assert len(shapes) == 1


def test_tokens_of_many_rows_see_what_is_before_them_in_their_own() -> None:
    model: Any = tiny_model()
    use_varlen(model)
    talks = torch.tensor([[5, 9, 2, 30, 31, 7, 4], [8, 8, 1, 4, 300, 12, 3], [1, 2, 3, 4, 5, 6, 7]])
    lengths, counts = [3, 1, 5], [2, 1, 2]
    slab = Slab(model.config.num_hidden_layers)
    with torch.no_grad():
        begun = []
        for talk, length in zip(talks, lengths, strict=True):
            cache: Any = DynamicCache()
            model.get_decoder()(input_ids=talk[None, :length], **as_argument(model, cache))
            layers = [(layer.keys[0], layer.values[0]) for layer in cache.layers]
            ids = talk[:length].numpy()
            begun.append(Prefix(ids, (make_block(layers),)))
        slab.join(begun)
        slab.open(counts)
        spans = [slice(n, n + m) for n, m in zip(lengths, counts, strict=True)]
        ids = [talk[span] for talk, span in zip(talks, spans, strict=True)]
        positions = [torch.arange(span.start, span.stop) for span in spans]
        padding = torch.zeros(3, dtype=torch.int64)
        with attend_in_rows(PackedRows(lengths, counts, slab.columns, 8)):
            own = model.get_decoder()(
                input_ids=torch.cat([*ids, padding])[None],
                attention_mask=torch.ones((1, 1, 8, 1), dtype=torch.bool),
                position_ids=torch.cat([*positions, padding])[None],
                **as_argument(model, slab.cache),
            ).last_hidden_state[0]
        first = 0
        for talk, span in zip(talks, spans, strict=True):
            right = _hidden(model, _sees(span.stop, 0), talk[None, : span.stop])[0, span]
            found = own[first : first + len(right)]
            torch.testing.assert_close(found, right, rtol=1e-4, atol=1e-5)
            first += len(right)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_mask_that_is_added_hides_as_a_boolean_one_does(dtype: torch.dtype) -> None:
    model: Any = tiny_model()
    model.to(dtype)
    use_varlen(model)
    ids = torch.tensor([[5, 9, 2, 30, 31, 7]])
    sees = _sees(6, 0)
    added = torch.zeros(sees.shape, dtype=dtype).masked_fill_(~sees, torch.finfo(dtype).min)
    with torch.no_grad():
        assert torch.equal(_hidden(model, sees, ids), _hidden(model, added, ids))


def test_a_model_with_an_attention_of_its_own_is_left_alone() -> None:
    model = tiny_model()
    model.set_attn_implementation("eager")
    assert use_varlen(model) == "needs torch's attention"
    assert model.config._attn_implementation == "eager"  # pylint: disable=protected-access


def test_segments_are_read_by_themselves_only_where_that_gives_the_same() -> None:
    model = tiny_model()
    assert [use_varlen(model) for _ in range(2)] == ["", ""]
    other = tiny_model()
    layer: Any = other.model.layers[1].self_attn
    layer.layer_idx = 0  # reads another layer's keys
    assert use_varlen(other) == "needs attention that gives the same by segments"
    assert other.config._attn_implementation == "sdpa"  # pylint: disable=protected-access
