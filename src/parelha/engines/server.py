"""A server as the engine: it answers over the OpenAI-compatible protocol, for evaluation alone.

vLLM and llama.cpp take and constrain more than the protocol says, so they are asked in their own
words; any other server gets the prompt as text and answers actions freely. Each request has a seed
of its own and they go out side by side. How a server rounds may depend on what else it computes, so
two evaluations may differ where those of our own engine do not.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from parelha.agents.actions import legal_next
from parelha.agents.formats import Format
from parelha.closing import Closing
from parelha.engines.protocol import Completion, EngineStatistics, Request
from parelha.engines.sampling import uniforms
from parelha.engines.server_http import Http as _Http
from parelha.engines.server_texts import (
    choice_texts,
    cut,
    match_choice,
    prompt_text,
    told_window,
)
from parelha.errors import ParelhaError, UsageError, WorkFailedError
from parelha.types import Agent

# What a server calls itself in its list of models.
_VLLM, _LLAMA_CPP = "vllm", "llamacpp"
# Servers have defaults of their own for these, some from the model's files; off is said aloud.
_SAMPLING: dict[str, dict[str, float]] = {
    _VLLM: {"top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0},
    _LLAMA_CPP: {"top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0},
}
_PARALLEL = 16  # requests under way at once
_STEP_SECONDS = 0.1
# Why an answer ended, as servers say it; what is none of these is judged by the tokens.
_CUT = ("length", "max_tokens", "max_length", "model_length", "token_limit")
_GIVEN_UP = ("abort", "aborted", "cancelled", "canceled", "content_filter", "error")


class ServerEngine(Closing):
    """Answers requests with the models of a server, over ``POST /v1/completions``.

    Stop rules are applied here, to the answer's own token ids where the server returns them
    (vLLM), and else to the ids of its text. An action is constrained where the server can (vLLM,
    llama.cpp); a free answer is the action it begins with; one that begins with none is replaced
    by a seeded draw and counted. What is not known of an answer is NaN in its `Completion`: the
    log-probability of every token that had a rival, and the entropy of a choice.

    Args:
        url: of the server, with or without ``/v1`` at its end.
        models: each agent's model, by its name at the server; "" means the only one there.
        formats: of each agent's tokenizer, which must be the model's own.
        key_env: the environment variable with the server's key; "" means `OPENAI_API_KEY`, if set.
        say: told in one line that the server is waited for.

    Attributes:
        statistics: none of what was done is known to be reused, and no time is measured.
        choices: actions asked for so far.
        drawn: those of them that matched no legal answer and were drawn.

    Raises:
        UsageError: no URL, no server there, no such model, no key.
        WorkFailedError: the server fails, or answers something else than the protocol says.
    """

    def __init__(
        self,
        url: str,
        models: dict[Agent, str],
        formats: dict[Agent, Format],
        *,
        key_env: str = "",
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.on_tokens: Callable[[int], None] = lambda _: None
        self.statistics = EngineStatistics()
        self.choices = self.drawn = 0
        self.formats = formats
        self.http = _Http(url, key_env, say)
        known = _listed_models(self.http)
        self.models = {agent: _chosen(agent, models[agent], known, url) for agent in Agent}
        self._dialects = {agent: known[name].owner for agent, name in self.models.items()}
        self._windows = {agent: known[name].window for agent, name in self.models.items()}
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="server")
        self._tickets = 0
        self._asked: dict[int, tuple[Request, Future[Any]]] = {}
        self._complete: dict[int, Completion] = {}  # answered without the server

    def close(self) -> None:
        """Give up what is under way."""
        self.http.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def reset(self) -> None:
        """Forget all requests, and begin the statistics anew; `choices` and `drawn` go on."""
        for _, future in self._asked.values():
            future.cancel()
        self._asked, self._complete = {}, {}
        self.statistics = EngineStatistics()

    def weights_changed(self, agent: Agent) -> None:
        """Nothing to do: a server answers with its own weights, which no run changes."""
        del agent

    def window(self, agent: Agent) -> int:
        """Tokens that a prompt and its answer may have together; 0 where the server tells none."""
        return self._windows[agent]

    def record(self) -> dict[str, Any]:
        """Who answered, and how many of its actions had to be drawn; JSON-ready."""
        models = {str(agent): name for agent, name in self.models.items()}
        return {"url": self.http.url, **models, "choices": self.choices, "drawn": self.drawn}

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in; returns a ticket for each, by which `step` names its answer."""
        tickets = list(range(self._tickets, self._tickets + len(requests)))
        self._tickets += len(requests)
        # All tokenising is done in the caller's thread: tokenizers are not made for several.
        for ticket, request in zip(tickets, requests, strict=True):
            _, explores, drawn = _draws(request)
            if len(request.choices) == 1 or (request.choices and explores):
                self._complete[ticket] = _choice(request, drawn)
            else:
                future = self._pool.submit(self.http.ask, "/v1/completions", self.body(request))
                self._asked[ticket] = (request, future)
        return tickets

    def step(self) -> dict[int, Completion | ParelhaError]:
        """Wait for an answer, but not long; returns those that are complete by then, by ticket.

        In place of an answer there is a `UsageError` where the server refuses the request, for
        instance as too long, and a `WorkFailedError` where it failed several times, gave up, or
        answered no completion.

        Raises:
            WorkFailedError: the engine is closed.
        """
        ended: dict[int, Completion | ParelhaError] = {**self._complete}
        self._complete = {}
        if self._asked and not ended:
            futures = [future for _, future in self._asked.values()]
            wait(futures, _STEP_SECONDS, return_when=FIRST_COMPLETED)
        before = self.statistics.new_tokens
        for ticket in [t for t, (_, future) in self._asked.items() if future.done()]:
            request, future = self._asked.pop(ticket)
            try:
                ended[ticket] = self.completion(request, future.result())
            except ParelhaError as error:
                if self.http.is_closed:
                    raise
                ended[ticket] = error
        self.statistics.steps += 1
        if self.statistics.new_tokens > before:
            self.on_tokens(self.statistics.new_tokens - before)
        return ended

    def body(self, request: Request) -> dict[str, Any]:
        """What is asked of the server."""
        form, dialect = self.formats[request.agent], self._dialects[request.agent]
        takes_ids = dialect in (_VLLM, _LLAMA_CPP)
        body: dict[str, Any] = {
            "model": self.models[request.agent],
            "prompt": list(request.prompt_ids) if takes_ids else prompt_text(form, request),
            "max_tokens": request.max_new_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "seed": _draws(request)[0],
            **_SAMPLING.get(dialect, {}),
        }
        if request.top_k:
            body["top_k"] = request.top_k
        if request.choices:
            names = choice_texts(form, request)
            # The server may spell a name in other tokens, though never in more than its bytes.
            body["max_tokens"] = max(len(name.encode()) for name in names)
            if dialect == _VLLM:
                # Newer servers read the first and older ones the second.
                body |= {"structured_outputs": {"choice": names}, "guided_choice": names}
            elif dialect == _LLAMA_CPP:
                quoted = (json.dumps(name, ensure_ascii=False) for name in names)
                body["grammar"] = f"root ::= {' | '.join(quoted)}"
        elif dialect == _VLLM:
            body |= {"return_token_ids": True, "stop_token_ids": list(request.stop_ids)}
        return body

    def completion(self, request: Request, answer: Any) -> Completion:
        """The answer to a request, made of what the server said.

        Raises:
            WorkFailedError: it is no completion, or none to the end.
        """
        form = self.formats[request.agent]
        try:
            said = answer["choices"][0]
            text, ids = str(said["text"] or ""), said.get("token_ids")
            reason = str(said.get("finish_reason") or "").lower()
            usage = answer.get("usage") or {}
            num_read = int(usage.get("prompt_tokens") or len(request.prompt_ids))
            num_tokens = int(usage.get("completion_tokens") or 0)
            answered = None if ids is None else [int(i) for i in ids]
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            line = f"{self.http.url} answered no completion: is it an OpenAI-compatible server?"
            raise WorkFailedError(line) from None
        self.statistics.prompt_tokens += num_read
        if reason in _GIVEN_UP:
            raise WorkFailedError(f"{self.http.url} gave an answer up (finish reason {reason!r})")
        if request.choices:
            self.choices += 1
            index = match_choice(text, choice_texts(form, request))
            if index is None:
                self.drawn += 1
                _, _, index = _draws(request)
            self.statistics.new_tokens += len(request.choices[index])
            return _choice(request, index)
        # "stop" in one word or another ("eos", "end_turn"), or no word at all
        ended = reason not in _CUT and (reason == "stop" or num_tokens < request.max_new_tokens)
        if answered is None:
            answered = form.text_ids(text)
            if ended and request.stop_ids:
                # Which token ended it is not told: the template's, if the format has one.
                ends = (form.end_id, *request.stop_ids)
                answered.append(next(i for i in ends if i in request.stop_ids))
        kept, finish = cut(answered, request, form.decode)
        if finish is None:
            finish = "stop" if ended and len(kept) < request.max_new_tokens else "length"
        self.statistics.new_tokens += len(kept)
        unknown = (math.nan,) * len(kept)
        return Completion(tuple(kept), unknown, finish, (None,) * len(kept))


