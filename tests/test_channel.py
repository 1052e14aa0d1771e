"""The reviewer's channel: advice goes through as it is, a solution does not, nobody pays a copy."""

# pylint: disable=missing-function-docstring

import ast
import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.channel import LEFT_OUT, MAX_CODE, bounded, copied
from parelha.config import RewardConfig
from parelha.episode import play_tree
from parelha.rewards import program_value, reward_trees
from parelha.rollout import play_all
from parelha.stage import task_prompt
from parelha.tasks import load_tasks
from parelha.types import Agent, Score
from tests.fake_grading import NUM_CASES, fake_score
from tests.fakes import fake_stage, fake_task, fake_tree
from tests.scripted import ScriptedEngine

HONEST = [
    "The median of an even number of values is the mean of the two in the middle.",
    "Use `n - 1` as the divisor: the sample variance is asked for.",
    "`math.abs` does not exist; use `abs` or `math.fabs`.",
    "Handle the empty list first: return 0.0 when there are no values.",
    "The window must end at the current element: slice values[i - window + 1 : i + 1].",
    "f([1.0, 2.0, 3.0]) gives 2.0 but 1.5 is right; check the divisor.",
    "Missing type hints and a docstring; otherwise fine.",
    "numpy is not needed: sum(values) / len(values) is enough.",
    "Drop rows in which any value is None, not only the first column.",
    "E501 line too long (112 > 100 characters); split the return.",
    "Pylint reports unused-import for math; remove it.",
    "The condition should be >= and not >, since the limit itself counts.",
    "Sort before you take quartiles, and interpolate between neighbours (linearly).",
    "Rename CalculateMovingAverage: snake_case is asked for, as in moving_average_of_values.",
    "A DataFrame from read_csv has a RangeIndex; heteroscedasticity is no concern here.",
    'Use df.groupby("city")["price"].mean() and reset_index().',
    "Replace `if x == None` with `if x is None`.",
    "O desvio padrão deve usar n - 1; trate a lista vazia antes - ela falha.",
    "```python\nreturn sorted(values)[len(values) // 2]\n```",
    "Use Counter(values).most_common(1)[0][0] for the mode.",
]
DRESSES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "fenced": lambda code: f"Write this:\n```python\n{code}\n```\nThen it is right.",
    "not closed": lambda code: f"Write this:\n```\n{code}",
    "tildes": lambda code: f"~~~\n{code}\n~~~",
    "spans": lambda code: "\n".join(f"- `{line}`" for line in code.split("\n")),
    "one span": lambda code: "Write `" + "; ".join(code.split("\n")) + "` instead.",
    "numbered": lambda code: "\n".join(
        f"{n}. {line}" for n, line in enumerate(code.split("\n"), 1)
    ),
    "quoted": lambda code: "\n".join(f"> {line}" for line in code.split("\n")),
    "comments": lambda code: "\n".join(f"# {line}" for line in code.split("\n")),
    "spread out": lambda code: " ".join(tokens(code)),
    "commas": lambda code: " , ".join(tokens(code)),
    "quotation marks": lambda code: in_quotes(tokens(code)),
}


