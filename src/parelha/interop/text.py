"""Dialogues as text: a format whose tokens are characters, for models that others run.

The dialogue of a run is made of token ids. Here an id is a character's code point, and what a chat
template would put between messages are ids beyond Unicode, which no text can hold. So the prompts
are those of a run to the letter, and nothing has to be told apart by looking for markers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

from parelha.agents.formats import Format
from parelha.config import EpisodeConfig

CHARACTERS_PER_TOKEN = 4  # generous for source text
_UNICODE = 0x110000
_SYSTEM, _USER, _ASSISTANT, _END = range(_UNICODE, _UNICODE + 4)
_ROLES = {_SYSTEM: "system", _USER: "user", _ASSISTANT: "assistant"}


@dataclass
class _Characters:
    """As much of a tokenizer as a `Format` needs."""

    chat_template: Any = None
    bos_token_id: Any = None
    eos_token_id: Any = None

    @property
    def added_tokens_decoder(self) -> dict[int, Any]:
        """No text becomes a control token."""
        return {}

    def __call__(self, text: str, **_: Any) -> Any:
        return SimpleNamespace(input_ids=[ord(sign) for sign in text])

    def decode(self, token_ids: Any, **_: Any) -> str:
        """The characters among the ids."""
        return "".join(chr(i) for i in token_ids if i < _UNICODE)

    def apply_chat_template(self, conversation: Any, **_: Any) -> Any:
        """Nothing is rendered: the format is complete without a template."""
        raise NotImplementedError


@cache
def text_format() -> Format:
    """The format of both agents where others' models speak."""
    return Format(
        _Characters(),
        before_system=(_SYSTEM,),
        system_to_user=(_END, _USER),
        user_to_answer=(_END, _ASSISTANT),
        answer_to_user=(_END, _USER),
        stop_ids=(),
    )


def in_characters(config: EpisodeConfig) -> EpisodeConfig:
    """The limits of an episode in characters."""
    limits = ("max_program_tokens", "max_review_tokens", "max_tool_tokens")
    return config.model_copy(
        update={name: CHARACTERS_PER_TOKEN * getattr(config, name) for name in limits}
    )


def to_messages(prompt_ids: Sequence[int]) -> list[dict[str, str]]:
    """The chat messages of a prompt; the last is the assistant's, as far as its answer is given."""
    found: list[dict[str, str]] = []
    begin = 0
    for at, i in enumerate([*prompt_ids, _END]):
        if i < _UNICODE:
            continue
        if begin < at and found:
            found[-1]["content"] = "".join(map(chr, prompt_ids[begin:at]))
        if i in _ROLES:
            found.append({"role": _ROLES[i], "content": ""})
        begin = at + 1
    return found
