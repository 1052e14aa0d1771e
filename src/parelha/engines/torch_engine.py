"""The in-process engine: it shares the trainer's weights, so what it samples is on-policy.

Requests join and leave the batch at any step, whichever agent speaks: a finished answer frees its
row at once and a waiting turn takes it. Who joins when depends on counts of tokens and rows, never
on the clock, so the same requests in the same steps give the same answers. A step reads the newest
token of every row, and with it what is guessed to come next.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from parelha.agents.turns import Completion, Request
from parelha.engines.kv import PrefixStore, Slab
from parelha.engines.lookup import Guesser, Runs
from parelha.engines.prefill import Prefill, Prompt
from parelha.engines.sampling import ChoiceWalk, repeated, sample_tokens, uniforms
from parelha.kernels.attention import Rows, in_rows
from parelha.models.policy import Policy
from parelha.types import Agent, FinishReason

Decode = Callable[[Sequence[int]], str]

# Requests wait until they are this share of the rows, so that prompts are read several at once,
# but not for more steps than this.
_SHARE_TO_JOIN = 1 / 8
_STEPS_TO_WAIT = 8
# Tokens guessed for a row, at most: with few rows a pass costs what its weights cost to read, with
# many each token counts, and attention computes as many for every row.
_GUESSES, _FEW_ROWS, _GUESSES_OF_MANY = 4, 40, 2
# A pass is filled up to a multiple of so many tokens.
_MULTIPLE = 16


@dataclass
class _Row:
    """One request while it is decoded."""

    ticket: int
    request: Request
    u: Any
    guesser: Guesser
    walk: ChoiceWalk | None = None
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish: FinishReason | None = None
    read: int = 0  # tokens of the answer that the model has read
    guess: list[int] = field(default_factory=list)  # it has read these behind them
    hidden: Tensor | None = None  # (1 + guessed, H) at the last token read and at each guess

    @property
    def said(self) -> list[int]:
        """The answer so far."""
        return self.walk.ids if self.walk is not None else self.ids

    @property
    def prompt(self) -> Prompt:
        """What is read first: what a choice begins with in any case belongs to it."""
        return Prompt(self.request.agent, (*self.request.prompt_ids, *self.said[: self.read]))

    @property
    def longest(self) -> int:
        """Tokens of the prompt and of the longest possible answer."""
        limit = self.request.max_new_tokens
        if self.walk is not None:
            limit = max(map(len, self.walk.choices))
        return len(self.request.prompt_ids) + limit

    def next_tokens(self, guesses: int) -> list[int]:
        """The first token of the answer that the model has not read, and a guess behind it."""
        self.read += 1
        self.guess = []
        if self.walk is None and not self.request.no_repeat_ngram:
            left = self.request.max_new_tokens - len(self.ids) - 1
            self.guess = self.guesser.guess(min(guesses, left))
        return [self.said[self.read - 1], *self.guess]

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
        max_batch_tokens: rows times tokens of the longest row, at most; a single row is always
            taken.

    Attributes:
        on_tokens: told the number of new tokens at every step, for a live view.
        counts: tokens of prompts, those of them that were known already, and new ones; of these,
            those that were guessed before; steps, and the rows of all steps.
        seconds: spent on reading prompts and on everything else (`prefill`, `decode`).
    """

    def __init__(
        self,
        policy: Policy,
        decode: dict[Agent, Decode],
        max_batch_tokens: int,
    ) -> None:
        self.on_tokens: Callable[[int], None] = lambda _: None
        names = ("prefill", "reused", "decoded", "guessed", "steps", "rows")
        self.counts = dict.fromkeys(names, 0)
        self.seconds = {"prefill": 0.0, "decode": 0.0}
        self._tickets = 0
        self._lanes: dict[Agent, _Lane] = {}
        for agent in Agent:
            sharing = (a for a in self._lanes if policy.decoder(a) is policy.decoder(agent))
            first = next(sharing, None)
            self._lanes[agent] = (
                self._lanes[first]
                if first is not None
                else _Lane(policy, agent, decode, max_batch_tokens, self.counts)
            )

    def reset(self) -> None:
        """Forget all computed prefixes and all requests, and start the counts again."""
        for lane in self._distinct_lanes():
            lane.reset()
        self.counts |= dict.fromkeys(self.counts, 0)
        self.seconds |= dict.fromkeys(self.seconds, 0.0)

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in; returns a ticket for each, by which `step` names its answer."""
        tickets: list[int] = []
        for request in requests:
            self._lanes[request.agent].take(self._tickets, request)
            tickets.append(self._tickets)
            self._tickets += 1
        return tickets

    @torch.inference_mode()
    def step(self) -> dict[int, Completion]:
        """Decode a token or more of every row; returns the answers complete now, by ticket."""
        before = self.counts["decoded"]
        began = time.perf_counter()
        for lane in self._distinct_lanes():
            lane.join()
        joined = time.perf_counter()
        ended = [row for lane in self._distinct_lanes() for row in lane.step()]
        self.seconds["prefill"] += joined - began
        self.seconds["decode"] += time.perf_counter() - joined
        self.counts["steps"] += 1
        if self.counts["decoded"] > before:
            self.on_tokens(self.counts["decoded"] - before)
        return {row.ticket: row.completion() for row in ended}

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer all requests."""
        tickets = self.submit(requests)
        answers: dict[int, Completion] = {}
        while not answers.keys() >= set(tickets):
            answers |= self.step()
        return [answers[ticket] for ticket in tickets]

    def _distinct_lanes(self) -> list["_Lane"]:
        return list({id(lane): lane for lane in self._lanes.values()}.values())


