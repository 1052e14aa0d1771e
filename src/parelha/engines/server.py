"""A server as the engine: it answers over the OpenAI-compatible protocol, for evaluation alone.

vLLM and llama.cpp take and constrain more than the protocol says, so they are asked in their own
words; any other server gets the prompt as text and answers actions freely. Each request has a seed
of its own and they go out side by side. How a server rounds may depend on what else it computes, so
two evaluations may differ where those of our own engine do not.
"""

import json
import math
import re
import string
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import urlsplit

from parelha.agents.actions import legal_next
from parelha.agents.formats import Format
from parelha.agents.turns import Completion, Request
from parelha.closing import Closing
from parelha.engines.sampling import uniforms
from parelha.errors import UsageError, WorkFailedError
from parelha.types import Agent, FinishReason

# What a server calls itself in its list of models.
_VLLM, _LLAMA_CPP = "vllm", "llamacpp"
# Servers have defaults of their own for these, some from the model's files; off is said aloud.
_SAMPLING: dict[str, dict[str, float]] = {
    _VLLM: {"top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0},
    _LLAMA_CPP: {"top_k": 0, "min_p": 0.0, "repeat_penalty": 1.0},
}
_PARALLEL = 16  # requests under way at once
_ANSWER_SECONDS = 900.0  # an answer that waits behind others on a slow server
_BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0)
_STEP_SECONDS = 0.1
_AROUND_A_NAME = string.whitespace + "`*\"'"
_CONTEXT = 8  # tokens before a choice that show how a tokenizer spaces it


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

    Attributes:
        on_tokens: told the number of new tokens whenever answers arrive, for a live view.
        counts: tokens of prompts, none reused as far as is known, new ones; steps.
        seconds: not measured.
        models: each agent's model, by its name at the server.
        choices: actions asked for so far.
        drawn: those of them that matched no legal answer and were drawn.

    Raises:
        UsageError: no URL, no server there, no such model.
        WorkFailedError: the server fails, or answers something else than the protocol says.
    """

    def __init__(self, url: str, models: dict[Agent, str], formats: dict[Agent, Format]) -> None:
        self.on_tokens: Callable[[int], None] = lambda _: None
        self.counts = {"prefill": 0, "reused": 0, "decoded": 0, "steps": 0}
        self.seconds = {"prefill": 0.0, "decode": 0.0}
        self.choices = self.drawn = 0
        self.formats = formats
        self.http = _Http(url)
        known = _listed_models(self.http)
        self.models = {agent: _chosen(agent, models[agent], known, url) for agent in Agent}
        self._dialects = {agent: known[name] for agent, name in self.models.items()}
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="server")
        self._tickets = 0
        self._asked: dict[int, tuple[Request, Future[Any]]] = {}
        self._complete: dict[int, Completion] = {}  # answered without the server

    def close(self) -> None:
        """Give up what is under way."""
        self.http.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def reset(self) -> None:
        """Forget all requests, and start the counts again; `choices` and `drawn` go on."""
        for _, future in self._asked.values():
            future.cancel()
        self._asked, self._complete = {}, {}
        self.counts |= dict.fromkeys(self.counts, 0)

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

    def step(self) -> dict[int, Completion]:
        """Wait for an answer, but not long; returns those that are complete by then, by ticket.

        Raises:
            UsageError: the server refuses a request, for instance as too long.
            WorkFailedError: it failed several times, or answered no completion.
        """
        ended, self._complete = self._complete, {}
        if self._asked and not ended:
            futures = [future for _, future in self._asked.values()]
            wait(futures, _STEP_SECONDS, return_when=FIRST_COMPLETED)
        before = self.counts["decoded"]
        for ticket in [t for t, (_, future) in self._asked.items() if future.done()]:
            request, future = self._asked.pop(ticket)
            ended[ticket] = self.completion(request, future.result())
        self.counts["steps"] += 1
        if self.counts["decoded"] > before:
            self.on_tokens(self.counts["decoded"] - before)
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
            WorkFailedError: it is no completion.
        """
        form = self.formats[request.agent]
        try:
            said = answer["choices"][0]
            text, ids, reason = str(said["text"]), said.get("token_ids"), said["finish_reason"]
            usage = answer.get("usage") or {}
            self.counts["prefill"] += int(usage.get("prompt_tokens") or len(request.prompt_ids))
            answered = None if ids is None else [int(i) for i in ids]
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            line = f"{self.http.url} answered no completion: is it an OpenAI-compatible server?"
            raise WorkFailedError(line) from None
        if request.choices:
            self.choices += 1
            index = match_choice(text, choice_texts(form, request))
            if index is None:
                self.drawn += 1
                _, _, index = _draws(request)
            self.counts["decoded"] += len(request.choices[index])
            return _choice(request, index)
        if answered is None:
            answered = form.text_ids(text)
            if reason == "stop" and request.stop_ids:
                # Which token ended it is not told: the template's, if the format has one.
                ends = (form.end_id, *request.stop_ids)
                answered.append(next(i for i in ends if i in request.stop_ids))
        kept, finish = cut(answered, request, form.decode)
        if finish is None:
            whole = reason == "stop" and len(kept) < request.max_new_tokens
            finish = "stop" if whole else "length"
        self.counts["decoded"] += len(kept)
        unknown = (math.nan,) * len(kept)
        return Completion(tuple(kept), unknown, finish, (None,) * len(kept))


