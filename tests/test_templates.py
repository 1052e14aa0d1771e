"""Chat templates of many families: where answers end, where the system text goes, refusals."""

# pylint: disable=missing-function-docstring

import datetime
from collections.abc import Sequence
from typing import Any

import pytest
import transformers.utils.chat_template_utils as library

from parelha.agents.formats import Conversation, Format, make_format
from parelha.agents.parsers import extract_program, program_complete
from parelha.engines.protocol import Request
from parelha.engines.server_texts import cut
from parelha.errors import UsageError
from parelha.types import Agent
from tests.tiny import CHAT_TEMPLATE, END, tiny_tokenizer

ANSWER = "```python\ndef f(x):\n    y = x\n\n    return y + 1\n```"


def tokenizer_with(template: Any, eos: str | None = END, special: Sequence[str] = ()) -> Any:
    tokenizer: Any = tiny_tokenizer()
    if special:
        tokenizer.add_special_tokens({"additional_special_tokens": list(special)})
    tokenizer.eos_token = eos
    tokenizer.chat_template = template
    return tokenizer


def each(system: str, user: str, answer: str, tail: str = "") -> str:
    """A template with one piece for each role; M stands for what is said."""
    system, user, answer = (
        "{{ '" + piece.replace("M", "' + m.content + '") + "' }}"
        for piece in (system, user, answer)
    )
    return (
        "{%- for m in messages -%}{%- if m.role == 'system' -%}"
        + system
        + "{%- elif m.role == 'user' -%}"
        + user
        + "{%- else -%}"
        + answer
        + "{%- endif -%}{%- endfor -%}{{ '"
        + tail
        + "' }}"
    )


DEEPSEEK_CODER = each(
    "M", r"### Instruction:\nM\n", r"### Response:\nM\n<|EOT|>\n", r"### Response:\n"
)
LLAMA_2 = each(r"[INST] <<SYS>>\nM\n<</SYS>>\n\n", "M [/INST]", " M </s><s>[INST] ")
ALPACA = each(r"M\n\n", r"### Instruction:\nM\n\n", r"### Response:\nM\n\n", r"### Response:\n")
VICUNA = each("M ", "USER: M ", "ASSISTANT: M</s>", "ASSISTANT:")
ZEPHYR = each(r"<|system|>\nM</s>\n", r"<|user|>\nM</s>\n", r"<|assistant|>\nM</s>\n")
CHATML_AS_TEXT = each(
    r"<|sys|>M<|stop|>\n", r"<|usr|>M<|stop|>\n", r"<|bot|>M<|stop|>\n", "<|bot|>"
)


def form_of(template: Any, eos: str | None = END, special: Sequence[str] = ()) -> Format:
    return make_format(tokenizer_with(template, eos, special))


def ends_of(form: Format) -> set[str]:
    return {form.tokenizer.decode([i]) for i in form.stop_ids}


def played(form: Format, answer: str) -> str:
    """An answer as sampling would end it."""
    request = Request(
        agent=Agent.CODER,
        prompt_ids=(1,),
        max_new_tokens=400,
        temperature=1.0,
        stream=(0,),
        stop_ids=form.stop_ids,
        stop=form.stop(),
    )
    return form.decode(cut(form.text_ids(answer), request, form.decode)[0])


# --- where an answer ends ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "special", "end"),
    [
        (DEEPSEEK_CODER, ("<|EOT|>",), "<|EOT|>"),
        (LLAMA_2, ("<s>", "</s>"), "</s>"),
        (VICUNA, ("</s>",), "</s>"),
        (ZEPHYR, ("</s>",), "</s>"),
        (CHATML_AS_TEXT, ("<|stop|>",), "<|stop|>"),
    ],
)
def test_an_answer_ends_at_the_end_token_and_not_at_the_text_before_it(
    template: str, special: tuple[str, ...], end: str
) -> None:
    form = form_of(template, special[-1], special)
    assert ends_of(form) == {end}
    assert form.end_id == form.tokenizer(end).input_ids[0]
    assert played(form, ANSWER) == ANSWER
    assert program_complete(ANSWER) and extract_program(ANSWER, "stop")[0]