def _draws(request: Request) -> tuple[int, bool, int]:
    """From the request's own stream: a seed, whether it explores (ε), index of a uniform choice."""
    seed, explore, choice = uniforms(request.stream, 3).tolist()
    return int(seed * 2**31), explore < request.epsilon, int(choice * len(request.choices))


def _choice(request: Request, index: int) -> Completion:
    ids = request.choices[index]
    legal = tuple(tuple(legal_next(request.choices, ids[:n])) for n in range(len(ids)))
    logprobs = tuple(0.0 if len(found) == 1 else math.nan for found in legal)
    return Completion(ids, logprobs, "action", legal, math.nan)


# --- the protocol ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Listed:
    """A model as a server lists it: whom it says it belongs to, and its window (0: not told)."""

    owner: str
    window: int


def _listed_models(http: _Http) -> dict[str, _Listed]:
    """The server's models by name."""
    listed = http.ask("/v1/models")
    try:
        found = {
            str(m["id"]): _Listed(str(m.get("owned_by", "")), told_window(m))
            for m in listed["data"] or []
        }
    except (AttributeError, KeyError, TypeError):
        line = f"{http.url}/v1/models lists no models: is it an OpenAI-compatible server?"
        raise WorkFailedError(line) from None
    if any(model.owner == _LLAMA_CPP for model in found.values()):
        # It tells elsewhere what it gives each request, which is less than the model could have.
        told: Any = {}
        with suppress(ParelhaError):
            told = http.ask("/props")
        settings = told.get("default_generation_settings") if isinstance(told, dict) else None
        window = told_window(settings, "n_ctx")
        found = {name: replace(model, window=window) for name, model in found.items()}
    return found


def _chosen(agent: Agent, name: str, known: Mapping[str, Any], url: str) -> str:
    """The agent's model, by its name at the server."""
    if name in known:
        return name
    if not name and len(known) == 1:
        return next(iter(known))
    if not known:
        raise UsageError(f"the server at {url} has no model: load one there")
    has = f"has no {name!r} for the {agent}" if name else "has several models"
    raise UsageError(f"the server at {url} {has}: set engine.server_model to {' or '.join(known)}")