# --- answers -----------------------------------------------------------------------------------


def cut(
    ids: Sequence[int], request: Request, decode: Callable[[Sequence[int]], str]
) -> tuple[list[int], FinishReason | None]:
    """An answer up to the token at which sampling would have stopped, and why, if it would have.

    The stop rules are tried on every beginning in turn, as they are while tokens are sampled: a
    rule may hold of a beginning and no longer of the whole.
    """
    kept = list(ids[: request.max_new_tokens])
    for n in range(1, len(kept) + 1):
        if kept[n - 1] in request.stop_ids or (
            request.stop is not None and request.stop(decode(kept[:n]))
        ):
            return kept[:n], "stop"
    return kept, None


def choice_texts(form: Format, request: Request) -> list[str]:
    """The legal answers as the text that they add to the prompt, a leading space included."""
    head = request.prompt_ids[-_CONTEXT:]
    before = len(form.decode(head))
    return [form.decode((*head, *choice))[before:] for choice in request.choices]


def match_choice(text: str, names: Sequence[str]) -> int | None:
    """Index of the name that a free answer begins with, the longest; None where there is none."""
    said = text.lstrip(_AROUND_A_NAME)
    fits = [i for i, name in enumerate(names) if said.startswith(name.strip())]
    return max(fits, key=lambda i: len(names[i]), default=None)


def _draws(request: Request) -> tuple[int, bool, int]:
    """From the request's own stream: a seed, whether it explores (ε), index of a uniform choice."""
    seed, explore, choice = uniforms(request.stream, 3).tolist()
    return int(seed * 2**31), explore < request.epsilon, int(choice * len(request.choices))


def _choice(request: Request, index: int) -> Completion:
    ids = request.choices[index]
    legal = tuple(legal_next(request.choices, ids[:n]).ids for n in range(len(ids)))
    logprobs = tuple(0.0 if len(found) == 1 else math.nan for found in legal)
    return Completion(ids, logprobs, "action", legal, math.nan)


# --- prompts as text ---------------------------------------------------------------------------


def prompt_text(form: Format, request: Request) -> str:
    """A prompt for a server that takes no ids, its control tokens spelled out.

    The server reads every spelled-out marker as a control token, so one that stands in foreign
    text is broken by a space. The token that the tokenizer puts before every text is left out,
    since the server puts it there too.
    """
    tokenizer: Any = form.tokenizer
    special = {i: t.content for i, t in tokenizer.added_tokens_decoder.items() if t.special}
    markers = re.compile("|".join(map(re.escape, special.values())) or r"(?!)")
    ids = list(request.prompt_ids)
    own = list(tokenizer("").input_ids)[:1]
    if own == [tokenizer.bos_token_id] and ids[:1] == own:
        del ids[0]
    parts: list[str] = []
    begin = 0
    for end in [*(n for n, i in enumerate(ids) if i in special), len(ids)]:
        text = str(tokenizer.decode(ids[begin:end], skip_special_tokens=False))
        parts.append(markers.sub(lambda found: f"{found[0][:1]} {found[0][1:]}", text))
        parts += [special[i] for i in ids[end : end + 1]]
        begin = end + 1
    return "".join(parts)