@pytest.mark.parametrize(
    ("template", "special"),
    [(DEEPSEEK_CODER, ("<|EOT|>",)), (LLAMA_2, ("<s>", "</s>")), (ZEPHYR, ("</s>",))],
)
def test_a_dialogue_goes_on_as_the_template_writes_it_however_the_answer_ended(
    template: str, special: tuple[str, ...]
) -> None:
    form = form_of(template, special[-1], special)
    asked = form.text_ids("Add.")
    whole, cut_off = (Conversation(form, "Be brief.", asked, "Add.") for _ in range(2))
    text = form.text_ids("x + 1")
    before_end = form.answer_to_user[: form.answer_to_user.index(form.end_id or 0)]
    whole.answered([*text, *before_end, form.end_id or 0])
    cut_off.answered(text)
    for talk in (whole, cut_off):
        talk.request(form.text_ids("Again."), "Again.")
    assert whole.ids == cut_off.ids
    roles = ("system", "user", "assistant", "user")
    said = ("Be brief.", "Add.", "x + 1", "Again.")
    tokenizer: Any = form.tokenizer
    rendered = tokenizer.apply_chat_template(
        [{"role": r, "content": c} for r, c in zip(roles, said, strict=True)],
        tokenize=False,
        add_generation_prompt=True,
    )
    # Llama 2's answers begin with the space that its template puts before them
    assert tokenizer.decode(whole.ids).replace(" ", "").startswith(rendered.replace(" ", ""))


@pytest.mark.parametrize(
    ("template", "stop"),
    [
        (ALPACA, "\n### Instruction:"),
        (each(r"M\n", r"User: M\n", r"Bot: M\n", "Bot: "), "\nUser:"),
        (each("M", "<start>user M<end>", "<start>model M<end>", "<start>model "), "<end>"),
        (each("M", "[ASK] M", "[TELL] M", "[TELL]"), "[ASK]"),
    ],
)
def test_a_template_of_text_alone_ends_answers_by_its_marker(template: str, stop: str) -> None:
    form = form_of(template)
    assert ends_of(form) == {END}  # the tokenizer's own
    assert form.end_id is None
    assert form.stop_strings == (stop,)
    assert played(form, ANSWER) == ANSWER
    rule = form.stop()
    assert rule is not None and rule(ANSWER + stop)
    assert not rule("first\n\nsecond: - # x")


def test_words_before_the_end_token_end_an_answer_too() -> None:
    form = form_of(each("M", "Q: M", "A: M</answer><|stop|>", "A:"), "<|stop|>", ("<|stop|>",))
    assert form.stop_strings == ("</answer>",)
    assert ends_of(form) == {"<|stop|>"}


def test_an_answer_that_nothing_ends_is_refused() -> None:
    with pytest.raises(UsageError, match="no answer would end"):
        form_of(each(r"M\n", r"M\n", r"M\n"), eos=None)


# --- what opens an answer ------------------------------------------------------------------------


def test_a_template_that_never_opens_an_answer_is_opened_as_it_writes_one() -> None:
    form = form_of(
        "{%- for m in messages -%}{{ '<|' + m.role + '|>' + m.content + '<|im_end|>' }}"
        "{%- endfor -%}"
    )
    assert form.tokenizer.decode(list(form.user_to_answer)) == "<|im_end|><|assistant|>"


@pytest.mark.parametrize(
    ("begin", "closed"),
    [
        (r"<think>\n", "<think>\n\n</think>\n\n"),
        ("<thinking>", "<thinking>\n</thinking>\n\n"),
        ("<seed:think>", "<seed:think>\n</seed:think>\n\n"),
        ("[THINK]", "[THINK]\n[/THINK]\n\n"),
        (r"<reasoning>\nOkay, ", "<reasoning>\nOkay, \n</reasoning>\n\n"),
        ("<think></think>", "<think></think>"),
        ("<think></think><think>", "<think></think><think>\n</think>\n\n"),
    ],
)
def test_a_thought_that_a_template_opens_is_closed(begin: str, closed: str) -> None:
    form = form_of(each("M", "<|User|>M", "<|Assistant|>M<|im_end|>", f"<|Assistant|>{begin}"))
    opens = str(form.tokenizer.decode(list(form.user_to_answer)))
    assert opens == f"<|Assistant|>{closed}"


def test_a_byte_order_mark_of_the_file_is_no_part_of_the_prompt() -> None:
    assert form_of("\ufeff" + CHAT_TEMPLATE).before_system == form_of(CHAT_TEMPLATE).before_system


def test_a_template_that_draws_lots_is_refused() -> None:
    lots = CHAT_TEMPLATE + "{{ range(99999) | random }}"
    with pytest.raises(UsageError, match="another text each time"):
        form_of(lots)


# --- the system text -----------------------------------------------------------------------------