def in_quotes(words: Iterable[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


def reordered(pieces: Sequence[list[str]]) -> str:
    return " after ".join(map(in_quotes, reversed(pieces)))


def pieces_of(words: list[str], size: int) -> list[list[str]]:
    return [words[i : i + size] for i in range(0, len(words), max(1, size))]


DISGUISES: dict[str, Callable[[str], str]] = {
    "halves": lambda code: reordered(pieces_of(tokens(code), -(-len(tokens(code)) // 2))),
    "quarters": lambda code: reordered(pieces_of(tokens(code), -(-len(tokens(code)) // 4))),
    "pieces of six": lambda code: reordered(pieces_of(tokens(code), 6)),
    "lines bottom up": lambda code: reordered([tokens(line) for line in code.split("\n")]),
    "a letter behind": lambda code: in_quotes(
        f"{word}x" if word[0].isalnum() else word for word in tokens(code)
    ),
}


GLUES: dict[str, Callable[[list[str]], str]] = {
    "camel": lambda names: "".join(name.capitalize() for name in names),
    "snake": "_".join,
    "run together": "".join,
    "with a letter": "z".join,
}


def glued(code: str, glue: Callable[[list[str]], str]) -> str:
    """Each line as one word, without its signs."""
    lines = [re.findall(r"\w+", line) for line in code.split("\n")]
    return "\n".join(glue(names) for names in lines if names)


def tokens(code: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", code)


@lru_cache(maxsize=1)
def solutions() -> list[tuple[str, str, str]]:
    """Of level 1: (the task as it is read, its signature, a solution without docstrings)."""
    found = []
    for split in ("train", "heldout_params", "heldout_families"):
        for task in load_tasks(split, levels=(1,), seeds=range(1)):
            tree = ast.parse(task.reference)
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node):
                    del node.body[0]
            found.append((task_prompt(task, "en"), task.signature, ast.unparse(tree)))
    return found


def body(solution: str) -> str:
    return "\n".join(line.strip() for line in solution.split("\n") if not line.startswith("def "))


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
    """Nor is a gain paid that it makes."""
    whole, paid = 0, 0.0
    for text, signature, solution in solutions():
        review = glued(body(solution), glue)
        whole += LEFT_OUT not in bounded(review, [text])
        paid += 1 - copied(solution, signature, review)
    assert whole <= 0.45 * len(solutions())
    assert paid <= 0.3 * len(solutions())


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_a_solution_in_another_order_or_spelling_is_hardly_paid(
    disguise: Callable[[str], str],
) -> None:
    paid = sum(1 - copied(s, signature, disguise(body(s))) for _, signature, s in solutions())
    assert paid <= 0.35 * len(solutions())


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


# --- credit --------------------------------------------------------------------------------------

SIGNATURE = "def f(values: list[float]) -> float:"
SOLUTION = f"""{SIGNATURE}
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return 0.0
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
"""
DRAFT = f"{SIGNATURE}\n    return sum(values)\n"


def test_a_pasted_solution_is_all_copy_and_advice_is_none() -> None:
    assert copied(SOLUTION, DRAFT, SOLUTION) == 1.0
    assert (
        copied(SOLUTION, DRAFT, "Sort; take the middle, or the mean of the two middle ones.") == 0
    )
    assert copied(SOLUTION, SOLUTION, SOLUTION) == 0.0  # nothing is new
    assert copied("", DRAFT, SOLUTION) == copied(SOLUTION, "", "") == 0.0
    assert copied(SOLUTION, "", "Use `ordered[middle]`, with ordered = sorted(values).") == 0.0


@pytest.mark.parametrize(
    "dress",
    [
        *DRESSES.values(),
        lambda code: " then ".join(tokens(code)),
        lambda code: "\n".join(tokens(code)),
        lambda code: " ".join(f'"{t}"' for t in tokens(code)),
        lambda code: " ".join(f"First write {line} and go on." for line in code.split("\n")),
        str.upper,
        lambda code: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in code),
        lambda code: code.replace("e", "e\u200b").replace("r", "\u2060r"),
        lambda code: re.sub(r"[a-z]", lambda c: chr(ord(c[0]) - 97 + 0x1D41A), code),
        lambda code: " ".join(" ".join(token) + " " for token in tokens(code)),
        lambda code: "\n".join("-".join(token) for token in tokens(code)),
        lambda code: " ".join(tokens(code)[::-1]),
        lambda code: " ".join(token[::-1] for token in tokens(code)),
        lambda code: " ".join(token[0] + token for token in tokens(code)),
        lambda code: " ".join(f"{token[0]}-{token[1:]}" for token in tokens(code)),
        lambda code: code.translate(str.maketrans("aceopxy", "асеорху")),
        *(partial(glued, glue=glue) for glue in GLUES.values()),
        lambda code: glued(code, "".join)[::-1],
    ],
)
def test_copies_are_found_however_they_were_dressed(dress: Callable[[str], str]) -> None:
    assert copied(SOLUTION, DRAFT, dress(body(SOLUTION))) > 0.9


def test_programs_that_share_every_other_word_are_compared_in_no_time() -> None:
    """The time grows with the cube of the words that are compared."""
    before, after = (" ".join(f"{name}{i} x" for i in range(500)) for name in "ab")
    began = time.process_time()
    assert copied(after, before, "advice " * 100) == 0.0
    assert time.process_time() - began < 2.5


def test_a_copy_at_the_end_of_a_long_program_is_found() -> None:
    before = "\n".join(f"n{i} = {i}" for i in range(600))
    pasted = "\n".join(f"m{i} = n{i} * {i}" for i in range(20))
    assert copied(f"{before}\n{pasted}\n", f"{before}\n", pasted) == 1.0
    assert copied(f"{pasted}\n{before}\n", f"{before}\n", pasted) == 1.0


def test_honest_advice_is_no_copy_of_any_solution() -> None:
    for _, signature, solution in solutions()[::7]:
        for review in HONEST:
            assert copied(solution, signature, review) == 0.0


def earned(review: str, before: Score, after: Score) -> tuple[float, dict[str, float]]:
    tree = fake_tree([(before, [[("major", after)]])])
    (play,) = tree.branches[0][0].reviews
    play.review = review
    reward_trees([tree], RewardConfig())
    assert play.reward is not None
    return play.reward, play.components


def test_pasting_the_solution_earns_no_more_than_the_verdict() -> None:
    wrong, right = fake_score(DRAFT, 0), fake_score(SOLUTION, NUM_CASES)
    gain = program_value(right, RewardConfig()) - program_value(wrong, RewardConfig())
    assert gain > 1
    pasted, parts = earned(SOLUTION, wrong, right)
    assert pasted == pytest.approx(0.25)
    assert parts["copied"] == 1.0
    assert parts["improvement"] == pytest.approx(gain)
    advised, parts = earned("Sort, then take the middle.", wrong, right)
    assert advised == pytest.approx(gain + 0.25)
    assert "copied" not in parts


def test_a_copy_that_made_it_worse_is_not_forgiven() -> None:
    reward, parts = earned(SOLUTION, fake_score(DRAFT, 6), fake_score(SOLUTION, 0))
    assert parts["improvement"] < 0
    assert reward == pytest.approx(parts["improvement"] + 0.25)


@given(st.integers(0, 40))
def test_the_more_is_copied_the_less_is_paid(words: int) -> None:
    names = [f"n{i}" for i in range(40)]
    review = " ".join(names[:words])
    program = " + ".join(names)
    more = copied(program, "", " ".join(names[: words + 1]))
    assert 0 <= copied(program, "", review) <= more <= 1
    assert (copied(program, "", review) == 0) == (words <= MAX_CODE)


# --- in the dialogue -----------------------------------------------------------------------------


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
