"""Nobody pays for a copy, however it is dressed, and honest advice is none."""

# pylint: disable=missing-function-docstring, protected-access

import re
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents import channel
from parelha.agents.channel import MAX_CODE, copied
from parelha.config import RewardConfig
from parelha.rewards import program_value, reward_trees
from parelha.types import Score
from tests.dresses import (
    DISGUISES,
    DRAFT,
    DRESSES,
    GLUES,
    HONEST,
    SOLUTION,
    SPELLINGS,
    body,
    glued,
    solutions,
    tokens,
)
from tests.fake_grading import NUM_CASES, fake_score
from tests.fakes import fake_tree


@pytest.mark.parametrize("glue", GLUES.values(), ids=GLUES)
def test_a_solution_as_one_word_a_line_is_hardly_paid(glue: Callable[[list[str]], str]) -> None:
    paid = sum(1 - copied(s, signature, glued(body(s), glue)) for _, signature, s in solutions())
    assert paid <= 0.3 * len(solutions())


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_a_solution_in_another_order_or_spelling_is_hardly_paid(
    disguise: Callable[[str], str],
) -> None:
    paid = sum(1 - copied(s, signature, disguise(body(s))) for _, signature, s in solutions())
    assert paid <= 0.35 * len(solutions())


@pytest.mark.parametrize(
    ("spelling", "order"),
    [(name, order) for name in SPELLINGS for order in (1, -1) if (name, order) != ("space", -1)],
)
def test_a_solution_in_words_is_hardly_paid_however_its_names_are_spelled(
    spelling: str, order: int
) -> None:
    paid = [
        1 - copied(solution, signature, " ".join(map(SPELLINGS[spelling], names[::order])))
        for _, signature, solution in solutions()[::3]
        if len(names := re.findall(r"[^\W_]+", body(solution))) > 20
    ]
    assert len(paid) > 35
    assert sum(paid) <= 0.1 * len(paid)


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


class Word(str):
    """A word that counts how often it is compared with another."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Word.compared += 1
        return str.__eq__(self, other)


@given(*[st.lists(st.sampled_from("abcd"), max_size=12)] * 2)
def test_what_is_new_is_all_but_the_longest_common_subsequence(old: list[str], new: str) -> None:
    found = channel._added(old, new)
    rest = iter(new)
    assert all(word in rest for word in found)
    row = [0] * (len(old) + 1)
    for word in new:
        last, row = row, [0]
        for j, also in enumerate(old):
            row.append(last[j] + 1 if word == also else max(last[j + 1], row[j]))
    assert len(found) == len(new) - row[-1]


def test_no_two_words_of_long_programs_are_compared_and_few_letters_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = ([Word(w) for i in range(2000) for w in (f"{n}{i}", "x")] for n in "ab")
    assert channel._added(old, new) == new[::2]
    assert Word.compared <= len(old) + len(new)
    read: list[int] = []

    def seen(letters: str, readings: Sequence[str]) -> float:
        read.append(len(letters) * sum(map(len, readings)))
        return 0.0

    monkeypatch.setattr(channel, "_in_order", seen)
    copied(" ".join(new), " ".join(old), "advice " * 9000)
    copied("total = " * 9000, "", "x" * 90_000)
    assert 0 < max(read) <= 500 * 1000 * 5


def test_a_copy_at_the_end_of_a_long_program_is_found() -> None:
    before = "\n".join(f"n{i} = {i}" for i in range(600))
    pasted = "\n".join(f"m{i} = n{i} * {i}" for i in range(20))
    assert copied(f"{before}\n{pasted}\n", f"{before}\n", pasted) == 1.0
    assert copied(f"{pasted}\n{before}\n", f"{before}\n", pasted) == 1.0


def test_honest_advice_is_no_copy_of_any_solution() -> None:
    for _, signature, solution in solutions()[::7]:
        for review in HONEST:
            assert copied(solution, signature, review) == 0.0


def test_much_honest_advice_is_hardly_a_copy() -> None:
    """Four pieces of it in one review, with what they quote."""
    taken = [
        copied(solution, signature, " ".join(HONEST[i::5]))
        for _, signature, solution in solutions()[::7]
        for i in range(5)
    ]
    assert sum(taken) <= 0.01 * len(taken)


def test_comments_are_no_copy() -> None:
    advice = "Take the middle of the sorted values; of an even number of them, the mean of two."
    said = [f"# {advice}", "text = '#'", f"y = 1  # {advice}"]
    assert copied("\n".join([*said, SOLUTION]), DRAFT, advice) == 0.0
    assert copied("\n".join([*said, SOLUTION]), DRAFT, f"{advice} {SOLUTION}") == 1.0
    assert copied(SOLUTION.replace("(values)", "('#', values)"), DRAFT, SOLUTION) == 1.0


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
    program = "\n".join(names)
    more = copied(program, "", " ".join(names[: words + 1]))
    assert 0 <= copied(program, "", review) <= more <= 1
    assert (copied(program, "", review) == 0) == (words <= MAX_CODE)
