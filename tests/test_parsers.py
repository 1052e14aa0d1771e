"""From an answer to a program: one block is one, everything else has a reason."""

# pylint: disable=missing-function-docstring

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.parsers import copied_share, extract_program, program_complete

CODE = "def f(x: int) -> int:\n    return x\n"


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{CODE}```",
        f"```py\n{CODE}```\n",
        f"Here it is:\n```\n{CODE}```\nDone.",
        f"  ```Python3  \n\n{CODE}\n\n  ```",
        CODE,
        f"\n{CODE}\n\n",
    ],
)
def test_one_block_or_a_bare_module_is_the_program(answer: str) -> None:
    assert extract_program(answer, "stop") == (CODE, "")


@pytest.mark.parametrize(
    ("answer", "finish", "reason"),
    [
        ("", "stop", "no code block"),
        ("I cannot do that.", "stop", "no code block"),
        (CODE, "length", "cut by the token limit"),
        (f"```python\n{CODE}", "length", "cut by the token limit"),
        (f"```python\n{CODE}", "stop", "code block not closed"),
        ("```javascript\nlet x = 1\n```", "stop", "code block in another language (javascript)"),
        ("```\n\n  \n```", "stop", "empty code block"),
        ("```\n3.0\n```", "stop", "no Python in the code block"),
        (f"<think>\n```python\n{CODE}```\n", "stop", "thought not closed"),
        (f"<think>\n```python\n{CODE}```\n", "length", "cut by the token limit"),
        (f"```sql\nselect 1\n```\n```python\n{CODE}", "stop", "code block not closed"),
        (f"```python\n{CODE}# {'x' * 1_000_000}\n```", "stop", "answer too large"),
    ],
)
def test_any_other_answer_has_no_program_and_a_reason(
    answer: str, finish: Any, reason: str
) -> None:
    assert extract_program(answer, finish) == ("", reason)


def test_lone_surrogates_are_data() -> None:
    assert extract_program("\ud800", "stop") == ("", "no code block")


@given(st.text("`py \n#", max_size=60), st.sampled_from(("stop", "length")))
def test_there_is_either_a_program_or_a_reason(answer: str, finish: Any) -> None:
    program, reason = extract_program(answer, finish)
    assert bool(program) != bool(reason)
    assert "```" not in program or "\n```" not in f"\n{program.strip()}"


def test_an_answer_is_complete_with_its_closing_fence() -> None:
    assert not program_complete("```python\nx = 1\n")
    assert not program_complete("```python\nx = '```'\n")
    assert program_complete("```python\nx = 1\n```")


def test_a_block_is_complete_exactly_when_a_program_can_be_extracted() -> None:
    answer = f"```python\n{CODE}```"
    for end in range(len(answer)):
        assert not program_complete(answer[:end])
    assert program_complete(answer)


def test_a_line_of_spaces_is_read_once() -> None:
    """Quadratic matching would take minutes here."""
    answer = "```" + " " * 60_000 + "x y\n"
    began = time.process_time()
    assert not program_complete(answer)
    assert extract_program(answer, "stop") == ("", "code block not closed")
    assert time.process_time() - began < 2.0


def test_a_pasted_solution_shows_as_copied() -> None:
    assert copied_share(CODE, f"Use this: {CODE}") == 1.0
    assert copied_share(CODE, "Return x plus one.") == 0.0
    assert copied_share("", "anything") == 0.0
    half = "a b c d e f g h i j"
    assert copied_share(half, "a b c d e f") == pytest.approx(2 / 6)
