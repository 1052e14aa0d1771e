"""The reviewer's channel: advice goes through as it is, a solution does not."""

# pylint: disable=missing-function-docstring

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.channel import LEFT_OUT, MAX_CODE, bounded
from parelha.episode import play_tree
from parelha.rollout import play_all
from parelha.types import Agent
from tests.dresses import DRESSES, GLUES, HONEST, SOLUTION, body, glued, solutions
from tests.fakes import fake_stage, fake_task
from tests.scripted import ScriptedEngine


@pytest.mark.parametrize("review", HONEST)
def test_advice_reaches_the_coder_as_it_was_written(review: str) -> None:
    assert bounded(review, ()) == review


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES)
def test_a_solution_does_not_come_through_however_it_is_dressed(
    dress: Callable[[str], str],
) -> None:
    """All but the shortest of level 1: a body of one expression is what advice looks like."""
    whole = 0
    for text, _, solution in solutions():
        shown = bounded(dress(body(solution)), [text])
        whole += LEFT_OUT not in shown
    assert len(solutions()) > 280
    assert whole <= 0.2 * len(solutions())


@pytest.mark.parametrize("glue", GLUES.values(), ids=GLUES)
def test_a_solution_does_not_come_through_as_one_word_a_line(
    glue: Callable[[list[str]], str],
) -> None:
    shown = (bounded(glued(body(solution), glue), [text]) for text, _, solution in solutions())
    assert sum(LEFT_OUT not in review for review in shown) <= 0.45 * len(solutions())


def test_a_known_name_is_one_however_many_words_it_has() -> None:
    name = "the_mean_of_all_values_in_a_window_of_a_fixed_size_from_the_left"
    review = f"`{name} = 1` is wrong, and so is `{name} += 2`."
    assert bounded(review, [name]) == review
    assert bounded(review, ()) == f"{LEFT_OUT} is wrong, and so is {LEFT_OUT}."


def test_what_the_coder_knows_may_be_quoted() -> None:
    draft = (
        "def f(xs):\n    total = sum(abs(x - 1) for x in xs if x != 0)\n"
        "    return total / (len(xs) - 2)"
    )
    told = "f([1, 2, 3, 4]) gave -2.5, right is 1.25\nf([0, 0, 7, 7]) gave 1.0, right is 3.5"
    review = f"In `{draft.split(chr(10))[1].strip()}` the centre is wrong.\n{told}"
    assert bounded(review, [draft, told]) == review
    assert bounded(review, []) != review


def test_code_is_left_out_whole_and_words_stay() -> None:
    long = "total = sum((a - b) ** 2 for a, b in zip(xs, ys)) / max(1, len(xs) - 1)"
    review = f"Start anew:\n{long}\nMind the empty list, return 0.0 there. Use `n - 1`."
    shown = bounded(review, ())
    assert shown == f"Start anew:\n{LEFT_OUT}\nMind the empty list, return 0.0 there. Use `n - 1`."


def test_many_small_pieces_share_one_bound() -> None:
    review = " ".join(f"Then write `a{n} = b{n}`." for n in range(20))
    shown = bounded(review, ())
    whole = MAX_CODE // 3  # a name, a sign and a name each
    words = [f"`a{n} = b{n}`" if n < whole else LEFT_OUT for n in range(20)]
    assert shown == " ".join(f"Then write {word}." for word in words)


@given(st.text("abc =(){}[]`~\n.,:_1\"'#-", max_size=150))
def test_any_text_is_bounded_and_only_shortened(text: str) -> None:
    shown = bounded(text, ())
    for piece in shown.split(LEFT_OUT):
        assert piece in text
    assert shown.count("=") <= MAX_CODE
    assert bounded(text, [text]) == text


def test_the_coder_is_not_shown_a_pasted_solution() -> None:
    stage = fake_stage(drafts=1, reviews=1, max_review_tokens=400)
    pasted = f"Use this:\n```python\n{SOLUTION}```\nand mind zero."
    engine = ScriptedEngine(stage.formats[Agent.CODER], {("d0.r0", 2): pasted})
    (tree,) = play_all([play_tree(fake_task(), stage)], engine)
    review, revision = tree.episodes[0].reviews[0], tree.episodes[0].final
    assert review.review == f"Use this:\n{LEFT_OUT}\nand mind zero."
    assert review.turns[-1].answer == pasted  # on record, and trained on, as it was written
    assert "ordered" not in revision.turns[0].said
    assert f"{LEFT_OUT}\nand mind zero." in revision.turns[0].said


def test_a_tools_output_may_be_handed_on() -> None:
    stage = fake_stage(drafts=1, reviews=1, max_review_tokens=400)
    told = "f([1, 2], [3, 4], x=5) == 17 but f([1, 2], [3, 4], x=6) == 18 is right"
    stage.grader.execute_examples = lambda *_: told  # type: ignore[method-assign]
    script = {("d0.r0", 0): "execute", ("d0.r0", 3): f"It says {told}."}
    (tree,) = play_all(
        [play_tree(fake_task(), stage)], ScriptedEngine(stage.formats[Agent.CODER], script)
    )
    assert tree.episodes[0].reviews[0].review == f"It says {told}."
