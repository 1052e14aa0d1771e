"""The in-process engine: it shares the trainer's weights, so what it samples is on-policy.

Requests of both agents join and leave the batch at any step: a finished answer frees its row at
once and a waiting turn takes it. Who joins when depends on counts of tokens and rows, never
on the clock, so the same requests in the same steps give the same answers. A step reads the newest
token of every row, and behind it what n-gram lookup proposes.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from parelha.engines.batching import ContinuousBatch, Decode
from parelha.engines.protocol import Completion, EngineStatistics, Request
from parelha.kernels.choose import wait_for
from parelha.models.policy import Policy
from parelha.types import Agent


class TorchEngine:
    """Answers requests with a `Policy`.

    Args:
        policy: base and adapters.
        decode: token ids to text, for each agent's tokenizer (stop rules look at text).
        max_batch_tokens: rows times tokens of the longest row, at most; a single row is always
            taken.
    """

    def __init__(
        self,
        policy: Policy,
        decode: dict[Agent, Decode],
        max_batch_tokens: int,
    ) -> None:
        self.on_tokens: Callable[[int], None] = lambda _: None
        self.statistics = EngineStatistics()
        self._tickets = 0
        self._batches: dict[Agent, ContinuousBatch] = {}
        for agent in Agent:
            sharing = (a for a in self._batches if policy.decoder(a) is policy.decoder(agent))
            first = next(sharing, None)
            self._batches[agent] = (
                self._batches[first]
                if first is not None
                else ContinuousBatch(policy, agent, decode, max_batch_tokens, self.statistics)
            )

    def reset(self) -> None:
        """Forget all computed prefixes and all requests, and begin the statistics anew."""
        self.statistics = EngineStatistics()
        for batch in self._distinct_batches():
            batch.reset(self.statistics)

    def weights_changed(self, agent: Agent) -> None:
        """Forget what was computed with the adapter that plays the agent.

        Raises:
            ValueError: a request that the adapter answers is under way.
        """
        self._batches[agent].forget(agent)

    def record(self) -> dict[str, Any]:
        """Nothing: the answers are those of the run's own models."""
        return {}

    def close(self) -> None:
        """Free keys, values and requests; the weights are the policy's."""
        self.reset()

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in; returns a ticket for each, by which `step` names its answer."""
        tickets: list[int] = []
        for request in requests:
            self._batches[request.agent].take(self._tickets, request)
            tickets.append(self._tickets)
            self._tickets += 1
        return tickets

    @torch.inference_mode()
    def step(self) -> dict[int, Completion]:
        """Decode a token or more of every row; returns the answers complete now, by ticket."""
        before, entered = self.statistics.new_tokens, time.perf_counter()
        batches = self._distinct_batches()
        may_join = [batch for batch in batches if batch.waiting]
        for batch in may_join:  # a GPU may still decode what the step before gave it
            wait_for(batch.weight)
        began = time.perf_counter()
        for batch in batches:
            batch.join()
        for batch in may_join:
            wait_for(batch.weight)
        joined = time.perf_counter()
        ended = [row for batch in batches for row in batch.step()]
        prefill = joined - began
        self.statistics.prefill_seconds += prefill
        self.statistics.decode_seconds += time.perf_counter() - entered - prefill
        self.statistics.steps += 1
        if self.statistics.new_tokens > before:
            self.on_tokens(self.statistics.new_tokens - before)
        return {row.ticket: row.completion() for row in ended}

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer all requests."""
        tickets = self.submit(requests)
        answers: dict[int, Completion] = {}
        while not answers.keys() >= set(tickets):
            answers |= self.step()
        return [answers[ticket] for ticket in tickets]

    def _distinct_batches(self) -> list[ContinuousBatch]:
        return list({id(batch): batch for batch in self._batches.values()}.values())