REFUSES = (
    "{%- if messages[0].role == 'system' -%}{{ raise_exception('System role not supported') }}"
    "{%- endif -%}{%- for m in messages -%}"
    "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>model\n' }}{%- endif -%}"
)
DROPS = REFUSES[REFUSES.index("{%- for") :].replace(
    "in messages", "in messages if m.role != 'system'"
)
MOVES = (
    "{%- for m in messages[1:] -%}{%- if m.role == 'user' -%}{{ '[INST] ' + "
    "(messages[0].content + '\n\n' if loop.last else '') + m.content + ' [/INST]' }}"
    "{%- else -%}{{ m.content + eos_token }}{%- endif -%}{%- endfor -%}"
)
ALTERNATES = (
    "{%- for m in messages -%}{%- if (m.role == 'user') != (loop.index0 % 2 == 0) -%}"
    "{{ raise_exception('roles must alternate') }}{%- endif -%}"
    "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)


@pytest.mark.parametrize(
    ("template", "opening"),
    [
        (REFUSES, "<|im_start|>user\nBe brief.\n\nAdd.<|im_end|>\n<|im_start|>model\n"),
        (DROPS, "<|im_start|>user\nBe brief.\n\nAdd.<|im_end|>\n<|im_start|>model\n"),
        (MOVES, "[INST] Be brief.\n\nAdd. [/INST]"),
        (ALTERNATES, "<|im_start|>user\nBe brief.\n\nAdd.<|im_end|>\n<|im_start|>assistant\n"),
    ],
)
def test_a_system_text_that_has_no_place_joins_the_first_request(
    template: str, opening: str
) -> None:
    form = form_of(template)
    talk = Conversation(form, "Be brief.", form.text_ids("Add."), "Add.")
    assert form.tokenizer.decode(talk.ids) == opening
    talk.answered([*form.text_ids("x"), form.end_id or 0])
    talk.request(form.text_ids("Again."), "Again.")
    text = str(form.tokenizer.decode(talk.ids))
    assert text.count("Be brief.") == 1
    assert text.startswith(opening + "x<|im_end|>")


# --- what depends on the day, on names, on faults ------------------------------------------------


@pytest.mark.parametrize("how", ["%d %b %Y", "%Y-%m-%d", "%A, %B %-d", "%H:%M"])
def test_a_dated_template_prints_the_same_day_every_day(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    template = "{%- if strftime_now is defined -%}{{ 'Today: ' + strftime_now('" + how + "') }}"
    template += "{%- endif -%}" + CHAT_TEMPLATE.replace("message['content']", "message.content")
    found = []
    for year in (2026, 2031):

        class Day(datetime.datetime):
            """A clock that stands."""

            @classmethod
            def now(cls, tz: Any = None, year: int = year) -> Any:
                return datetime.datetime(year, 11, 27, year % 24, tzinfo=tz)

        monkeypatch.setattr(library, "datetime", Day)
        found.append(form_of(template).before_system)
    assert found[0] == found[1]
    text = str(tiny_tokenizer().decode(list(found[0])))
    assert text.startswith(f"Today: {datetime.datetime(2024, 7, 26).strftime(how)}")


def test_of_named_templates_the_default_is_read() -> None:
    plain = form_of(CHAT_TEMPLATE)
    tools = {"name": "tool_use", "template": "x"}
    for named in (
        [{"name": "default", "template": CHAT_TEMPLATE}, tools],
        {"default": CHAT_TEMPLATE, "tool_use": "x"},
        {"chat": CHAT_TEMPLATE},  # the only one
    ):
        assert form_of(named).answer_to_user == plain.answer_to_user
    with pytest.raises(UsageError, match="chat templates rag, tool_use: name the one"):
        form_of({"tool_use": "x", "rag": "y"})
    assert form_of({}).program_prefix  # none at all: headings


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{% for m in messages %}{{ m.content }", "it fails"),
        ("x", "drops, repeats or changes"),
        ("{%- for m in messages -%}{{ m.content | upper }}{%- endfor -%}", "changes a message"),
        ("{%- for m in messages -%}{{ m.content | lower }}{%- endfor -%}", "changes a message"),
        ("{%- for m in messages -%}{{ m.content | e }}{%- endfor -%}", "changes a message"),
        ("{%- for m in messages -%}{{ m.content + m.content }}{%- endfor -%}", "repeats"),
        ("{{ messages[0].content[0].text }}", "it fails|drops"),
        ("{%- for m in messages | reverse -%}{{ m.content }}{%- endfor -%}", "drops"),
        ("{{ raise_exception('never') }}", r"it fails \(never\)"),
    ],
)
def test_a_template_that_cannot_be_read_is_one_line(template: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        form_of(template)
    assert "\n" not in str(caught.value)
