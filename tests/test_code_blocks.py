"""Code blocks as CommonMark has them, thoughts before an answer, and the stop rule that agrees."""

# pylint: disable=missing-function-docstring

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken

from parelha.agents import parsers
from parelha.agents.formats import Format, make_format
from parelha.agents.parsers import after_thought, extract_program, program_complete
from parelha.engines.protocol import Request
from parelha.engines.server_texts import cut
from parelha.episode import play_tree
from parelha.rollout import play_all
from parelha.types import Agent
from tests.fakes import fake_stage, fake_task
from tests.scripted import ScriptedEngine
from tests.tiny import tiny_tokenizer

T = "```"
CODE = "def f(x):\n    return x + 1\n"
DOCUMENTED = f'def f(x):\n    """Add.\n\n    {T}\n    f(1)\n    {T}\n    """\n    return x + 1\n'
INDENTED = CODE.replace("def", "   def").replace("    return", "       return")
BLOCKS = {
    # languages
    "py": f"{T}py\n{CODE}{T}",
    "py3": f"{T}py3\n{CODE}{T}",
    "PYTHON": f"{T}PYTHON\n{CODE}{T}",
    "python3.11": f"{T}python3.11\n{CODE}{T}",
    "ipython3": f"{T}ipython3\n{CODE}{T}",
    "space before": f"{T} python\n{CODE}{T}",
    "no-break space": f"{T}python\u00a0\n{CODE}{T}",
    "attributes": f'{T}python title="a.py" linenums="1"\n{CODE}{T}',
    "attribute alone": f'{T} title="a.py"\n{CODE}{T}',
    "braces": f"{T}{{python}}\n{CODE}{T}",
    "braces, class": f"{T}{{.python .numberLines}}\n{CODE}{T}",
    "numbered lines": f"{T}python=\n{CODE}{T}",
    "lines marked": f"{T}python{{1,3}}\n{CODE}{T}",
    "file behind": f"{T}python:solution.py\n{CODE}{T}",
    "file alone": f"{T}solution.py\n{CODE}{T}",
    "comma": f"{T}python,editable\n{CODE}{T}",
    # fences
    "tildes": f"~~~python\n{CODE}~~~",
    "backticks in tildes": f"~~~python\n{CODE}# {T}\n~~~",
    "four": f"````python\n{CODE}````",
    "three in four": f"````python\n{CODE}\n'''\n{T}\n'''\n````",
    "closed by more": f"{T}python\n{CODE}`````",
    "space behind": f"{T}python  \n{CODE}{T}  \t",
    "indented by three": f"   {T}python\n{INDENTED}   {T}",
    "fence alone indented": f"  {T}python\n{CODE}  {T}",
    # ends of lines, marks
    "CRLF": f"{T}python\n{CODE}{T}\n".replace("\n", "\r\n"),
    "CR": f"{T}python\n{CODE}{T}\n".replace("\n", "\r"),
    "BOM": f"\ufeff{T}python\n{CODE}{T}",
    "BOM inside": f"{T}python\n\ufeff{CODE}{T}",
    # containers
    "list": f"1. The function:\n   {T}python\n{INDENTED}   {T}\n",
    "loose list": f"- The function:\n\n  {T}python\n  def f(x):\n      return x + 1\n  {T}\n",
    "quotation": f"> {T}python\n> def f(x):\n>     return x + 1\n> {T}",
    "list in quotation": f"> - {T}python\n>   def f(x):\n>       return x + 1\n>   {T}",
    "tag": f"<answer>\n{T}python\n{CODE}{T}\n</answer>",
    # fences in what the program holds
    "fence in a docstring": f"{T}python\n{DOCUMENTED}{T}",
    "fence in a docstring, CRLF": f"{T}python\n{DOCUMENTED}{T}".replace("\n", "\r\n"),
    "named fence in a docstring": f"{T}python\n{DOCUMENTED.replace(T, T + 'python', 1)}{T}",
    "tildes in a docstring": f"{T}python\n{DOCUMENTED.replace(T, '~~~')}{T}",
    "fence behind a tab": f"{T}python\n{CODE}\n\n\n'''\n\t{T}\n'''\n{T}",
    "docstring in a list": "1. So:\n\n"
    + "".join(f"   {line}\n" for line in f"{T}py\n{DOCUMENTED}{T}".split("\n")),
    "fence in a line": f"{T}python\n{CODE}# {T} and `{T}`\n{T}",
    # Markdown around it all
    "in markdown": f"````markdown\nSo:\n{T}python\n{CODE}{T}\n````",
    "in md": f"~~~md\n{T}python\n{CODE}{T}\n~~~\nDone.",
    "in markdown, fences alike": f"{T}markdown\n{T}python\n{CODE}{T}\n{T}",
    "in markdown, example before": f"````md\n{T}\nx = 1\n{T}\n{T}python\n{CODE}{T}\n````",
    # other blocks
    "usage behind": f"{T}python\n{CODE}{T}\nExample:\n{T}python\nprint(f(1))\n{T}",
    "output behind": f"{T}python\n{CODE}{T}\nOutput:\n{T}\n2\n{T}",
    "shell before": f"{T}bash\npip install numpy\n{T}\n{T}python\n{CODE}{T}",
    "output before": f"Wanted:\n{T}\n2\n{T}\nSo:\n{T}python\n{CODE}{T}",
    "example before": f"{T}\nInput: values = [1.0]\nOutput: 2.0\n{T}\n{T}python\n{CODE}{T}",
    "assignment before": f"{T}\nx = 1\n{T}\nSo:\n{T}\n{CODE}{T}",
    "sentence before": f"{T}\nfrom x the next\nclass of x, import it\n{T}\n{T}py\n{CODE}{T}",
    "session before": f"{T}pycon\n>>> f(1)\n2\n{T}\n\n{T}python\n{CODE}{T}",
    "empty before": f"{T}python\n\n{T}\n{T}python\n{CODE}{T}",
    # thoughts
    "thought": f"<think>\nMaybe:\n{T}python\ndef f(x):\n    return x\n{T}\nNo.\n</think>\n"
    f"{T}python\n{CODE}{T}",
    "thought without code": f"<think>\nEasy.\n</think>\n{T}python\n{CODE}{T}",
    "thought, BOM, CRLF": f"\ufeff<think>\r\n{T}\r\nx = 1\r\n{T}\r\n</think>\r\n{T}py\r\n{CODE}{T}",
    "thinking": f"<thinking>{T}py\nx = 1\n{T}</thinking>\n\n{T}python\n{CODE}{T}",
    "brackets": f"[THINK]So.\n{T}py\nx = 1\n{T}\n[/THINK]{T}python\n{CODE}{T}",
    "two thoughts": f"<think>a</think>\n<think>\n{T}py\nx = 1\n{T}</think>\n{T}py\n{CODE}{T}",
    "thought in a tag": f"<reasoning>\n{T}py\nx = 1\n{T}\n</reasoning>\n<answer>\n{T}py\n{CODE}{T}",
    "thought, not closed code": f"<think>\n{T}py\nx = 1\n</think>\n{T}py\n{CODE}{T}",
    "thought after a word": f"Well.\n<think>\n{T}py\nx = 1\n{T}\n</think>\n{T}py\n{CODE}{T}",
}
# Without a fence the answer's end is the program's.
BARE = {
    "bare": CODE,
    "bare, BOM": f"\ufeff{CODE}",
    "bare, CRLF": CODE.replace("\n", "\r\n"),
    "bare, constant": f"K = 1\n{CODE}",
    "bare, annotated": f"K: dict[str, int] = {{}}\n{CODE}",
    "bare, lambda": "f = lambda x: x + 1",
    "bare, docstring": f"'''Add.'''\n{CODE}",
    "bare, indented": f"    {CODE}".replace("\n    ", "\n        "),
    "bare, fence in a docstring": DOCUMENTED,
    "indented block": "So:\n\n    def f(x):\n        y = x\n\n        return y + 1\n\nThat is all.",
    "thought and bare": f"<think>x = 1</think>\n{CODE}",
}


