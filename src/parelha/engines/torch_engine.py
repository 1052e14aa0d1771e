"""The in-process engine: it shares the trainer's weights, so what it samples is on-policy.

A batch is one slab of columns. Each row may start from a prefix already computed (its own earlier
turn, or that of a sibling), placed in the first columns; the rest of the prompts follows, then one
column a token. Columns that a row does not use are masked, positions are counted per row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache

from parelha.agents.turns import Completion, Request
from parelha.engines.kv import Prefix, PrefixStore, SlabLayer, slab_cache
from parelha.engines.sampling import ChoiceWalk, sample_tokens, uniforms
from parelha.models.policy import Policy
from parelha.types import Agent, FinishReason

Decode = Callable[[Sequence[int]], str]

# Rows that are done are dropped from the slab when this share of them is left: dropping copies it.
_COMPACT_BELOW = 0.75
_PREFIX_TOKENS = 32_768


@dataclass
class _Row:
    """One request while it is decoded."""

    index: int
    request: Request
    u: Any
    walk: ChoiceWalk | None = None
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish: FinishReason | None = None
    read: int = 0  # tokens of the answer that the model has read

    @property
    def said(self) -> list[int]:
        """The answer so far."""
        return self.walk.ids if self.walk is not None else self.ids

    def next_token(self) -> int:
        """The first token of the answer that the model has not read."""
        self.read += 1
        return self.said[self.read - 1]

    def completion(self) -> Completion:
        """What is handed out."""
        assert self.finish is not None
        if self.walk is not None:
            w = self.walk
            return Completion(
                tuple(w.ids), tuple(w.logprobs), self.finish, tuple(w.legal), w.entropy
            )
        return Completion(
            tuple(self.ids), tuple(self.logprobs), self.finish, (None,) * len(self.ids)
        )


class TorchEngine:
    """Answers requests with a `Policy`.

    Args:
        policy: base and adapters; call `reset` after every change of an adapter.
        decode: token ids to text, for each agent's tokenizer (stop rules look at text).
        max_batch_tokens: rows times columns of one slab, at most; a single row is always taken.

    Attributes:
        on_tokens: told the number of rows decoded at every step, for a live view.
        counts: tokens of prompts, those of them that were known already, and new ones.
    """

    def __init__(
        self,
        policy: Policy,
        decode: dict[Agent, Decode],
        max_batch_tokens: int,
    ) -> None:
        self.policy = policy
        self.decode = decode
        self.max_batch_tokens = max_batch_tokens
        self.on_tokens: Callable[[int], None] | None = None
        self._stores = {name: PrefixStore(_PREFIX_TOKENS) for name in map(policy.adapter, Agent)}
        self.counts = {"prefill": 0, "reused": 0, "decoded": 0}

    def reset(self) -> None:
        """Forget all computed prefixes, and start the counts again."""
        for store in self._stores.values():
            store.clear()
        self.counts = dict.fromkeys(self.counts, 0)

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer all requests; batches depend on the requests alone."""
        answers: list[Completion | None] = [None] * len(requests)
        for agent in Agent:
            rows = [
                _Row(i, r, uniforms(r.stream, r.max_new_tokens))
                for i, r in enumerate(requests)
                if r.agent is agent
            ]
            # Neighbours of like length waste fewer columns; the order is fixed by the requests.
            rows.sort(key=lambda row: (len(row.request.prompt_ids), row.index))
            for batch in self._batches(rows):
                self._answer(agent, batch)
                for row in batch:
                    answers[row.index] = row.completion()
        return [answer for answer in answers if answer is not None]

    def _batches(self, rows: list[_Row]) -> list[list[_Row]]:
        batches: list[list[_Row]] = []
        width = 0
        for row in rows:
            need = len(row.request.prompt_ids) + row.request.max_new_tokens
            width = max(width, need)
            if batches and width * (len(batches[-1]) + 1) <= self.max_batch_tokens:
                batches[-1].append(row)
            else:
                batches.append([row])
                width = need
        return batches

    @torch.inference_mode()
    def _answer(self, agent: Agent, rows: list[_Row]) -> None:
        """Decode one batch; fills every row."""
        for row in rows:
            if row.request.choices:
                row.walk = ChoiceWalk(row.request.choices, row.request.epsilon)
                if row.walk.force():
                    row.finish = "action"
        rows = [row for row in rows if row.finish is None]
        if not rows:
            return
        self.policy.activate(agent)
        store = self._stores[self.policy.adapter(agent)]
        # What a choice begins with in any case is read with the prompt.
        prompts = [(*row.request.prompt_ids, *row.said) for row in rows]
        for row in rows:
            row.read = len(row.said)
        shared = [p for p in shared_prefixes(prompts) if store.longest(p)[1] < len(p) - 1]
        if shared:
            # Reviews of one task's drafts begin alike: compute what they share once.
            _Slab(self.policy, agent, shared, 0, store, self.counts).keep_all(store)
        longest = max(row.request.max_new_tokens for row in rows)
        slab = _Slab(self.policy, agent, prompts, longest, store, self.counts)
        active = list(rows)
        while True:
            # A forced token inside a choice is only read: nothing is sampled after it yet.
            ready = [i for i, row in enumerate(active) if row.read == len(row.said)]
            if ready:
                logits = slab.logits()
                logits = logits if len(ready) == len(active) else logits[ready]
                self._choose(agent, [active[i] for i in ready], logits)
            self.counts["decoded"] += len(ready)
            if self.on_tokens is not None:
                self.on_tokens(len(ready))
            left = [i for i, row in enumerate(active) if row.finish is None]
            if len(left) < len(active):
                slab.done([i for i, row in enumerate(active) if row.finish is not None])
                if not left:
                    break
                active = [active[i] for i in left]
            slab.advance([row.next_token() for row in active])
        slab.keep(store)

    def _choose(self, agent: Agent, active: list[_Row], logits: Tensor) -> None:
        """One token for every active row; sets `finish` where an answer is complete."""
        device = logits.device
        u = torch.tensor([row.u[len(row.said)] for row in active])
        text = [i for i, row in enumerate(active) if row.walk is None]
        if text:
            requests = [active[i].request for i in text]
            picked = logits if len(text) == len(active) else logits[text]
            tokens, logprobs = sample_tokens(
                picked,
                torch.tensor([r.temperature for r in requests], device=device),
                u[text].to(device),
                torch.tensor([r.top_p for r in requests], device=device),
                max(r.top_k for r in requests),
            )
            for i, token, logprob in zip(text, tokens.tolist(), logprobs.tolist(), strict=True):
                row = active[i]
                row.ids.append(token)
                row.logprobs.append(logprob)
                row.finish = self._ended(agent, row)
        for i, row in enumerate(active):
            if row.walk is not None:
                row.walk.step(logits[i].float().cpu(), row.request.temperature, float(u[i]))
                if row.walk.force():
                    row.finish = "action"

    def _ended(self, agent: Agent, row: _Row) -> FinishReason | None:
        request = row.request
        if row.ids[-1] in request.stop_ids:
            return "stop"
        if request.stop is not None and request.stop(self.decode[agent](row.ids)):
            return "stop"
        return "length" if len(row.ids) >= request.max_new_tokens else None


