"""A tokenizer's chat template, read as glue: the text that stands around what is said.

A dialogue of sentinels is rendered once and cut at the sentinels. Where a template refuses, drops
or moves a system message, the system text joins the first request instead.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parelha.agents.parsers import thought_end
from parelha.errors import UsageError

# how vocabularies spell their control tokens: <|im_end|>, <tool_call>, </s>, <｜User｜>, [INST]
MARKER = re.compile(r"<[^\s<>]+>|\[[^\s\[\]]+\]")

# Both cases and what is escaped in HTML and JSON: a template that changes texts loses them.
_SYSTEM, _USER, _ANSWER, _AGAIN = (f'Parelha <{n}> & "x"' for n in ("S0", "U0", "A0", "U1"))
_ROLES = {_SYSTEM: "system", _USER: "user", _ANSWER: "assistant", _AGAIN: "user"}
# In which order the sentinels may stand; some templates move the system text to the last request.
_WHOLE, _MOVED = (_SYSTEM, _USER, _ANSWER, _AGAIN), (_USER, _ANSWER, _SYSTEM, _AGAIN)
_WITHOUT = (_USER, _ANSWER, _AGAIN)
# Templates that print the day (Llama 3, gpt-oss) would give a resumed run other prompts, and two
# runs of one seed too; this is the day that Llama 3's print where they know none.
DAY = datetime(2024, 7, 26)


@dataclass(frozen=True)
class Glue:
    """Text around what is said.

    Attributes:
        before_system: from the start to the system text.
        system_to_user: between the system text and the first request.
        user_to_answer: between a request and the answer.
        answer_to_user: between an answer and the next request.
    """

    before_system: str
    system_to_user: str
    user_to_answer: str
    answer_to_user: str

    @property
    def end_text(self) -> str:
        """The text by which an answer's end is known where no control token tells; "" for none.

        A marker, else the first line; on a line of its own where the template puts it on one.
        """
        begin = self.answer_to_user.lstrip()
        found = MARKER.match(begin)
        text = found[0] if found else begin.partition("\n")[0].rstrip()
        if not any(c.isalnum() for c in text):
            return ""
        space = self.answer_to_user[: len(self.answer_to_user) - len(begin)]
        return "\n" + text if "\n" in space else text


def chosen_template(tokenizer: Any) -> str:
    """The chat template, of several named ones the default; "" where there is none.

    Raises:
        UsageError: several, and none is called ``default``.
    """
    found = tokenizer.chat_template
    if isinstance(found, (list, tuple)):
        found = {str(one["name"]): one["template"] for one in found}
    if isinstance(found, dict):
        if len(found) > 1 and "default" not in found:
            raise UsageError(
                f"the tokenizer has the chat templates {', '.join(sorted(found))}: name the one "
                "for dialogues `default` in its files"
            )
        found = found.get("default") or next(iter(found.values()), "")
    return str(found or "").removeprefix("\ufeff")  # of a file that an editor has marked


def read_glue(tokenizer: Any, template: str) -> Glue:
    """The glue of a template.

    Raises:
        UsageError: the template fails, or drops, repeats, changes or reorders messages.
    """
    faults: list[str] = []
    for order in (_WHOLE, _WITHOUT, _MOVED):
        try:
            text = _render(tokenizer, template, order, opens=True)
            again = _render(tokenizer, template, order, opens=True)
            unopened = _render(tokenizer, template, order, opens=False)
        # A template is a program: it may fail in any way.
        except Exception as error:  # pylint: disable=broad-exception-caught
            line = str(error).strip().partition("\n")[0]
            faults.append(f"it fails ({line or type(error).__name__})")
            continue
        between = _between(text, order)
        if text != again:  # a resumed run would read other prompts
            faults.append("it gives another text each time")
            continue
        if not between:
            faults.append("it drops, repeats or changes a message")
            continue
        *pieces, rest = between
        # What follows the last request opens an answer, as it did after the first; a template that
        # never opens one says how only where it writes one.
        before, opens = pieces[0], pieces[order.index(_ANSWER)]
        if text != unopened or not opens.startswith(rest) or not opens[len(rest) :].strip():
            opens = rest
        if end := thought_end(opens):
            opens += f"\n{end}\n\n"  # actions and programs inside a thought would be no answer
        if order == _WHOLE:
            return Glue(before, pieces[1], opens, pieces[3])
        return Glue(before, pieces[3] if order == _MOVED else "\n\n", opens, pieces[2])
    raise UsageError(
        f"the tokenizer's chat template cannot be read: {faults[1]}; mend it, or choose another "
        "model"
    )


def _render(tokenizer: Any, template: str, order: Sequence[str], *, opens: bool) -> str:
    roles = [sentinel for sentinel in _ROLES if sentinel in order]
    return str(
        tokenizer.apply_chat_template(
            [{"role": _ROLES[sentinel], "content": sentinel} for sentinel in roles],
            chat_template=_fixed_day() + template,
            tokenize=False,
            add_generation_prompt=opens,
        )
    )


def _fixed_day() -> str:
    """A macro before the template that gives `strftime_now` one day, whatever the clock says."""
    codes = ["a", "A", "b", "B", "d", "-d", "e", "H", "I", "j", "m", "-m", "M", "p", "S", "y", "Y"]
    known = ((f"%{code}", DAY.strftime(f"%{code}")) for code in codes)
    replaced = "".join(f".replace({code!r}, {value!r})" for code, value in known)
    return "{% macro strftime_now(format) %}{{ format" + replaced + " }}{% endmacro +%}"


def _between(text: str, order: Sequence[str]) -> list[str]:
    """The text before, between and behind the sentinels; [] unless each stands once, in order."""
    rest, pieces = text, []
    for sentinel in order:
        before, found, rest = rest.partition(sentinel)
        pieces.append(before)
        if not found or text.count(sentinel) > 1:
            return []
    return [*pieces, rest]