def value(program: str) -> int:
    names: dict[str, Any] = {}
    exec(compile(program, "program", "exec"), names)  # pylint: disable=exec-used
    result: int = names["f"](1)
    return result


@pytest.mark.parametrize("answer", [*BLOCKS.values(), *BARE.values()], ids=[*BLOCKS, *BARE])
def test_the_program_is_found(answer: str) -> None:
    program, reason = extract_program(answer, "stop")
    assert reason == ""
    assert value(program) == 2
    assert "\r" not in program and "\ufeff" not in program


@pytest.mark.parametrize("answer", BLOCKS.values(), ids=BLOCKS)
def test_sampling_stops_with_the_program_that_is_extracted(answer: str) -> None:
    stops = [n for n in range(len(answer) + 1) if program_complete(answer[:n])]
    kept = answer[: stops[0]]
    assert value(extract_program(kept, "stop")[0]) == 2
    assert extract_program(kept, "stop") == extract_program(answer, "stop")
    assert kept.rstrip(" \t\r\n")[-1] in "`~"


@pytest.mark.parametrize("answer", BARE.values(), ids=BARE)
def test_sampling_goes_on_where_no_block_is_closed(answer: str) -> None:
    assert not any(program_complete(answer[:n]) for n in range(len(answer) + 1))