def shared_prefixes(prompts: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Beginnings that two or more distinct prompts share, each at least half of a prompt."""
    ordered = sorted(set(prompts))
    found: list[tuple[int, ...]] = []
    first = 0
    while first < len(ordered):
        common, last = len(ordered[first]), first
        for i in range(first + 1, len(ordered)):
            length = _common_length(ordered[first], ordered[i])
            if 2 * length < len(ordered[first]):
                break
            common, last = min(common, length), i
        if last > first:
            found.append(ordered[first][:common])
        first = last + 1
    return found


def _common_length(one: Sequence[int], other: Sequence[int]) -> int:
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n


class _Slab:
    """The columns of one batch: prefixes, the rest of the prompts, then the answers.

    Rows with equal prompts are computed once and repeated.
    """

    def __init__(
        self,
        policy: Policy,
        agent: Agent,
        prompts: Sequence[tuple[int, ...]],
        longest: int,
        store: PrefixStore,
        counts: dict[str, int],
    ) -> None:
        self.policy, self.agent = policy, agent
        self.decoder: Any = policy.decoder(agent)
        self.device = next(self.decoder.parameters()).device
        distinct = list(dict.fromkeys(prompts))
        hits = [store.longest(prompt) for prompt in distinct]
        before = max(length for _, length in hits)
        after = max(len(p) - n for p, (_, n) in zip(distinct, hits, strict=True))
        # One column more for each answer token but the last, whose keys nobody reads.
        capacity = before + after + longest
        self.cache: Cache = slab_cache(policy.model(agent).config.num_hidden_layers, capacity)
        self.sequences = [list(p) for p in distinct]
        self.valid = torch.zeros((len(distinct), capacity), dtype=torch.bool, device=self.device)
        self.length = before
        self._place(hits, before)
        self.hidden = self._prefill(distinct, [n for _, n in hits], after)
        counts["prefill"] += sum(len(p) for p in distinct)
        counts["reused"] += sum(n for _, n in hits)
        self._finished: list[Prefix] = []
        source = [distinct.index(prompt) for prompt in prompts]
        if source != list(range(len(distinct))):
            self._select(source)
            self.hidden = self.hidden[source]
        # Live rows, as indices into the slab; done ones stay in it until it is compacted.
        self.live = list(range(len(prompts)))

    def _place(self, hits: list[tuple[Prefix | None, int]], before: int) -> None:
        """Copy the known prefixes into the first columns."""
        if before == 0:
            return
        for i, layer in enumerate(self.cache.layers):
            assert isinstance(layer, SlabLayer)
            for row, (prefix, length) in enumerate(hits):
                if prefix is None or not length:
                    continue
                if not layer.is_initialized:
                    shape = (len(hits), prefix.keys[i].shape[0], 1)
                    layer.lazy_initialization(
                        prefix.keys[i].new_empty((*shape, prefix.keys[i].shape[-1])),
                        prefix.values[i].new_empty((*shape, prefix.values[i].shape[-1])),
                    )
                    # Masked columns are multiplied by zero weights, and 0 x NaN is NaN.
                    assert layer.keys is not None and layer.values is not None
                    layer.keys[:, :, :before] = 0
                    layer.values[:, :, :before] = 0
                assert layer.keys is not None and layer.values is not None
                layer.keys[row, :, :length] = prefix.keys[i][:, :length]
                layer.values[row, :, :length] = prefix.values[i][:, :length]
            layer.length = before
        for row, (_, length) in enumerate(hits):
            self.valid[row, :length] = True

    def _prefill(self, prompts: list[tuple[int, ...]], known: list[int], after: int) -> Tensor:
        """Run the rest of the prompts; returns (B, H), the hidden state of each last token."""
        b, before = len(prompts), self.length
        ids = torch.zeros((b, after), dtype=torch.long)
        positions = torch.zeros((b, after), dtype=torch.long)
        last = torch.zeros(b, dtype=torch.long)
        for row, (prompt, n) in enumerate(zip(prompts, known, strict=True)):
            rest = len(prompt) - n
            ids[row, :rest] = torch.tensor(prompt[n:])
            positions[row, :rest] = torch.arange(n, len(prompt))
            last[row] = rest - 1
            self.valid[row, before : before + rest] = True
        total = before + after
        columns = torch.arange(total, device=self.device)
        causal = columns[None, :] <= columns[before:, None]  # (after, total)
        mask = self.valid[:, None, None, :total] & causal  # (B, 1, after, total)
        # A padding query sees itself, so that its softmax is not empty.
        mask |= columns[None, :] == columns[before:, None]
        hidden = self._forward(ids, mask, positions)
        return hidden[torch.arange(b), last.to(self.device)]

    def _forward(self, ids: Tensor, mask: Tensor, positions: Tensor) -> Tensor:
        out = self.decoder(
            input_ids=ids.to(self.device),
            attention_mask=self.policy.mask(self.agent, mask),
            position_ids=positions.to(self.device),
            past_key_values=self.cache,
            use_cache=True,
        )
        self.length += ids.shape[1]
        hidden: Tensor = out.last_hidden_state
        return hidden

    def logits(self) -> Tensor:
        """(B, V) at the last token of every live row."""
        hidden = self.hidden if len(self.live) == len(self.hidden) else self.hidden[self.live]
        return self.policy.logits(self.agent, hidden)

    def done(self, finished: list[int]) -> None:
        """Take rows (indices among the live ones) out; their keys are kept for later turns."""
        for i in finished:
            self._finished.append(self._prefix(self.live[i]))
        gone = set(finished)
        self.live = [row for i, row in enumerate(self.live) if i not in gone]
        if self.live and len(self.live) <= _COMPACT_BELOW * len(self.sequences):
            self._select(self.live)
            self.live = list(range(len(self.live)))

    def advance(self, tokens: list[int]) -> None:
        """Feed each live row its newest token."""
        b = len(self.sequences)
        ids = torch.zeros((b, 1), dtype=torch.long)
        positions = torch.zeros((b, 1), dtype=torch.long)
        for row, token in zip(self.live, tokens, strict=True):
            ids[row, 0] = token
            positions[row, 0] = len(self.sequences[row])
            self.sequences[row].append(token)
        # Rows that are done and still in the slab get a column too; nobody reads what they say.
        self.valid[:, self.length] = True
        mask = self.valid[:, None, None, : self.length + 1]
        self.hidden = self._forward(ids, mask, positions)[:, 0]

    def keep_all(self, store: PrefixStore) -> None:
        """Hand every row's prompt to the store."""
        for row in self.live:
            store.add(self._prefix(row))

    def keep(self, store: PrefixStore) -> None:
        """Hand the finished rows' keys and values to the store."""
        for prefix in self._finished:
            store.add(prefix)

    def _prefix(self, row: int) -> Prefix:
        columns = self.valid[row, : self.length].nonzero()[:, 0]
        keys, values = [], []
        for layer in self.cache.layers:
            assert isinstance(layer, SlabLayer)
            assert layer.keys is not None and layer.values is not None
            keys.append(layer.keys[row].index_select(1, columns))
            values.append(layer.values[row].index_select(1, columns))
        ids = torch.tensor(self.sequences[row][: len(columns)]).numpy()
        return Prefix(ids, tuple(keys), tuple(values))

    def _select(self, rows: list[int]) -> None:
        index = torch.tensor(rows, device=self.device)
        for layer in self.cache.layers:
            assert isinstance(layer, SlabLayer)
            layer.select(index)
        self.valid = self.valid[index]
        self.sequences = [list(self.sequences[row]) for row in rows]
