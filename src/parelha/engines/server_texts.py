"""What a server says and is told, between text and our own token ids."""

import re
import string
from collections.abc import Callable, Sequence
from typing import Any

from parelha.agents.formats import Format
from parelha.engines.protocol import Request
from parelha.types import FinishReason

_AROUND_A_NAME = string.whitespace + "`*\"'"
_CONTEXT = 8  # tokens before a choice that show how a tokenizer spaces it


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


def prompt_text(form: Format, request: Request) -> str:
    """A prompt for a server that takes no ids, its control tokens spelled out.

    The server reads every spelled-out marker as a control token, so one that stands in foreign
    text is broken by a space. The token that the tokenizer puts before every text is left out,
    since the server puts it there too.
    """
    tokenizer: Any = form.tokenizer
    special = form.control
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


def told_window(table: Any, key: str = "max_model_len") -> int:
    """The window that a server tells of a model, in tokens; 0 where it tells none.

    Args:
        table: what it says, of any kind.
        key: of the number; vLLM's and SGLang's by default.
    """
    number = table.get(key) if isinstance(table, dict) else None
    return number if isinstance(number, int) and number > 1 else 0  # True is a number, too