LINES = st.sampled_from(
    [
        T,
        f"{T}python",
        "````",
        "~~~",
        "~~~py",
        f"   {T}",
        f"    {T}",
        f"> {T}python",
        f"> {T}",
        f"- {T}py",
        "  x = 1",
        "x = 1",
        "",
        "<think>",
        "</think>",
        '"""',
        "text",
        f"{T}bash",
        "````markdown",
        f"{T}md",
        "def f(x):",
        "\ufeff",
    ]
)


@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\r\n"]))
def test_the_stop_rule_and_the_parser_agree(lines: list[str], end: str) -> None:
    answer = end.join(lines)
    for n in range(len(answer) + 1):
        if program_complete(answer[:n]):
            program, reason = extract_program(answer[:n], "length")
            assert program and not reason
            break
    else:
        # What never was complete is bare, or nothing, or blocks that only assign.
        program, reason = extract_program(answer, "length")
        assert bool(program) != bool(reason)
        assert "def" not in program and (not program or "x = 1" in program)


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_a_block_without_a_language_that_only_assigns_is_the_program_if_none_else_is(
    finish: Any,
) -> None:
    answer = f"So:\n{T}\nresult = frame.sum()\n{T}\nIt gives:\n{T}\n3.0\n{T}\n"
    assert not any(program_complete(answer[:n]) for n in range(len(answer) + 1))
    assert extract_program(answer, finish) == ("result = frame.sum()\n", "")
    cut_off = f"{answer}{T}python\n{CODE}"
    assert extract_program(cut_off, "length") == ("", "cut by the token limit")


@given(st.text("`~> \n-1.x\t", max_size=80), st.sampled_from(("stop", "length")))
def test_there_is_a_program_or_a_reason_for_any_markdown(answer: str, finish: Any) -> None:
    program, reason = extract_program(answer, finish)
    assert bool(program) != bool(reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (f"{T}pycon\n>>> 1\n{T}", "code block in another language (pycon)"),
        (f"{T}{{.r}}\n1\n{T}", "code block in another language (r)"),
        (f"{T}pyi\n{CODE}{T}", "code block in another language (pyi)"),
        (f"Here: {T}python\n{CODE}{T}", "code block not closed"),
        (f"{T}python\n{CODE.rstrip()}{T}", "code block not closed"),
        (f"{T}python\n{CODE}~~~", "code block not closed"),
        (f"````python\n{CODE}{T}", "code block not closed"),
        (f"{T}python\n{CODE}    {T}", "code block not closed"),
        (f"{T}python\n{CODE}{T}x", "code block not closed"),
        ("<think>\nx = 1", "thought not closed"),
    ],
)
def test_what_commonmark_does_not_close_is_no_program(answer: str, reason: str) -> None:
    assert extract_program(answer, "stop") == ("", reason)
    assert not program_complete(answer)


def test_a_program_about_thoughts_is_a_program() -> None:
    code = 'def f(x):\n    return x.split("</think>")[-1].replace("<think>", "")\n'
    assert extract_program(f"{T}python\n{code}{T}", "stop") == (code, "")
    assert extract_program(f"<think>\nHm.\n</think>\n{T}python\n{code}{T}", "stop") == (code, "")


def test_form_feeds_and_other_separators_are_no_ends_of_lines() -> None:
    code = "x = 1\n\x0cy = '\u2028\x85'\n"
    assert extract_program(f"{T}python\n{code}{T}", "stop") == (code, "")


def test_blank_lines_of_a_program_keep_their_spaces() -> None:
    """Linters count them."""
    code = "def f(x):\n    y = x\n    \n    return y\n"
    assert extract_program(f"{T}python\n{code}{T}", "stop") == (code, "")


