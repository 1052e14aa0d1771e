"""What clients of the OpenAI-compatible protocol send and are sent, as records and JSON.

The shapes are those of the "chat completions" of OpenAI's API reference. What would change an
answer and is not done here is refused, never passed over.
"""

import json
import time
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from parelha.serving.talk import Message

MODELS = ("coder", "reviewer", "pair")
# Lower, and logits divided by it overflow; so small that the likeliest token has all the mass.
_COLDEST = 1e-5
# Whether a stop string has begun is asked at each piece of an answer, and all answers wait for it.
_Stop = Annotated[str, Field(max_length=500)]


class Refusal(Exception):  # noqa: N818  # it is an answer, not a fault
    """A request that is answered by an error, with its HTTP status and code."""

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {"error": {"message": str(self), "type": kind, "param": None, "code": self.code}}


class _Part(BaseModel):
    type: Literal["text"]
    text: str


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part]


class _StreamOptions(BaseModel):
    include_usage: bool | None = False


class Asking(BaseModel):
    """A request for an answer."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: Annotated[list[_Message], Field(min_length=1, max_length=1000)]
    stream: bool | None = False
    stream_options: _StreamOptions | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    stop: Annotated[list[_Stop], Field(max_length=4)] | None = None
    seed: int | None = None
    n: Literal[1] | None = None

    @field_validator("stop", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @property
    def limit(self) -> int | None:
        """Tokens of the answer, at most; None where the client does not say."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def said(self) -> list[Message]:
        """The messages as plain text."""
        return [
            Message(
                "system" if one.role == "developer" else one.role,
                one.content
                if isinstance(one.content, str)
                else "".join(part.text for part in one.content),
            )
            for one in self.messages
        ]

    def warm(self, default: float) -> float:
        """The temperature; 0 means the likeliest token."""
        return max(default if self.temperature is None else self.temperature, _COLDEST)


# Of who asks, and of how the request is kept and served: no answer depends on it.
_SAYS_NOTHING = {
    "metadata",
    "parallel_tool_calls",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "store",
    "user",
}
# Of what would change an answer the values that ask for nothing; any other is refused.
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("tools", "functions", "logprobs", "logit_bias", "audio"), (False, [], {})),
    **dict.fromkeys(("best_of", "repetition_penalty", "length_penalty", "typical_p"), (1,)),
    **dict.fromkeys(("frequency_penalty", "presence_penalty", "min_p", "min_tokens"), (0,)),
    **dict.fromkeys(("tool_choice", "function_call"), ("none", "auto")),
    "response_format": ({}, {"type": "text"}),
    "modalities": (["text"],),
    "chat_template_kwargs": ({},),
    "top_logprobs": (0,),
    "top_k": (0, -1),
    "ignore_eos": (False,),
    "stop_token_ids": ([],),
}


def read(body: bytes) -> Asking:
    """Read a request.

    Raises:
        Refusal: no JSON, not as it should be (400), or a model that is not served (404).
    """
    try:
        asking = Asking.model_validate(json.loads(body))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refusal(400, f"{where}: {first['msg']}", "invalid_value") from None
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON", "invalid_json") from None
    for name, value in (asking.model_extra or {}).items():
        if name not in _SAYS_NOTHING and value not in (None, *_NEUTRAL.get(name, ())):
            shown = ascii(name[:60])[1:-1]
            raise Refusal(400, f"{shown} is not supported here", "unsupported_parameter")
    one_model(asking.model, "")
    return asking


def models(run: str) -> dict[str, Any]:
    """The list of models."""
    return {"object": "list", "data": [one_model(name, run) for name in MODELS]}


def one_model(name: str, run: str) -> dict[str, Any]:
    """One of the models.

    Raises:
        Refusal: it is not served (404).
    """
    if name not in MODELS:
        raise Refusal(404, f"no model {name!r}: {', '.join(MODELS)}", "model_not_found")
    return {"id": name, "object": "model", "created": 0, "owned_by": run}


class Reply:
    """The JSON of one answer, whole or in chunks.

    Args:
        model: which one answers.
        counts: whether the last chunk tells of the usage; all others then say that they do not.
    """

    def __init__(self, model: str, *, counts: bool = False) -> None:
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time())}
        self._model, self._counts = model, counts

    def whole(self, text: str, finish: str, usage: dict[str, int]) -> dict[str, Any]:
        """The answer as one object."""
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        kind = {"object": "chat.completion", "model": self._model}
        return {**self._head, **kind, "choices": [choice], "usage": usage}

    def chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        """A part of a streamed answer."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._event({"choices": [choice], **({"usage": None} if self._counts else {})})

    def usage(self, usage: dict[str, int]) -> bytes:
        """The last part, where the client asks for it."""
        return self._event({"choices": [], "usage": usage})

    def _event(self, part: dict[str, Any]) -> bytes:
        kind = {"object": "chat.completion.chunk", "model": self._model}
        return event({**self._head, **kind, **part})


def event(record: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(record, ensure_ascii=False)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def counted(prompt: int, new: int) -> dict[str, int]:
    """The usage of an answer."""
    return {"prompt_tokens": prompt, "completion_tokens": new, "total_tokens": prompt + new}
