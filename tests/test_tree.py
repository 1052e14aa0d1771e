"""A tree of segments: every token once, and the gradient that whole sequences have."""

# pylint: disable=missing-function-docstring

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from parelha.learning import tree
from parelha.learning.tree import TreePasses
from parelha.models.policy import Policy
from parelha.models.prefix_tree import Segment, build_tree
from parelha.types import Agent
from tests.fakes import tiny_policy

pytestmark = pytest.mark.slow

SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7), max_size=8)
CODER = Agent.CODER


def walk(roots: list[Segment]) -> list[Segment]:
    return [segment for root in roots for segment in root.all()]


@given(SEQUENCES, st.integers(1, 4), st.integers(1, 9))
def test_members_spell_their_sequences(
    sequences: list[list[int]], min_shared: int, max_tokens: int
) -> None:
    roots = build_tree(dict(enumerate(sequences)), min_shared, max_tokens)
    spelled: dict[int, list[int]] = {i: [] for i in range(len(sequences))}
    for segment in walk(roots):
        assert 1 <= len(segment.ids) <= max_tokens
        assert [s.stop for s in segment.before] == [s.start for s in (*segment.before, segment)[1:]]
        for member in segment.members:
            assert all(member in s.members for s in segment.before)
            assert len(spelled[member]) == segment.start
            spelled[member] += segment.ids
    assert spelled == dict(enumerate(sequences))


@given(SEQUENCES)
def test_every_shared_token_stands_once_where_all_sharing_counts(
    sequences: list[list[int]],
) -> None:
    prefixes = {tuple(s[: n + 1]) for s in sequences for n in range(len(s))}
    roots = build_tree(dict(enumerate(sequences)), 1, 100)
    assert sum(len(s.ids) for s in walk(roots)) == len(prefixes)


@given(SEQUENCES, st.integers(2, 5))
def test_what_few_tokens_share_is_no_segment_of_its_own(
    sequences: list[list[int]], min_shared: int
) -> None:
    for segment in walk(build_tree(dict(enumerate(sequences)), min_shared, 100)):
        assert len(segment.members) == 1 or len(segment.ids) >= min_shared


def direction(member: int, position: int) -> Tensor:
    generator = torch.Generator().manual_seed(1000 * member + position)
    return torch.randn(16, generator=generator)


def plain_gradient(policy: Policy, sequences: list[list[int]]) -> dict[str, Tensor]:
    """Whole sequences, one by one: each hidden state is drawn into a direction of its own."""
    for member, ids in enumerate(sequences):
        hidden: Any = policy.decoder(CODER)(input_ids=torch.tensor([ids])).last_hidden_state[0]
        loss = sum((row[:16] * direction(member, at)).tanh().sum() for at, row in enumerate(hidden))
        loss.backward()
    return taken(policy)


def every_token(group: list[Segment], hidden: Tensor) -> Tensor:
    """The loss of `plain_gradient`, segment by segment."""
    total, first = torch.zeros(()), 0
    for segment in group:
        for member in segment.members:
            for i in range(len(segment.ids)):
                row = hidden[first + i][:16] * direction(member, segment.start + i)
                total = total + row.tanh().sum()
        first += len(segment.ids)
    return total


def taken(policy: Policy) -> dict[str, Tensor]:
    found = {}
    for name, parameter in policy.parameters(CODER).items():
        found[name] = torch.zeros(()) if parameter.grad is None else parameter.grad.clone()
        parameter.grad = None
    return found


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7), min_size=1, max_size=5),
    st.sampled_from([1, 3]),
    st.sampled_from([1, 4, 100]),
    st.sampled_from([(4096, 8192), (3, 5)]),
)
def test_the_gradient_is_that_of_whole_sequences(
    sequences: list[list[int]], min_shared: int, max_tokens: int, limits: tuple[int, int]
) -> None:
    policy = tiny_policy()
    policy.activate(CODER)
    expected = plain_gradient(policy, sequences)
    roots = build_tree(dict(enumerate(sequences)), min_shared, max_tokens)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "_KEPT_TOKENS", limits[0])
        patch.setattr(tree, "_SEEN_TOKENS", limits[1])
        TreePasses(policy, CODER, max_tokens).add_gradient(roots, every_token)
    for name, gradient in taken(policy).items():
        torch.testing.assert_close(gradient, expected[name], atol=1e-4, rtol=1e-3)