def test_the_stop_rule_parses_once_for_each_possible_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked at every token: parsing each time would cost more than a decode step."""
    parsed: list[str] = []
    parse = parsers._MARKDOWN.parse  # pylint: disable=protected-access

    def counted(text: str) -> Any:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(parsers._MARKDOWN, "parse", counted)  # pylint: disable=protected-access
    answer = f"Unique: here.\n{T}python\n{DOCUMENTED}" + "# a comment\n" * 200 + T
    assert not any(program_complete(answer[:n]) for n in range(len(answer)))
    assert program_complete(answer)
    assert len(parsed) == 4  # where it opens, two fences in the docstring, and the end
    assert not program_complete("no fence at all " * 100)
    assert len(parsed) == 4


# --- through a tokenizer -------------------------------------------------------------------------


def thinking_format(special: bool, opened: bool = False) -> Format:
    """A format whose vocabulary has the markers of a thought, as published ones do."""
    tokenizer: Any = tiny_tokenizer()
    name = "thinking" if opened else "think"
    tokenizer.add_tokens([AddedToken(m, special=special) for m in (f"<{name}>", f"</{name}>")])
    if opened:
        tokenizer.chat_template += "{% if add_generation_prompt %}{{ '<thinking>\n' }}{% endif %}"
    return make_format(tokenizer)


def as_sampled(form: Format, text: str) -> list[int]:
    """Ids as a model gives them: markers are tokens."""
    tokenizer: Any = form.tokenizer
    return [int(i) for i in tokenizer(text, add_special_tokens=False).input_ids]


@pytest.mark.parametrize("special", [True, False])
def test_markers_of_a_thought_survive_decoding(special: bool) -> None:
    form = thinking_format(special)
    answer = BLOCKS["thought"]
    ids = as_sampled(form, answer)
    assert len(set(form.control) & set(ids)) == 2
    assert form.decode(ids) == answer
    assert form.decode([*ids, *form.stop_ids]) == answer
    assert form.decode(ids[:1]) == "<think>" and form.decode(ids[1:2]) != ""
    request = Request(
        agent=Agent.CODER,
        prompt_ids=(1,),
        max_new_tokens=999,
        temperature=1.0,
        stream=(0,),
        stop=form.stop(program_complete),
    )
    kept, finish = cut([*ids, *as_sampled(form, "\nand more")], request, form.decode)
    assert (form.decode(kept), finish) == (answer, "stop")


class Thinks(ScriptedEngine):
    """Writes one text as a model does, up to where the request's own rule stops it."""

    def __init__(self, form: Format, coder: str, reviewer: str) -> None:
        super().__init__(form)
        self.texts = {Agent.CODER: coder, Agent.REVIEWER: reviewer}

    def _text(self, request: Request, wanted: str) -> Any:
        ids = as_sampled(self.form, self.texts[request.agent])
        kept, finish = cut(ids, request, self.form.decode)
        done = super()._text(request, "")
        return dataclasses.replace(
            done,
            token_ids=tuple(kept),
            logprobs=(-1.0,) * len(kept),
            finish=finish or "stop",
            legal=(None,) * len(kept),
        )


@pytest.mark.parametrize("opened", [False, True], ids=["in the answer", "by the template"])
def test_a_thought_is_neither_a_program_nor_a_review(opened: bool) -> None:
    form = thinking_format(special=True, opened=opened)
    # What a template opens is closed; a model may think all the same.
    opens = str(form.tokenizer.decode(list(form.user_to_answer)))
    assert opens.endswith("</thinking>\n\n") == opened
    name = "thinking" if opened else "think"
    begin, end = f"<{name}>\n", f"</{name}>"
    thought = f"{begin}{T}python\nx = 0\n{T}\nNo.\n{end}\n\n"
    engine = Thinks(form, thought + f"{T}python\n{CODE}{T}\nDone.", thought + "Mind zero.")
    stage = dataclasses.replace(
        fake_stage(drafts=1, reviews=1, max_program_tokens=400, max_review_tokens=400),
        formats=dict.fromkeys(Agent, form),
    )
    (tree,) = play_all([play_tree(fake_task(), stage)], engine)
    for one in (tree.drafts[0], tree.episodes[0].final):
        assert one.score is not None
        assert one.score.program == CODE
        assert one.turns[-1].answer.endswith(T)
    assert tree.episodes[0].reviews[0].review == "Mind zero."


def test_a_review_that_never_ends_its_thought_says_nothing() -> None:
    assert after_thought("<think>\nMaybe it") is None
    assert after_thought("Mind <think> tags.") == "Mind <think> tags."
    assert after_thought("hm </think> tags") == "hm </think> tags"
    assert after_thought("So it is.</think>\nMind zero.") == "\nMind zero."
