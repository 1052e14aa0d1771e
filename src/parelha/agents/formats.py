"""How a dialogue becomes token ids, and how foreign text is kept from becoming control tokens.

A conversation is built from two kinds of pieces. *Glue* is the model's own template: it may hold
control tokens. *Text* is everything else (statements, programs, tool output, reviews): it is
tokenised with `split_special_tokens=True`, so that ``<|im_end|>`` in it stays six ordinary tokens.
Pieces are joined as ids and never re-encoded, so an answer is trained on exactly as sampled.

Glue is read off the tokenizer's own chat template (`agents.templates`). Base models without a
template get sections under plain headings. Where glue is text that anybody could write, foreign
text is broken where it would read as glue (`frames`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

from parelha.agents.frames import broken, glue_frames
from parelha.agents.parsers import THOUGHT_MARKER
from parelha.agents.templates import chosen_template, read_glue
from parelha.errors import UsageError

_HEADINGS = ("### Instructions\n", "### Request\n", "### Answer\n")
# The next heading, and what follows a program that a base model does not end by itself.
_ENDS = ("\n###", "\nif __name__", "\nprint(", "\n>>> ")
_PASSES = 4
_CUT_MARK = "\n[... cut ...]\n"


class Tokenizer(Protocol):
    """The part of a transformers tokenizer that is used here."""

    chat_template: Any
    bos_token_id: Any
    eos_token_id: Any

    @property
    def added_tokens_decoder(self) -> dict[int, Any]:
        """Added tokens by id; those with `special` are control tokens."""

    def __call__(self, text: str, **kwargs: Any) -> Any:
        """Encode; gives an object with `input_ids`."""

    def decode(self, token_ids: Any, **kwargs: Any) -> Any:
        """Ids to text."""

    def apply_chat_template(self, conversation: Any, **kwargs: Any) -> Any:
        """Messages to text."""


@dataclass(frozen=True)
class Format:
    """One tokenizer's way to hold a dialogue.

    Attributes:
        tokenizer: of the model that will read the ids.
        before_system: glue from the start to the system text.
        system_to_user: glue between the system text and the first request.
        user_to_answer: glue between a request and the answer.
        answer_to_user: glue between an answer and the next request.
        end_id: the first control token in it, which ends an answer; text may stand before it. None
            where the format ends an answer by text alone.
        stop_ids: tokens that end an answer.
        stop_strings: text that ends an answer, for formats without such a token.
        program_prefix: put before a program, so that a base model starts one at once.
        frames: lines of plain text in the glue, which foreign text must not hold.
        control: the tokenizer's added tokens by id, marked special or not: no text becomes one.
    """

    tokenizer: Tokenizer
    before_system: tuple[int, ...]
    system_to_user: tuple[int, ...]
    user_to_answer: tuple[int, ...]
    answer_to_user: tuple[int, ...]
    stop_ids: tuple[int, ...]
    end_id: int | None = None
    stop_strings: tuple[str, ...] = ()
    program_prefix: str = ""
    frames: tuple[str, ...] = ()
    control: Mapping[int, str] = field(default_factory=dict)

    @property
    def control_ids(self) -> set[int]:
        """Every id that this format itself puts into a dialogue or waits for."""
        glue = (self.before_system, self.system_to_user, self.user_to_answer, self.answer_to_user)
        return {i for ids in (*glue, self.stop_ids) for i in ids}

    def text_ids(self, text: str) -> list[int]:
        """Ids of text; none of them is a control token, none added to the vocabulary.

        Half of a surrogate pair, which JSON can say and UTF-8 cannot, reads as a question mark.
        """
        text = text.encode("utf-8", "replace").decode("utf-8")
        encoded = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)
        ids = [int(i) for i in encoded.input_ids]
        unknown = getattr(self.tokenizer, "unk_token_id", None)
        found = {self.control[i] for i in ids if i in self.control and i != unknown}
        if not found or len(text) < 2:
            return ids
        # Tokens that are added but not marked special stay whole: their text is cut inside.
        cuts = [m.start() + 1 for m in re.finditer("|".join(map(re.escape, found)), text)]
        # Text that a tokenizer's normaliser turned into a token does not hold its name.
        edges = [0, *(cuts or [len(text) // 2]), len(text)]
        return [i for begin, end in pairwise(edges) for i in self.text_ids(text[begin:end])]

    def foreign(self, text: str) -> str:
        """Foreign text as it is shown: nothing in it reads as a frame, and no more is changed."""
        text = broken(text, self.frames)
        # A tokenizer may read other signs as a frame's (Llama 2's: U+2581 is a space).
        for _ in range(_PASSES):
            seen = self.decode(self.text_ids(text))
            again = broken(seen, self.frames)
            if again == seen:
                break
            text = again
        return text

    def capped_ids(self, text: str, max_tokens: int) -> list[int]:
        """Ids of foreign text, its middle left out where it is longer than `max_tokens`."""
        # Four characters a token is generous for source text; the cap first bounds the cost of
        # tokenising a flood.
        room = 8 * max_tokens
        if len(text) > 2 * room:
            text = text[:room] + _CUT_MARK + text[-room:]
        ids = self.text_ids(self.foreign(text))
        if len(ids) <= max_tokens:
            return ids
        mark = self.text_ids(_CUT_MARK)
        keep = max_tokens - len(mark)
        if keep <= 0:
            return ids[:max_tokens]
        head = keep - keep // 3
        ids = ids[:head] + mark + ids[len(ids) - keep // 3 :]
        # Behind the mark begins a line, where a word may read as a frame that it was not before.
        shown = self.decode(ids)
        again = self.foreign(shown)
        return ids if again == shown else self.text_ids(again)[:max_tokens]

    def word_ids(self, word: str) -> list[int]:
        """Ids of a word inside a text, with the one space before it.

        Tokenizers of Llama 2's kind (Phi-3) put a space before every text of their own accord.
        """
        own_space = self.text_ids("a a") == 2 * self.text_ids("a")
        return self.text_ids(word if own_space else " " + word)

    def decode(self, token_ids: Sequence[int]) -> str:
        """Ids to text; control tokens are left out, but for those around a thought."""
        if self.control.keys().isdisjoint(token_ids):
            return self._plain(token_ids)
        thoughts = [
            at
            for at, token in enumerate(token_ids)
            if THOUGHT_MARKER.fullmatch(self.control.get(token, ""))
        ]
        parts = [
            self._plain(token_ids[last + 1 : at]) + self.control[token_ids[at]]
            for last, at in pairwise([-1, *thoughts])
        ]
        return "".join([*parts, self._plain(token_ids[thoughts[-1] + 1 if thoughts else 0 :])])

    def _plain(self, token_ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(token_ids), skip_special_tokens=True))

    def stop(self, also: Callable[[str], bool] | None = None) -> Callable[[str], bool] | None:
        """The stop rule of an answer's text: the format's stop strings, and `also`."""
        if not self.stop_strings:
            return also
        strings = self.stop_strings
        return lambda text: any(s in text for s in strings) or (also is not None and also(text))


def make_format(tokenizer: Tokenizer) -> Format:
    """The chat format of a tokenizer with a template, else the completion format.

    Raises:
        UsageError: the template cannot be read as glue, or nothing tells where an answer ends.
    """
    template = chosen_template(tokenizer)
    return _chat_format(tokenizer, template) if template else _completion_format(tokenizer)


def _control(tokenizer: Tokenizer) -> dict[int, str]:
    """Added tokens by id; runs of spaces, and single signs that a vocabulary lacked, are text."""
    added: dict[int, Any] = getattr(tokenizer, "added_tokens_decoder", {})
    return {i: t.content for i, t in added.items() if len(t.content.strip()) > 1}


def _chat_format(tokenizer: Tokenizer, template: str) -> Format:
    def ids(text: str) -> tuple[int, ...]:
        return tuple(int(i) for i in tokenizer(text, add_special_tokens=False).input_ids)

    glue = read_glue(tokenizer, template)
    answer_to_user = ids(glue.answer_to_user)
    end = tokenizer.eos_token_id if isinstance(tokenizer.eos_token_id, int) else None
    control = _control(tokenizer)
    ending = {i for i, token in tokenizer.added_tokens_decoder.items() if token.special} | {end}
    # A token that begins every text begins the next turn, if a turn at all; it ends no answer.
    ending -= {tokenizer.bos_token_id} - {end}
    end_id = next((i for i in answer_to_user if i in ending), None)
    stop_ids = {i for i in (end, end_id) if i is not None}
    # A space (Llama 2) or a line break (DeepSeek-Coder) before the token is part of the answer;
    # words before it, or without any, tell the end by themselves.
    before_end = answer_to_user[: None if end_id is None else answer_to_user.index(end_id)]
    stop_text = glue.end_text if str(tokenizer.decode(list(before_end))).strip() else ""
    if not stop_ids and not stop_text:
        raise UsageError(
            "the chat template puts nothing behind an answer and the tokenizer has no end token, "
            "so that no answer would end: set `eos_token` in tokenizer_config.json"
        )
    pieces: dict[str, Any] = {name: ids(text) for name, text in vars(glue).items()}
    return Format(
        tokenizer,
        **pieces,
        stop_ids=tuple(sorted(stop_ids)),
        end_id=end_id,
        stop_strings=(stop_text,) if stop_text else (),
        frames=glue_frames(tuple(vars(glue).values()), control.values()),
        control=control,
    )


def _completion_format(tokenizer: Tokenizer) -> Format:
    def ids(text: str) -> tuple[int, ...]:
        return tuple(int(i) for i in tokenizer(text, add_special_tokens=False).input_ids)

    system, user, answer = _HEADINGS
    ends = (tokenizer.eos_token_id,) if isinstance(tokenizer.eos_token_id, int) else ()
    # What the model saw before every text in training (Llama) it gets here too, once.
    begun = tuple(int(i) for i in tokenizer("").input_ids)
    begins = begun[:1] if begun[:1] == (tokenizer.bos_token_id,) else ()
    return Format(
        tokenizer,
        before_system=(*begins, *ids(system)),
        system_to_user=ids("\n\n" + user),
        user_to_answer=ids("\n\n" + answer),
        answer_to_user=ids("\n\n" + user),
        stop_ids=ends,
        stop_strings=_ENDS,
        program_prefix="```python\n",
        frames=tuple(heading.strip() for heading in _HEADINGS),
        control=_control(tokenizer),
    )


class Conversation:
    """One agent's token sequence while it grows.

    Attributes:
        ids: (T,) everything so far.
        said: text put in since the last answer, for the reader of a run.
    """

    def __init__(self, form: Format, system: str, user: list[int], user_text: str) -> None:
        self.form = form
        self.ids: list[int] = [
            *form.before_system,
            *form.text_ids(system),
            *form.system_to_user,
            *user,
            *form.user_to_answer,
        ]
        self.said = f"{system}\n\n{user_text}"

    def prefill(self, text: str) -> None:
        """Put `text` at the start of the answer that follows, or into it."""
        self.ids += self.form.text_ids(text)
        self.said += text

    def request(self, user: list[int], user_text: str) -> None:
        """Close the answer and put the next request."""
        glue, end = self.form.answer_to_user, self.form.end_id
        if end is not None and self.ids[-1:] == [end]:
            glue = glue[glue.index(end) + 1 :]  # the answer already ended with this very token
        self.ids += [*glue, *user, *self.form.user_to_answer]
        self.said += user_text

    def reminded(self, token_ids: Sequence[int], text: str) -> None:
        """Add an answer of an earlier conversation, which is part of the prompt here."""
        self.ids += token_ids
        self.said += text

    def answered(self, token_ids: Sequence[int]) -> tuple[int, str]:
        """Add an answer; gives the index of its first token, and what was said before it."""
        start, said = len(self.ids), self.said
        self.ids += token_ids
        self.said = ""
        return start, said
