"""What a vLLM server is asked for a turn of training, and what its answers say.

Everything goes by token ids. Text is sampled by the server; an action by ourselves, as in our own
engine, from the probabilities of the legal tokens that the server gives at each real choice.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from parelha.agents.actions import legal_next
from parelha.engines.protocol import Completion, Request
from parelha.engines.sampling import ChoiceWalk, uniforms
from parelha.errors import UsageError, WorkFailedError

Body = dict[str, Any]
_MARK = "token_id:"  # how vLLM spells a token whose text is not wanted
_LEAST_MASS = 0.99  # of the legal tokens together; what is sampled from has 1
# What ends an answer before its own end or its limit: it is no sample of the model's.
_GIVEN_UP = ("abort", "error")


@dataclass(frozen=True)
class Answer:
    """What a server said to one request.

    Attributes:
        token_ids: (N,) all that was sampled; a stop rule may hold of a beginning.
        logprobs: (N,) under the distribution that was sampled from.
        finish: why it ended, in the server's words.
        prompt_tokens: of all prompts that were sent for it.
        reused_tokens: those of them that the server had read before, where it says so.
    """

    token_ids: list[int]
    logprobs: list[float]
    finish: str
    prompt_tokens: int
    reused_tokens: int


def body_of(request: Request, said: Sequence[int] = (), legal: Sequence[int] = ()) -> Body:
    """A request for text, or for the probabilities of the `legal` tokens behind `said`."""
    body: Body = {
        "prompt": [*request.prompt_ids, *said],
        "max_tokens": request.max_new_tokens,
        "temperature": request.temperature,
        # Servers take defaults from the model's files; what is sampled is the temperature's alone.
        "top_p": request.top_p,
        "top_k": request.top_k,
        "min_p": 0.0,
        "repetition_penalty": 1.0,
        "seed": int(float(uniforms(request.stream, 1)[0]) * 2**31),
        "logprobs": 1,
        "return_tokens_as_token_ids": True,
        "return_token_ids": True,
        "ignore_eos": True,
        "stop_token_ids": list(request.stop_ids),
    }
    if legal:
        alone = {"max_tokens": 1, "top_p": 1.0, "top_k": 0, "stop_token_ids": []}
        body |= {**alone, "allowed_token_ids": list(legal), "logprobs": len(legal)}
    return body


def read_answer(said: Any, where: str) -> Answer:
    """The sampled tokens in a server's answer.

    Raises:
        WorkFailedError: it is no completion with ids and log-probabilities, or was given up.
    """
    try:
        choice = said["choices"][0]
        ids = [int(i) for i in choice["token_ids"]]
        logprobs = [float(p) for p in choice["logprobs"]["token_logprobs"]]
        finish = str(choice.get("finish_reason") or "")
        usage = said.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        read, reused = int(usage["prompt_tokens"]), int(details.get("cached_tokens") or 0)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        line = f"{where} answered no token ids with log-probabilities: is it a vLLM server?"
        raise WorkFailedError(line) from None
    if finish in _GIVEN_UP:
        raise WorkFailedError(f"{where} gave an answer up (finish reason {finish!r})")
    if not ids or len(ids) != len(logprobs) or not all(map(math.isfinite, logprobs)):
        raise WorkFailedError(f"{where} answered {len(ids)} tokens that are not all measured")
    return Answer(ids, logprobs, finish, read, reused)


def read_legal(said: Any, legal: Sequence[int], where: str) -> list[float]:
    """(n,) log-probability of each legal token.

    Raises:
        WorkFailedError: they are not there.
        UsageError: they are not those that the server samples from.
    """
    try:
        told = said["choices"][0]["logprobs"]["top_logprobs"][0]
        by_id = {int(name.removeprefix(_MARK)): float(p) for name, p in told.items()}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        line = f"{where} answered no log-probabilities of tokens by id: is it a vLLM server?"
        raise WorkFailedError(line) from None
    found = [by_id.get(i, -math.inf) for i in legal]
    if abs(sum(map(math.exp, found)) - 1.0) > 1.0 - _LEAST_MASS:
        raise UsageError(
            f"{where} tells other log-probabilities than it samples from: start it with "
            "--logprobs-mode processed_logprobs"
        )
    return found


def walk_choice(
    request: Request, ask: Callable[[Body], Any], where: str
) -> tuple[Completion, Answer]:
    """Draw one of the legal answers, token by token, as our own engine does.

    Returns:
        the action, and what was read for it.
    """
    walk = ChoiceWalk(request.choices, request.epsilon)
    u = uniforms(request.stream, request.longest)
    read = reused = 0
    while not walk.force():
        # What follows what was said by every choice that goes on with it.
        legal = list(legal_next(request.choices, walk.ids))
        said = ask(body_of(request, walk.ids, legal))
        answer = read_answer(said, where)
        read, reused = read + answer.prompt_tokens, reused + answer.reused_tokens
        logits = torch.full((legal[-1] + 1,), -math.inf)
        logits[legal] = torch.tensor(read_legal(said, legal, where))
        walk.step(logits, 1.0, float(u[len(walk.ids)]))  # the temperature is in them already
    found = Completion(
        tuple(walk.ids), tuple(walk.logprobs), "action", tuple(walk.legal), walk.entropy
    )
    return found, Answer(walk.ids, walk.logprobs, "stop", read, reused)
