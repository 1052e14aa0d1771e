"""Elements in no order: matched where a matching exists, however many they are."""

# pylint: disable=missing-function-docstring

from collections import Counter, OrderedDict, defaultdict
from itertools import permutations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.tasks.compare import Comparator
from parelha.tasks.matching import cost_of_matching, unmatched

FREE = Comparator(ordered=False)
ROWS = [(f"a{n % 7}", n + 0.333) for n in range(600)]


@given(st.lists(st.booleans(), min_size=16, max_size=16))
def test_a_matching_is_found_exactly_where_there_is_one(edges: list[bool]) -> None:
    def same(one: int, other: int) -> bool:
        return edges[4 * one + other]

    exists = any(all(same(n, m) for n, m in enumerate(way)) for way in permutations(range(4)))
    found = unmatched(["x"] * 4, ["x"] * 4, same)
    assert (found is None) == exists


def test_many_rows_in_another_order_are_the_same_within_tolerance() -> None:
    shuffled = [(name, value * (1 + 1e-12)) for name, value in ROWS]
    Random(0).shuffle(shuffled)
    assert FREE(ROWS, shuffled) is None
    assert Comparator()(set(ROWS), set(shuffled)) is None
    alike = Comparator(ordered=False, sequences_alike=True)
    assert alike(ROWS, [list(row) for row in shuffled]) is None
    shuffled[7] = ("a0", -1.0)
    assert FREE(ROWS, shuffled) is not None


def test_a_partner_that_is_taken_is_given_back_where_another_one_does() -> None:
    loose = Comparator(ordered=False, rel=0.05)
    assert loose([(1.0,), (1.08,)], [(1.04,), (0.97,)]) is None
    assert loose([(1.0,), (1.08,)], [(1.04,), (1.03,)]) is None
    assert loose([(1.0,), (1.08,)], [(0.98,), (0.97,)]) is not None


def test_one_large_element_does_not_make_the_small_ones_dear() -> None:
    groups = [[float(n), float(n + 1)] for n in range(60)] + [[float(n) for n in range(400)]]
    answer = [[value * (1 + 1e-9) for value in group] for group in groups[::-1]]
    assert FREE(groups, answer) is None
    answer[5][0] += 1.0
    assert FREE(groups, answer) is not None


@pytest.mark.timeout(30)  # by pairs it is minutes
def test_thousands_of_elements_of_their_own_outlines_are_matched_at_once() -> None:
    words = [f"word{n}" for n in range(60_000)]
    assert cost_of_matching(words, words[::-1], [1] * len(words)) == len(words)
    assert unmatched(words, words[::-1], lambda n, m: True) is None


@pytest.mark.parametrize(
    "given_as", [defaultdict(list, a=[1]), OrderedDict(a=[1]), Counter(a=3)], ids=repr
)
def test_what_arrives_as_a_dict_is_compared_as_one(given_as: Any) -> None:
    assert Comparator()(given_as, dict(given_as)) is None
    assert Comparator()(given_as, {"b": 1}) is not None


def test_sequences_are_alike_in_both_directions() -> None:
    alike = Comparator(sequences_alike=True)
    kinds = [np.array([1.0, 2.0]), [1.0, 2.0], (1.0, 2.0)]
    for one in kinds:
        for other in kinds:
            assert alike(one, other) is None
    assert alike(np.array([1.0, 2.0]), [1.0, 3.0]) is not None
    assert alike(np.array([[1.0, 2.0]]), [[1.0, 2.0]]) is not None
    assert Comparator()(np.array([1.0, 2.0]), [1.0, 2.0]) is not None
