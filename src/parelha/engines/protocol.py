"""The contract for engines: what is asked of one, what comes back, and what it is told.

Nothing here imports torch: a dialogue needs the contract, not what fulfils it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from parelha.errors import ParelhaError
from parelha.types import Agent, FinishReason

Stream = tuple[int | str, ...]


@dataclass(frozen=True)
class Request:
    """One turn to be generated.

    Attributes:
        agent: whose adapter is active.
        prompt_ids: (P,) the whole context.
        max_new_tokens: limit of the answer; ignored where `choices` is given.
        temperature: divides the logits; trained turns use nothing else.
        stream: names the turn's own random stream, such as (seed, step, task, branch, turn).
        stop_ids: tokens that end the answer; they belong to it.
        stop: says of the decoded answer whether it is complete; the token that completed it
            belongs to the answer.
        choices: the legal answers as token ids; the answer is exactly one of them.
        epsilon: share of the uniform distribution over `choices` in the behaviour.
        top_p: nucleus of the sampling distribution, 1 in trained arms.
        top_k: tokens kept, 0 (all) in trained arms.
        no_repeat_ngram: size of the n-grams that may not repeat in prompt and answer; 0 (any may)
            in trained arms.
    """

    agent: Agent
    prompt_ids: tuple[int, ...]
    max_new_tokens: int
    temperature: float
    stream: Stream
    stop_ids: tuple[int, ...] = ()
    stop: Callable[[str], bool] | None = None
    choices: tuple[tuple[int, ...], ...] = ()
    epsilon: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    no_repeat_ngram: int = 0

    @property
    def longest(self) -> int:
        """Tokens of the longest possible answer."""
        return max(map(len, self.choices), default=self.max_new_tokens)


@dataclass(frozen=True)
class Completion:
    """An answer, token by token.

    Attributes:
        token_ids: (N,) the answer.
        logprobs: (N,) log-probability of each token under the behaviour that sampled it; 0.0 at
            positions where only one token was legal.
        legal: (N,) the legal token ids of a masked position, None where the whole vocabulary was
            legal. One legal id means that the token was no choice and carries no loss.
        finish: why it ended.
        entropy: of the policy over the legal actions at the first real choice, in nats; 0.0 for
            text.
    """

    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    finish: FinishReason
    legal: tuple[tuple[int, ...] | None, ...] = ()
    entropy: float = 0.0


@dataclass
class EngineStatistics:
    """What an engine has done since its last `reset`.

    Attributes:
        prompt_tokens: of all prompts.
        reused_tokens: those of them whose keys and values were known.
        new_tokens: of all answers; those inside an action that nothing but one could follow may be
            left out.
        accepted_tokens: those of them that n-gram lookup had proposed and sampling accepted.
        steps: calls of `step`.
        rows: of the batches of all steps.
        prefill_seconds: spent on reading prompts; 0 where it is not known.
        decode_seconds: spent on everything else; 0 where it is not known.
    """

    prompt_tokens: int = 0
    reused_tokens: int = 0
    new_tokens: int = 0
    accepted_tokens: int = 0
    steps: int = 0
    rows: int = 0
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0

    @property
    def read_tokens(self) -> int:
        """Tokens of prompts that went through the model."""
        return self.prompt_tokens - self.reused_tokens


class Answering(Protocol):
    """What a dialogue needs of an engine: requests in, answers out.

    The same requests, submitted before the same steps, give the same answers.
    """

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in; returns a ticket for each, by which `step` names its answer."""

    def step(self) -> Mapping[int, Completion | ParelhaError]:
        """Go on for as short as is sensible; returns the answers complete by then, by ticket.

        An error in place of an answer is raised in the dialogue that asked, and ends that alone.
        """


class Engine(Answering, Protocol):
    """Anything that answers requests: tokens and log-probabilities out.

    Attributes:
        on_tokens: told the number of new tokens whenever there are some, for a live view; whoever
            wants to be told sets it.
    """

    on_tokens: Callable[[int], None]

    @property
    def statistics(self) -> EngineStatistics:
        """What was done since the last `reset`, which puts an object of its own in its place."""

    def weights_changed(self, agent: Agent) -> None:
        """Be told that the adapter which plays an agent is another one from now on.

        What was computed with the old one must not be used again. Whoever changes an adapter
        calls this, after an update or after reading a checkpoint.

        Raises:
            ValueError: a request that the adapter answers is under way.
        """

    def reset(self) -> None:
        """Forget all requests and all that was computed, and begin the statistics anew."""

    def record(self) -> dict[str, Any]:
        """Who answered, JSON-ready; empty where the answers are the run's own models'."""

    def close(self) -> None:
        """Free what the engine holds; what is under way is given up."""