# --- the protocol ------------------------------------------------------------------------------


def _listed_models(http: "_Http") -> dict[str, str]:
    """Names of the server's models, each with whom it says it belongs to."""
    listed = http.ask("/v1/models")
    try:
        return {str(m["id"]): str(m.get("owned_by", "")) for m in listed["data"] or []}
    except (AttributeError, KeyError, TypeError):
        line = f"{http.url}/v1/models lists no models: is it an OpenAI-compatible server?"
        raise WorkFailedError(line) from None


def _chosen(agent: Agent, name: str, known: dict[str, str], url: str) -> str:
    """The agent's model, by its name at the server."""
    if name in known:
        return name
    if not name and len(known) == 1:
        return next(iter(known))
    if not known:
        raise UsageError(f"the server at {url} has no model: load one there")
    has = f"has no {name!r} for the {agent}" if name else "has several models"
    raise UsageError(f"the server at {url} {has}: set engine.server_model to {' or '.join(known)}")


class _Http:
    """JSON over HTTP to one server; a request that meets a passing fault is sent again.

    Args:
        url: ``http(s)://host[:port][/path]``.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in ("http", "https"):
            raise UsageError(f"engine.server = {url!r}: write it as http://localhost:8000")
        self._host, self._port, self._path = host, port, parts.path.rstrip("/")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._open: set[HTTPConnection] = set()
        self._closed = threading.Event()

    def close(self) -> None:
        """End all requests at once; their threads would hold up the end of the process."""
        self._closed.set()
        for connection in tuple(self._open):
            with suppress(OSError, AttributeError):  # not connected, or no longer
                connection.sock.shutdown(SHUT_RDWR)

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON that the server answers; a `body` makes it a POST.

        Raises:
            UsageError: nobody is there, or the request is refused (HTTP 4xx).
            WorkFailedError: it failed several times (HTTP 429 or 5xx, broken connection), or its
                answer is no JSON.
        """
        fault = ""
        for seconds in (*_BACKOFF_SECONDS, None):
            try:
                status, data = self._send(path, body)
            except ConnectionRefusedError as error:
                raise self._unreachable(error) from None
            except (ConnectionError, HTTPException) as error:
                fault = f"the connection broke: {type(error).__name__}"
            except (OSError, UnicodeError) as error:
                raise self._unreachable(error) from None
            else:
                if status == 200:
                    return _read(data, f"{self.url}{path}")
                fault = f"HTTP {status}: {_reason(data)}"
                if status != 429 and status < 500:
                    raise UsageError(f"the server at {self.url} refuses {path}: {fault}")
            if seconds is None or self._closed.wait(seconds):
                break
        line = f"the server at {self.url} failed again and again ({fault}): look at its log"
        raise WorkFailedError(line)

    def _send(self, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        connection = self._kind(self._host, self._port, timeout=_ANSWER_SECONDS)
        self._open.add(connection)
        try:
            connection.request(
                "GET" if body is None else "POST",
                self._path + path,
                None if body is None else json.dumps(body).encode(),
                {"Content-Type": "application/json"},
            )
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            self._open.discard(connection)
            connection.close()

    def _unreachable(self, error: Exception) -> UsageError:
        reason = getattr(error, "strerror", None) or str(error)
        return UsageError(f"no server answers at {self.url} ({reason}): start it, or mend the URL")


def _read(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        line = f"{where} answered no JSON: is it an OpenAI-compatible server?"
        raise WorkFailedError(line) from None


def _reason(data: bytes) -> str:
    """What a server says of its error, as one short line."""
    found: Any = data.decode("utf-8", "replace")
    with suppress(ValueError):
        found = json.loads(found)
    for key in ("error", "message", "detail"):
        if isinstance(found, dict):
            found = found.get(key, found)
    line = " ".join(str(found).split())
    return "".join(c for c in line if c.isprintable())[:200]