class _Lane:
    """The requests to one base: those that wait, and those that are decoded together."""

    def __init__(
        self,
        policy: Policy,
        agent: Agent,
        decode: dict[Agent, Decode],
        max_batch_tokens: int,
        counts: dict[str, int],
    ) -> None:
        self.policy, self.agent, self.decode = policy, agent, decode
        self.max_batch_tokens, self.counts = max_batch_tokens, counts
        # What is kept for later turns takes about as much memory as the batch itself.
        by_adapter = {policy.adapter(a): PrefixStore(max_batch_tokens // 2) for a in Agent}
        self.stores = {a: by_adapter[policy.adapter(a)] for a in Agent}
        self.runs: dict[Agent, Runs] = {agent: {} for agent in Agent}
        self.prefill = Prefill(policy, self.stores, counts)
        self.decoder: Any = policy.decoder(agent)
        self.device = next(self.decoder.parameters()).device
        self.slab = Slab(policy.model(agent).config.num_hidden_layers, self.device)
        self.rows: list[_Row] = []
        self.waiting: list[_Row] = []
        self.waited = 0
        self.complete: list[_Row] = []  # answered without the model

    def reset(self) -> None:
        """Forget everything."""
        for store in self.stores.values():
            store.clear()
        for runs in self.runs.values():
            runs.clear()
        self.rows, self.waiting, self.complete, self.waited = [], [], [], 0
        self.slab.clear()

    def take(self, ticket: int, request: Request) -> None:
        """Let a request wait for its turn."""
        u = uniforms(request.stream, request.max_new_tokens)
        row = _Row(ticket, request, u, Guesser(request.prompt_ids, self.runs[request.agent]))
        if request.choices:
            row.walk = ChoiceWalk(request.choices, request.epsilon)
            if row.walk.force():
                row.finish = "action"
                self.complete.append(row)
                return
        row.read = len(row.said)
        self.waiting.append(row)

    def join(self) -> None:
        """Let waiting requests join the rows, in the order in which they came."""
        if not self.waiting:
            return
        self.waited += 1
        enough = len(self.waiting) >= _SHARE_TO_JOIN * len(self.rows)
        if not enough and self.waited <= _STEPS_TO_WAIT:
            return
        joining: list[_Row] = []
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
        known = self.prefill.read([row.prompt for row in joining])
        found = [known[row.prompt] for row in joining]
        for row, one in zip(joining, found, strict=True):
            row.hidden = one.hidden[None]
        self.slab.join([one.prefix for one in found])
        self.rows += joining

    def step(self) -> list[_Row]:
        """A token or more for every row; returns the rows that are complete."""
        ended, self.complete = self.complete, []
        if not self.rows:
            return ended
        self.counts["rows"] += len(self.rows)
        # A forced token inside a choice is only read: nothing is sampled after it yet.
        ready = [row for row in self.rows if row.read == len(row.said)]
        if ready:
            self._choose(ready)
        for place, row in enumerate(self.rows):
            kept = self.slab.lengths[place] - len(row.request.prompt_ids)
            self.slab.keep(place, row.said[kept : row.read])
        for place in reversed(range(len(self.rows))):
            if self.rows[place].finish is not None:
                ended.append(self._leave(place))
        if self.rows:
            self._advance()
        return ended

    def _leave(self, place: int) -> _Row:
        """Take a row out; the last one takes its place, and its keys are kept for later turns."""
        row = self.rows[place]
        self.stores[row.request.agent].add(self.slab.leave(place))
        self.rows[place] = self.rows[-1]
        self.rows.pop()
        return row

    def _advance(self) -> None:
        """Feed each row its newest token, and a guess behind it."""
        packed = self.policy.takes_stretches(self.agent)
        most = _GUESSES if len(self.rows) <= _FEW_ROWS else _GUESSES_OF_MANY
        guesses = most if packed and "guesses" in self.policy.kernels.paths else 0
        tokens = [row.next_tokens(guesses) for row in self.rows]
        counts = [len(own) for own in tokens]
        self.slab.open(counts)
        hidden = self._read_packed(tokens) if packed else self._read([own[0] for own in tokens])
        for row, own in zip(self.rows, torch.split(hidden, counts), strict=True):
            row.hidden = own

    def _read(self, tokens: list[int]) -> Tensor:
        """(B, H) hidden states of one token of every row."""
        with self.policy.speaking([row.request.agent for row in self.rows]):
            out = self.decoder(
                input_ids=torch.tensor(tokens, device=self.device)[:, None],
                attention_mask=self.policy.mask(self.agent, self.slab.sees()),
                position_ids=torch.tensor(self.slab.lengths, device=self.device)[:, None],
                past_key_values=self.slab.cache,
                use_cache=True,
            )
        return cast(Tensor, out.last_hidden_state[:, 0])

    def _read_packed(self, tokens: list[list[int]]) -> Tensor:
        """(T, H) hidden states of some tokens of every row, one row's behind the other's."""
        counts = [len(own) for own in tokens]
        padding = [0] * (-sum(counts) % _MULTIPLE)
        agents = [
            row.request.agent for row, n in zip(self.rows, counts, strict=True) for _ in range(n)
        ]
        rows = Rows(self.slab.lengths, counts, self.slab.columns, sum(counts) + len(padding))
        sees = torch.ones((1, 1, sum(counts) + len(padding), 1), dtype=torch.bool)  # not looked at
        ids = [token for own in tokens for token in own]
        positions = self.slab.places[1].tolist()
        with self.policy.speaking([*agents, *[self.agent] * len(padding)]), in_rows(rows):
            out = self.decoder(
                input_ids=torch.tensor([[*ids, *padding]], device=self.device),
                attention_mask=self.policy.mask(self.agent, sees.to(self.device)),
                position_ids=torch.tensor([[*positions, *padding]], device=self.device),
                past_key_values=self.slab.cache,
                use_cache=True,
            )
        hidden: Tensor = out.last_hidden_state[0, : len(ids)]
        return hidden

    def _choose(self, rows: list[_Row]) -> None:
        """The next tokens of every row; sets `finish` where an answer is complete."""
        at: Any = [row.hidden for row in rows]
        counts = [len(hidden) for hidden in at]
        hidden = torch.cat(at)
        padding = -len(hidden) % _MULTIPLE if self.device.type == "cpu" else 0
        hidden = nn.functional.pad(hidden, (0, 0, 0, padding))
        logits = self.policy.logits(self.agent, hidden)[: sum(counts)]
        places = torch.split(torch.arange(len(logits)), counts)
        text = [i for i, row in enumerate(rows) if row.walk is None]
        if text:
            sampled = self._sample(logits, [(rows[i], places[i]) for i in text])
            for i, (tokens, logprobs) in zip(text, sampled, strict=True):
                self._take(rows[i], tokens, logprobs)
        for row, place in zip(rows, places, strict=True):
            if row.walk is not None:
                u = float(row.u[len(row.said)])
                row.walk.step(logits[place[0]].float().cpu(), row.request.temperature, u)
                self.counts["decoded"] += 1
                if row.walk.force():
                    row.finish = "action"

    def _sample(
        self, logits: Tensor, rows: list[tuple[_Row, Tensor]]
    ) -> Iterator[tuple[list[int], list[float]]]:
        """Tokens and log-probabilities at each place in the logits of each row."""
        device = logits.device
        at = torch.cat([places for _, places in rows])
        counts = [len(places) for _, places in rows]
        requests = [row.request for row, places in rows for _ in places]
        for row, places in rows:
            if n := row.request.no_repeat_ngram:  # one place: nothing is guessed then
                again = repeated([*row.request.prompt_ids, *row.ids], n)
                logits[places[0], again] = -math.inf
        u = np.concatenate([row.u[len(row.ids) : len(row.ids) + len(p)] for row, p in rows])
        tokens, logprobs = sample_tokens(
            logits if len(at) == len(logits) else logits[at],
            torch.tensor([r.temperature for r in requests], device=device),
            torch.from_numpy(u).to(device),
            self._top_p(requests, device),
            max(r.top_k for r in requests),
        )
        pairs = zip(torch.split(tokens, counts), torch.split(logprobs, counts), strict=True)
        return ((one.tolist(), other.tolist()) for one, other in pairs)

    def _take(self, row: _Row, tokens: list[int], logprobs: list[float]) -> None:
        """Go on with what was sampled, up to a wrong guess or the end of the answer."""
        before = len(row.ids)
        guess = [*row.guess, None]
        for token, logprob, guessed in zip(tokens, logprobs, guess, strict=True):
            row.ids.append(token)
            row.logprobs.append(logprob)
            row.finish = self._ended(row)
            if token != guessed:
                break
            row.read += 1
            if row.finish is not None:
                break
        row.guesser.add(row.ids[before:], row.guess)
        self.counts["decoded"] += len(row.ids) - before
        self.counts["guessed"] += len(row.ids) - before - 1

    @staticmethod
    def _top_p(requests: list[Request], device: torch.device) -> Tensor | None:
        if all(request.top_p >= 1 for request in requests):
            return None
        return torch.tensor([request.top_p for request in requests], device=device)

    def _ended(self, row: _Row) -> FinishReason | None:
        request = row.request
        if row.ids[-1] in request.stop_ids:
            return "stop"
        if request.stop is not None and request.stop(self.decode[request.agent](row.ids)):
            return "stop"
        return "length" if len(row.ids) >= request.max_new_tokens else None
