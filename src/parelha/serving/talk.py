"""A conversation with one role: messages to token ids, and an answer to text as it comes.

What people send is foreign text: it never becomes a control token, and cannot forge the frame of
a format without such tokens (`agents.formats`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

from parelha.agents.formats import Conversation
from parelha.errors import UsageError
from parelha.serving.pair import Pair
from parelha.types import Agent

_UNFINISHED = "\ufffd"  # what the bytes of half a character decode to
DEFAULT_NEW_TOKENS = 512


@dataclass(frozen=True)
class Message:
    """One message: `role` is ``system``, ``user`` or ``assistant``."""

    role: str
    content: str


def prompt_ids(pair: Pair, agent: Agent, messages: Sequence[Message]) -> tuple[int, ...]:
    """The whole context of the next answer.

    A system message takes the place of what the role was told in training.

    Raises:
        UsageError: messages that do not alternate, or do not end with the user's.
    """
    form = pair.formats[agent]
    told = [m.content for m in messages if m.role == "system"]
    system = form.foreign("\n\n".join(told)) if told else pair.roles[agent].system[pair.config.lang]
    talk: Conversation | None = None
    answered = True
    for message in (m for m in messages if m.role != "system"):
        text = form.foreign(message.content)
        ids = form.text_ids(text)
        if (message.role == "user") is not answered:
            raise UsageError("messages must alternate between user and assistant, user first")
        answered = not answered
        if message.role == "assistant":
            assert talk is not None
            talk.answered(ids)
        elif talk is None:
            talk = Conversation(form, system, ids, text)
        else:
            talk.request(ids, text)
    if talk is None or answered:
        raise UsageError("messages must end with one of the user's")
    return tuple(talk.ids)


def room(pair: Pair, agent: Agent, num_prompt: int, wanted: int | None) -> int:
    """How many tokens an answer may have.

    Raises:
        UsageError: prompt and answer are longer than the model's window.
    """
    limit = pair.limits[agent]
    left = limit - num_prompt
    if left < 1 or (wanted or 1) > left:
        asked = f" and {wanted} of the answer" if wanted else ""
        raise UsageError(
            f"the messages are {num_prompt} tokens{asked}, and the model takes {limit} together: "
            "send less"
        )
    return wanted or min(DEFAULT_NEW_TOKENS, left)


class Speech:
    """An answer as it is handed out: up to a stop string, and nothing that may become one.

    Args:
        stops: strings that end the answer and are no part of it.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._given = 0

    def ended(self, text: str) -> bool:
        """Whether a stop string stands in the answer so far."""
        return any(stop in text for stop in self._stops)

    def more(self, text: str, *, last: bool = False) -> str:
        """What can be handed out of the answer so far, beyond what was; all of it at the end."""
        end = min((text.index(stop) for stop in self._stops if stop in text), default=len(text))
        if not last and end == len(text):
            whole = text.rstrip(_UNFINISHED)
            end = len(whole) - max(map(_begun, self._stops, repeat(whole)), default=0)
        given, self._given = self._given, max(end, self._given)
        return text[given : self._given]


def _begun(stop: str, text: str) -> int:
    """How much of the beginning of a stop string the text ends with, short of all of it."""
    longest = min(len(stop) - 1, len(text))
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
