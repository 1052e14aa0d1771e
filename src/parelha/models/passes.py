"""One pass of the model over segments of a prefix tree, packed into one sequence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from parelha.kernels.attention import KeysValues, PackedSegment, attend_in_segments
from parelha.kernels.cache_argument import as_argument
from parelha.kernels.choose import beside
from parelha.models.policy import Policy
from parelha.models.prefix_tree import Segment, in_order, outside
from parelha.types import Agent

# A pass is padded to a multiple of these tokens: for every new size oneDNN makes programs that it
# keeps, hundreds of megabytes in the end.
_MULTIPLE = 32


@dataclass(frozen=True)
class SegmentsRead:
    """What a pass over segments gives.

    Attributes:
        hidden: (T, H) their hidden states, one behind the other.
        places: where each segment stands in them.
    """

    hidden: Tensor
    places: dict[Segment, slice]
    _layers: list[DynamicLayer]
    _first: int  # of the pass's own columns

    def keys_values(self, segment: Segment) -> list[tuple[Tensor, Tensor]]:
        """(heads, N, D) keys and values of a segment in every layer, as views of the pass's."""
        at = self.places[segment]
        columns = slice(self._first + at.start, self._first + at.stop)
        found: list[tuple[Tensor, Tensor]] = []
        for layer in self._layers:
            assert layer.keys is not None and layer.values is not None
            found.append((layer.keys[0, :, columns], layer.values[0, :, columns]))
        return found


def read_segments(
    policy: Policy,
    agents: Sequence[Agent] | Agent,
    segments: Sequence[Segment],
    known: Mapping[Segment, KeysValues],
) -> SegmentsRead:
    """Read segments in one pass.

    Args:
        policy: base and adapters.
        agents: whose each segment is, of those that share a base and without gradient; or one for
            all, whose adapter is active.
        segments: each behind those of them that lead to it.
        known: keys and values of all other segments that lead to them.
    """
    agent = agents if isinstance(agents, Agent) else agents[0]
    decoder: Any = policy.decoder(agent)
    weight = next(decoder.parameters())  # inputs are put beside it
    places: dict[Segment, slice] = {}
    size = 0
    for segment in segments:
        places[segment] = slice(size, size + len(segment.ids))
        size += len(segment.ids)
    padding = [0] * (-size % _MULTIPLE)
    ids = [token for segment in segments for token in segment.ids]
    positions = [at for segment in segments for at in range(segment.start, segment.stop)]
    adapters: Any = nullcontext()
    if not isinstance(agents, Agent):
        each = [a for a, segment in zip(agents, segments, strict=True) for _ in segment.ids]
        adapters = policy.active_for(each + [agent] * len(padding))
    attending: Any = nullcontext()
    num_layers: int = policy.model(agent).config.num_hidden_layers
    layers = [_layer() for _ in range(num_layers)]
    first = 0
    if policy.supports_varlen(agent):
        sees = torch.ones((1, 1, size + len(padding), 1), dtype=torch.bool)  # unused
        attending = attend_in_segments([_packed(segment, places, known) for segment in segments])
    else:
        before = outside(segments)
        first = sum(len(segment.ids) for segment in before)
        sees = _sees(before, places, len(padding))
        if before:
            layers = [_joined([known[segment][i] for segment in before]) for i in range(num_layers)]
    with adapters, attending:
        hidden: Tensor = decoder(
            input_ids=beside(weight, [ids + padding]),
            attention_mask=policy.mask(agent, beside(weight, sees)),
            position_ids=beside(weight, [positions + padding]),
            use_cache=True,
            **as_argument(decoder, Cache(layers=list(layers))),
        ).last_hidden_state[0]
    return SegmentsRead(hidden[:size], places, layers, first)


def in_passes(segments: Iterable[Segment], max_tokens: int) -> Iterator[list[Segment]]:
    """Segments in their order, in passes of at most `max_tokens`."""
    return in_order(segments, lambda segment: len(segment.ids), max_tokens)


def _packed(
    segment: Segment, places: Mapping[Segment, slice], known: Mapping[Segment, KeysValues]
) -> PackedSegment:
    return PackedSegment(
        places[segment],
        tuple(known[b] for b in segment.before if b not in places),
        tuple(places[b] for b in segment.before if b in places),
    )


def _layer() -> DynamicLayer:
    return DynamicLayer()  # type: ignore[no-untyped-call]


def _joined(known: Sequence[tuple[Tensor, Tensor]]) -> DynamicLayer:
    keys, values = zip(*known, strict=True)
    layer = _layer()
    layer.update(torch.cat(keys, dim=1)[None], torch.cat(values, dim=1)[None])
    return layer


def _sees(before: list[Segment], places: Mapping[Segment, slice], padding: int) -> Tensor:
    """(1, 1, T, before + T) bool: a token sees what leads to it, in its own segment and before.

    The last `padding` tokens see what is padding before them: a softmax must not be empty.
    """
    size = sum(len(segment.ids) for segment in places) + padding
    first: dict[Segment, slice] = {}
    columns = 0
    for segment in before:
        first[segment] = slice(columns, columns + len(segment.ids))
        columns += len(segment.ids)
    sees = torch.zeros((size, columns + size), dtype=torch.bool)
    own = sees[:, columns:]
    for segment, at in places.items():
        own[at, at] = torch.ones((len(segment.ids),) * 2, dtype=torch.bool).tril()
        for one in segment.before:
            if one in places:
                own[at, places[one]] = True
            else:
                sees[at, first[one]] = True
    rest = slice(size - padding, size)
    own[rest, rest] = torch.ones((padding, padding), dtype=torch.bool).tril()
    return sees[None, None]
