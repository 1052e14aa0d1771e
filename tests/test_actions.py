"""Action spaces as token ids, and the trie that keeps a choice legal."""

# pylint: disable=missing-function-docstring

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.agents.actions import encode_choices, legal_next
from parelha.types import SEVERITIES, CoderAction, ReviewerAction
from tests.fakes import tiny_format

CHOICES = st.lists(
    st.lists(st.integers(0, 3), min_size=3, max_size=3).map(tuple), min_size=1, unique=True
).map(tuple)


@pytest.mark.parametrize(
    "names",
    [[a.value for a in CoderAction], [a.value for a in ReviewerAction], list(SEVERITIES)],
)
def test_names_begin_with_the_space_before_them(names: list[str]) -> None:
    form = tiny_format()
    choices = encode_choices(form, names)
    assert [form.decode(ids) for ids in choices] == [" " + name for name in names]


def test_a_name_that_begins_another_is_refused() -> None:
    def tokenizer(text: str, **_: Any) -> Any:
        return SimpleNamespace(input_ids=list(text.encode()))

    form = replace(tiny_format(), tokenizer=cast(Any, tokenizer))
    with pytest.raises(ValueError, match="is a token prefix"):
        encode_choices(form, ["run", "run_all"])
    with pytest.raises(ValueError, match="is a token prefix"):
        encode_choices(form, ["run", "run"])


@given(CHOICES)
def test_legal_tokens_lead_to_every_choice_and_to_nothing_else(
    choices: tuple[tuple[int, ...], ...],
) -> None:
    def reach(prefix: tuple[int, ...]) -> set[tuple[int, ...]]:
        legal = legal_next(choices, prefix)
        if not legal:
            return {prefix}
        assert list(legal) == sorted(legal)
        found: set[tuple[int, ...]] = set()
        for token, count in legal.items():
            below = reach((*prefix, token))
            assert len(below) == count
            found |= below
        return found

    assert reach(()) == set(choices)


def test_an_illegal_prefix_has_no_continuation() -> None:
    assert not legal_next(((1, 2), (1, 3)), (4,))
