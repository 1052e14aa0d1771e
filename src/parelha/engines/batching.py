"""Continuous batching: which requests to one base wait, which are decoded together, and how."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from parelha.engines.kv import PrefixCache, Slab
from parelha.engines.lookup import NgramLookup, Ngrams
from parelha.engines.prefill import Prefill, Prompt
from parelha.engines.protocol import Completion, EngineStatistics, Request
from parelha.engines.sampling import ChoiceWalk, repeated, sample_tokens, uniforms
from parelha.kernels.attention import PackedRows, attend_in_rows
from parelha.kernels.cache_argument import as_argument
from parelha.kernels.choose import beside
from parelha.kernels.memory import ROWS_MULTIPLE, padded_rows
from parelha.models.policy import Policy
from parelha.types import Agent, FinishReason

Decode = Callable[[Sequence[int]], str]

# Requests wait until they are this share of the rows, so that prompts are read several at once,
# but not for more steps than this.
_SHARE_TO_JOIN = 1 / 8
_STEPS_TO_WAIT = 8
# Tokens proposed for a row, at most: with few rows a pass costs what its weights cost to read, with
# many each token counts, and attention computes the same number for every row.
_PROPOSED, _FEW_ROWS, _PROPOSED_OF_MANY = 4, 40, 2


@dataclass
class Row:
    """One request while it is decoded."""

    ticket: int
    request: Request
    u: Any
    lookup: NgramLookup
    walk: ChoiceWalk | None = None
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish: FinishReason | None = None
    read: int = 0  # tokens of the answer that the model has read
    proposed: list[int] = field(default_factory=list)  # it has read these behind them
    hidden: Tensor | None = None  # (1 + proposed, H) at the last token read and each proposed one

    @property
    def answer(self) -> list[int]:
        """The answer so far."""
        return self.walk.ids if self.walk is not None else self.ids

    @property
    def prompt(self) -> Prompt:
        """What is read first: what a choice begins with in any case belongs to it."""
        return Prompt(self.request.agent, (*self.request.prompt_ids, *self.answer[: self.read]))

    @property
    def longest(self) -> int:
        """Tokens of the prompt and of the longest possible answer."""
        return len(self.request.prompt_ids) + self.request.longest

    def next_tokens(self, limit: int) -> list[int]:
        """The first unread token of the answer, and at most `limit` proposed ones behind it."""
        self.read += 1
        self.proposed = []
        if self.walk is None and not self.request.no_repeat_ngram:
            left = self.request.max_new_tokens - len(self.ids) - 1
            self.proposed = self.lookup.propose(min(limit, left))
        return [self.answer[self.read - 1], *self.proposed]

    def completion(self) -> Completion:
        """What is handed out."""
        assert self.finish is not None
        said = self.walk or self
        legal = tuple(self.walk.legal) if self.walk else (None,) * len(self.ids)
        entropy = self.walk.entropy if self.walk else 0.0
        return Completion(tuple(said.ids), tuple(said.logprobs), self.finish, legal, entropy)


class ContinuousBatch:
    """The requests to one base: those that wait, and the rows that are decoded together."""

    def __init__(
        self,
        policy: Policy,
        agent: Agent,
        decode: dict[Agent, Decode],
        max_batch_tokens: int,
        statistics: EngineStatistics,
    ) -> None:
        self.policy, self.agent, self.decode = policy, agent, decode
        self.max_batch_tokens, self.statistics = max_batch_tokens, statistics
        # What is kept for later turns takes about as much memory as the batch itself.
        by_adapter = {policy.adapter(a): PrefixCache(max_batch_tokens // 2) for a in Agent}
        self.stores = {a: by_adapter[policy.adapter(a)] for a in Agent}
        self.ngrams: dict[Agent, Ngrams] = {agent: {} for agent in Agent}
        self.prefill = Prefill(policy, self.stores)
        self.decoder: Any = policy.decoder(agent)
        self.weight: Tensor = next(self.decoder.parameters())  # inputs are put beside it
        self.slab = Slab(policy.model(agent).config.num_hidden_layers)
        self.rows: list[Row] = []
        self.waiting: list[Row] = []
        self.waited = 0
        self.complete: list[Row] = []  # answered without the model

    def reset(self, statistics: EngineStatistics) -> None:
        """Forget everything; what is done from now on is added to `statistics`."""
        self.statistics = statistics
        for store in self.stores.values():
            store.clear()
        for ngrams in self.ngrams.values():
            ngrams.clear()
        self.rows, self.waiting, self.complete, self.waited = [], [], [], 0
        self.slab.clear()

    def forget(self, agent: Agent) -> None:
        """Forget what was read with the agent's adapter."""
        adapter = self.policy.adapter(agent)
        for row in (*self.rows, *self.waiting):
            if self.policy.adapter(row.request.agent) == adapter:
                raise ValueError(f"the {agent}'s adapter changed while it was answering")
        self.stores[agent].clear()

    def take(self, ticket: int, request: Request) -> None:
        """Put a request into the queue."""
        u = uniforms(request.stream, request.longest)
        row = Row(ticket, request, u, NgramLookup(request.prompt_ids, self.ngrams[request.agent]))
        if request.choices:
            row.walk = ChoiceWalk(request.choices, request.epsilon)
            if row.walk.force():
                row.finish = "action"
                self.complete.append(row)
                return
        row.read = len(row.answer)
        self.waiting.append(row)

    def join(self) -> None:
        """Let waiting requests join the rows, in the order in which they came."""
        if not self.waiting:
            return
        self.waited += 1
        enough = len(self.waiting) >= _SHARE_TO_JOIN * len(self.rows)
        if not enough and self.waited <= _STEPS_TO_WAIT:
            return
        joining: list[Row] = []
        width = max((row.longest for row in self.rows), default=0)
        for row in self.waiting:
            width = max(width, row.longest)
            count = len(self.rows) + len(joining)
            if count and (count + 1) * width > self.max_batch_tokens:
                break
            joining.append(row)
        if not joining:
            return
        self.waiting, self.waited = self.waiting[len(joining) :], 0
        known = self.prefill.read([row.prompt for row in joining], self.statistics)
        found = [known[row.prompt] for row in joining]
        for row, one in zip(joining, found, strict=True):
            row.hidden = one.hidden[None]
        self.slab.join([one.prefix for one in found])
        self.rows += joining

    def step(self) -> list[Row]:
        """Decode a token or more of every row; returns the rows that are complete."""
        ended, self.complete = self.complete, []
        if not self.rows:
            return ended
        self.statistics.rows += len(self.rows)
        # A forced token inside a choice is only read: nothing is sampled after it yet.
        ready = [row for row in self.rows if row.read == len(row.answer)]
        if ready:
            self._choose(ready)
        for place, row in enumerate(self.rows):
            kept = self.slab.lengths[place] - len(row.request.prompt_ids)
            self.slab.keep(place, row.answer[kept : row.read])
        for place in reversed(range(len(self.rows))):
            if self.rows[place].finish is not None:
                ended.append(self._leave(place))
        if self.rows:
            self._advance()
        return ended

    def _leave(self, place: int) -> Row:
        """Take a row out; the last one takes its place, and its keys are kept for later turns."""
        row = self.rows[place]
        self.stores[row.request.agent].add(self.slab.leave(place))
        self.rows[place] = self.rows[-1]
        self.rows.pop()
        return row

    def _advance(self) -> None:
        """Feed each row its newest token, and proposed ones behind it."""
        packed = self.policy.supports_varlen(self.agent)
        most = _PROPOSED if len(self.rows) <= _FEW_ROWS else _PROPOSED_OF_MANY
        limit = most if "lookup" in self.policy.fast(self.agent).kernels.paths else 0
        tokens = [row.next_tokens(limit) for row in self.rows]
        counts = [len(own) for own in tokens]
        self.slab.open(counts)
        hidden = self._read_packed(tokens) if packed else self._read([own[0] for own in tokens])
        for row, own in zip(self.rows, torch.split(hidden, counts), strict=True):
            row.hidden = own

    def _read(self, tokens: list[int]) -> Tensor:
        """(B, H) hidden states of one token of every row."""
        with self.policy.active_for([row.request.agent for row in self.rows]):
            out = self.decoder(
                input_ids=beside(self.weight, tokens)[:, None],
                attention_mask=self.policy.mask(self.agent, self.slab.sees()),
                position_ids=beside(self.weight, self.slab.lengths)[:, None],
                use_cache=True,
                **as_argument(self.decoder, self.slab.cache),
            )
        return cast(Tensor, out.last_hidden_state[:, 0])

    def _read_packed(self, tokens: list[list[int]]) -> Tensor:
        """(T, H) hidden states of a packed sequence of one or more tokens of every row."""
        counts = [len(own) for own in tokens]
        padding = [0] * (-sum(counts) % ROWS_MULTIPLE)
        agents = [
            row.request.agent for row, n in zip(self.rows, counts, strict=True) for _ in range(n)
        ]
        rows = PackedRows(self.slab.lengths, counts, self.slab.columns, sum(counts) + len(padding))
        sees = torch.ones((1, 1, sum(counts) + len(padding), 1), dtype=torch.bool)  # unused
        ids = [token for own in tokens for token in own]
        positions = self.slab.places[1].tolist()
        with self.policy.active_for([*agents, *[self.agent] * len(padding)]), attend_in_rows(rows):
            out = self.decoder(
                input_ids=beside(self.weight, [[*ids, *padding]]),
                attention_mask=self.policy.mask(self.agent, beside(self.weight, sees)),
                position_ids=beside(self.weight, [[*positions, *padding]]),
                use_cache=True,
                **as_argument(self.decoder, self.slab.cache),
            )
        hidden: Tensor = out.last_hidden_state[0, : len(ids)]
        return hidden

    def _choose(self, rows: list[Row]) -> None:
        """Sample the next tokens of every row; sets `finish` where an answer is complete."""
        at: Any = [row.hidden for row in rows]
        counts = [len(hidden) for hidden in at]
        logits = self.policy.logits(self.agent, padded_rows(torch.cat(at)))[: sum(counts)]
        places = torch.split(torch.arange(len(logits)), counts)
        text = [i for i, row in enumerate(rows) if row.walk is None]
        if text:
            sampled = self._sample(logits, [(rows[i], places[i]) for i in text])
            for i, (tokens, logprobs) in zip(text, sampled, strict=True):
                self._take(rows[i], tokens, logprobs)
        for row, place in zip(rows, places, strict=True):
            if row.walk is not None:
                u = float(row.u[len(row.answer)])
                row.walk.step(logits[place[0]].float().cpu(), row.request.temperature, u)
                self.statistics.new_tokens += 1
                if row.walk.force():
                    row.finish = "action"

    def _sample(
        self, logits: Tensor, rows: list[tuple[Row, Tensor]]
    ) -> Iterator[tuple[list[int], list[float]]]:
        """Tokens and log-probabilities at each place in the logits of each row."""
        at = torch.cat([places for _, places in rows])
        counts = [len(places) for _, places in rows]
        requests = [row.request for row, places in rows for _ in places]
        for row, places in rows:
            if n := row.request.no_repeat_ngram:  # one position: nothing is proposed then
                again = repeated([*row.request.prompt_ids, *row.ids], n)
                logits[places[0], again] = -math.inf
        u = np.concatenate([row.u[len(row.ids) : len(row.ids) + len(p)] for row, p in rows])
        tokens, logprobs = sample_tokens(
            logits if len(at) == len(logits) else logits[at],
            beside(logits, [r.temperature for r in requests]),
            beside(logits, torch.from_numpy(u)),
            beside(logits, [r.top_p for r in requests])
            if any(r.top_p < 1 for r in requests)
            else None,
            beside(logits, [r.top_k for r in requests]) if any(r.top_k for r in requests) else None,
        )
        pairs = zip(torch.split(tokens, counts), torch.split(logprobs, counts), strict=True)
        return ((one.tolist(), other.tolist()) for one, other in pairs)

    def _take(self, row: Row, tokens: list[int], logprobs: list[float]) -> None:
        """Append what was sampled, up to a rejected proposal or the end of the answer."""
        before, read = len(row.ids), row.read
        expected = [*row.proposed, None]
        for token, logprob, proposed in zip(tokens, logprobs, expected, strict=True):
            row.ids.append(token)
            row.logprobs.append(logprob)
            row.finish = self._ended(row)
            if token != proposed:
                break
            row.read += 1
            if row.finish is not None:
                break
        row.lookup.add(row.ids[before:], row.proposed)
        self.statistics.new_tokens += len(row.ids) - before
        self.statistics.accepted_tokens += row.read - read

    def _ended(self, row: Row) -> FinishReason | None:
        request = row.request
        if row.ids[-1] in request.stop_ids:
            return "stop"
        if request.stop is not None and request.stop(self.decode[request.agent](row.ids)):
            return "stop"
        return "length" if len(row.ids) >= request.max_new_tokens else None
