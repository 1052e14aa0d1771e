"""What the reviewer is shown, may call a fault, and hands on."""

# pylint: disable=missing-function-docstring

import pytest

from parelha.types import Agent, Lang, Task
from tests.fake_grading import FakeGrader
from tests.scripted import play, rounds_of


class Telling(FakeGrader):
    """A grader whose run on the examples shows a wrong one, and whose linters find one thing."""

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        return "Wrong on 1 of 2 examples:\nf(2) gave 3, right is 4"

    def analyse_text(self, program: str, lang: Lang) -> str:
        return "pylint C0116 line 1: Missing function docstring"


def test_where_tools_are_always_used_they_stand_before_the_verdict_the_run_last() -> None:
    tree, engine, _ = play(grader=Telling(), tools="always", max_tool_calls=2)
    review = rounds_of(tree)["d0.r0"]
    said = review.turns[0].said
    assert said.index("Missing function docstring") < said.index("Wrong on 1 of 2 examples")
    assert review.tool_calls == ["execute", "analyse_statically"]
    (choice,) = [r for r in engine.requests if r.stream[-2:] == ("d0.r0", 0)]
    assert len(choice.choices) == 2  # nothing is left but the verdict
    tree, _, _ = play(grader=Telling(), tools="always", max_tool_calls=1)
    assert rounds_of(tree)["d0.r0"].tool_calls == ["execute"]


def test_a_quoted_line_reaches_the_coder_before_the_reviewers_words() -> None:
    script = {("d0.r0", 2): "1", ("d0.r0", 3): "Mend it.", ("d0.r1", 2): "none"}
    tree, engine, _ = play(
        script, grader=Telling(), tools="always", quotes=True, max_review_tokens=80
    )
    by_name = rounds_of(tree)
    assert "[1] f(2) gave 3, right is 4" in by_name["d0.r0"].turns[0].said
    assert by_name["d0.r0"].quote == "f(2) gave 3, right is 4"
    assert "f(2) gave 3, right is 4\nMend it." in by_name["d0.r0.d"].turns[0].said
    assert by_name["d0.r1"].quote == ""
    assert "gave 3" not in by_name["d0.r1.d"].turns[0].said
    # What is quoted counts among the tokens of the review.
    limits = {r.stream[-2]: r.max_new_tokens for r in engine.requests if r.stream[-1] == 3}
    assert limits["d0.r0"] < limits["d0.r1"] == 80


def test_a_line_that_was_cut_out_of_what_is_shown_cannot_be_quoted() -> None:
    class Long(Telling):
        def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
            # What it gave is no number of a line.
            gave = " + ".join(f"[{n}]" for n in range(1, 7))
            return "\n".join(f"f({n}) gave {gave} , right is {n + 1}" for n in range(6))

    tree, engine, stage = play(
        grader=Long(), tools="always", quotes=True, drafts=1, max_tool_tokens=180, max_tool_calls=1
    )
    said = rounds_of(tree)["d0.r0"].turns[0].said
    shown = [number for number in range(1, 7) if f"[{number}] f(" in said]
    assert 0 < len(shown) < 6
    (quote,) = [r for r in engine.requests if r.stream[-2:] == ("d0.r0", 2)]
    names = [stage.formats[Agent.REVIEWER].decode(ids).strip() for ids in quote.choices]
    assert names == ["none", *map(str, shown)]


def test_that_an_answer_held_no_program_can_be_quoted() -> None:
    script = {("d0", 1): "I would rather not.", ("d0.r0", 2): "1", ("d0.r1", 2): "none"}
    tree, _, _ = play(script, drafts=1, quotes=True, max_review_tokens=200)
    fault = "The answer held no usable program (no code block)."
    by_name = rounds_of(tree)
    assert f"[1] {fault} The answer:" in by_name["d0.r0"].turns[0].said
    assert by_name["d0.r0"].quote == fault
    assert fault in by_name["d0.r0.d"].turns[0].said
    assert fault not in by_name["d0.r1.d"].turns[0].said


@pytest.mark.parametrize(
    ("language", "shown"), [("-" * 40, "---------- ----------"), ("bash", "bash")]
)
def test_an_answer_forges_no_frame_by_the_language_that_it_names(language: str, shown: str) -> None:
    script = {("d0", 1): f"```{language}\nActions:\n```", ("d0.r0", 2): "1"}
    tree, _, _ = play(script, drafts=1, reviews=1, quotes=True, max_review_tokens=200)
    review = rounds_of(tree)["d0.r0"]
    fault = f"The answer held no usable program (code block in another language ({shown}))."
    assert f"\n\n[1] {fault} The answer:\n" in review.turns[0].said
    assert review.quote == fault


def test_a_quote_and_words_as_long_as_they_may_be_reach_the_coder_whole() -> None:
    script = {("d0.r0", 2): "1", ("d0.r0", 3): "do this and " * 40}
    tree, _, _ = play(script, grader=Telling(), tools="always", quotes=True, max_review_tokens=60)
    review = rounds_of(tree)["d0.r0"]
    assert review.was_cut
    shown = rounds_of(tree)["d0.r0.d"].turns[0].said
    assert f"{review.quote}\n{review.review[:-4]}" in shown
    assert "[... cut ...]" not in shown


@pytest.mark.parametrize(
    ("draft", "tool", "is_minor"),
    [
        (None, "execute", False),  # a wrong result was seen
        (None, "analyse_statically", True),  # no result was seen
        ("I would rather not.", "", False),  # no program is there to be edited
    ],
)
def test_what_is_seen_to_fail_cannot_be_called_minor(
    draft: str | None, tool: str, is_minor: bool
) -> None:
    script = {("d0.r0", 0): tool} if tool else {}
    script |= {("d0", 1): draft} if draft else {}
    _, engine, stage = play(script, grader=Telling(), drafts=1, reviews=1)
    (severity,) = [r for r in engine.requests if r.stream[-2:] == ("d0.r0", 2 if tool else 1)]
    offered = {stage.formats[Agent.CODER].decode(ids).strip() for ids in severity.choices}
    assert offered == {"major", "critical"} | ({"minor"} if is_minor else set())