def test_segments_without_a_loss_still_carry_the_gradient_of_what_follows() -> None:
    policy = tiny_policy()
    policy.activate(CODER)
    ids = [[5, 6, 7, 8], [5, 6, 9]]
    only_last = [3, 2]

    def loss(group: list[Segment], hidden: Tensor) -> Tensor | None:
        rows, first = [], 0
        for segment in group:
            for member in segment.members:
                if segment.start <= only_last[member] < segment.stop:
                    rows.append(hidden[first + only_last[member] - segment.start])
            first += len(segment.ids)
        return torch.stack(rows).pow(3).sum() if rows else None

    TreePasses(policy, CODER, 100).add_gradient(build_tree(dict(enumerate(ids)), 1, 100), loss)
    found = taken(policy)
    for one in ids:
        hidden: Any = policy.decoder(CODER)(input_ids=torch.tensor([one])).last_hidden_state
        hidden[0, -1].pow(3).sum().backward()
    for name, gradient in taken(policy).items():
        assert float(gradient.abs().max()) > 0
        torch.testing.assert_close(found[name], gradient, atol=1e-4, rtol=1e-3)


def test_keys_that_depend_on_no_adapter_need_no_gradient() -> None:
    policy = tiny_policy(adapter_targets=("q_proj", "o_proj"))
    policy.activate(CODER)
    sequences = [[1, 2, 0], [1, 2, 1, 0]]
    expected = plain_gradient(policy, sequences)
    roots = build_tree(dict(enumerate(sequences)), 1, 100)
    TreePasses(policy, CODER, 100).add_gradient(roots, every_token)
    for name, gradient in taken(policy).items():
        torch.testing.assert_close(gradient, expected[name], atol=1e-4, rtol=1e-3)


def test_no_sequences_have_no_segments() -> None:
    assert not build_tree({}, 1, 100)
    assert not build_tree({0: []}, 1, 100)


def test_the_activations_of_one_pass_alone_are_held() -> None:
    policy = tiny_policy()
    policy.activate(CODER)
    seen: list[int] = []

    def loss(group: list[Segment], hidden: Tensor) -> Tensor:
        seen.append(sum(len(segment.ids) for segment in group))
        return hidden.sum()

    roots = build_tree({0: [1, 2, 3, 4, 5, 6, 7], 1: [1, 2, 3, 9]}, 1, 3)
    TreePasses(policy, CODER, 3).add_gradient(roots, loss)
    assert seen == [2, 3, 3]


def test_the_gradient_is_the_same_where_a_pass_has_one_mask() -> None:
    policy = tiny_policy()
    policy.activate(CODER)
    sequences = [[1, 2, 3, 4, 5, 6], [1, 2, 3, 9], [1, 2, 3, 9, 8, 7], [4, 4]]
    expected = plain_gradient(policy, sequences)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policy, "supports_varlen", lambda agent: False)
        roots = build_tree(dict(enumerate(sequences)), 1, 4)
        TreePasses(policy, CODER, 4).add_gradient(roots, every_token)
    for name, gradient in taken(policy).items():
        torch.testing.assert_close(gradient, expected[name], atol=1e-4, rtol=1e-3)


def test_a_pass_holds_only_so_many_copies_of_what_its_segments_see(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tree, "_SEEN_TOKENS", 20)
    policy = tiny_policy()
    policy.activate(CODER)
    groups: list[list[int]] = []

    def loss(group: list[Segment], hidden: Tensor) -> Tensor:
        groups.append([segment.stop for segment in group])
        return hidden.sum()

    begun = list(range(1, 9))
    roots = build_tree({i: [*begun, 20 + i] for i in range(5)}, 1, 8)
    TreePasses(policy, CODER, 8).add_gradient(roots, loss)
    assert groups == [[9, 9], [9, 9], [9], [8]]
