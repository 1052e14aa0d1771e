"""A tree of segments: every token once, and the gradient that whole sequences have."""

# pylint: disable=missing-function-docstring

from typing import Any

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from parelha.learning.tree import Segment, TreeGradient, build_tree
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import tiny_policy

SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7), max_size=8)
CODER = Agent.CODER


def walk(segments: list[Segment]) -> list[Segment]:
    return [s for segment in segments for s in (segment, *walk(segment.children))]


@given(SEQUENCES)
def test_members_spell_their_sequences_and_every_shared_token_stands_once(
    sequences: list[list[int]],
) -> None:
    roots = build_tree(dict(enumerate(sequences)))
    spelled: dict[int, list[int]] = {i: [] for i in range(len(sequences))}
    for segment in walk(roots):
        assert segment.ids
        for member in segment.members:
            assert len(spelled[member]) == segment.start
            spelled[member] += segment.ids
        assert len({child.ids[0] for child in segment.children}) == len(segment.children)
    assert spelled == dict(enumerate(sequences))
    prefixes = {tuple(s[: n + 1]) for s in sequences for n in range(len(s))}
    assert sum(root.tokens for root in roots) == len(prefixes)
    assert max((r.longest for r in roots), default=0) == max(map(len, sequences), default=0)


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
    st.sampled_from([1, 4, 100]),
)
def test_the_gradient_is_that_of_whole_sequences(
    sequences: list[list[int]], max_tokens: int
) -> None:
    policy = tiny_policy()
    policy.activate(CODER)
    expected = plain_gradient(policy, sequences)

    TreeGradient(policy, CODER, every_token, max_tokens).add(build_tree(dict(enumerate(sequences))))
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

    TreeGradient(policy, CODER, loss, 100).add(build_tree(dict(enumerate(ids))))
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
    TreeGradient(policy, CODER, every_token, 100).add(build_tree(dict(enumerate(sequences))))
    for name, gradient in taken(policy).items():
        torch.testing.assert_close(gradient, expected[name], atol=1e-4, rtol=1e-3)


def test_no_sequences_have_no_segments() -> None:
    assert not build_tree({})
    assert not build_tree({0: []})
