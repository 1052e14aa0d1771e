"""Packs: a prefix tree in which every token sees its own sequence and nothing else."""

# pylint: disable=missing-function-docstring

import torch
from hypothesis import given
from hypothesis import strategies as st

from parelha.learning.packing import pack_sequences

SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7), min_size=1, max_size=8)


@given(SEQUENCES, st.integers(1, 30))
def test_members_spell_their_sequences(sequences: list[list[int]], budget: int) -> None:
    packs = pack_sequences(sequences, budget)
    found = {}
    for pack in packs:
        for index, nodes in pack.members:
            assert index not in found
            found[index] = pack.ids[nodes].tolist()
            assert pack.positions[nodes].tolist() == list(range(len(nodes)))
    assert found == dict(enumerate(sequences))


@given(SEQUENCES, st.integers(1, 30))
def test_every_node_sees_exactly_its_ancestors(sequences: list[list[int]], budget: int) -> None:
    for pack in pack_sequences(sequences, budget):
        ancestors: dict[int, set[int]] = {}
        for _, nodes in pack.members:
            path = nodes.tolist()
            for depth, node in enumerate(path):
                seen = set(path[: depth + 1])
                assert ancestors.setdefault(node, seen) == seen  # one way to reach each node
        assert sorted(ancestors) == list(range(len(pack.ids)))
        for node, seen in ancestors.items():
            assert set(pack.mask[node].nonzero()[:, 0].tolist()) == seen


@given(SEQUENCES, st.integers(1, 30))
def test_a_pack_holds_no_more_than_its_budget_unless_one_sequence_does(
    sequences: list[list[int]], budget: int
) -> None:
    for pack in pack_sequences(sequences, budget):
        assert len(pack.ids) <= budget or len(pack.members) == 1


@given(SEQUENCES)
def test_in_one_pack_a_shared_prefix_stands_once(sequences: list[list[int]]) -> None:
    pack = pack_sequences(sequences, 10_000)[0]
    prefixes = {tuple(s[: n + 1]) for s in sequences for n in range(len(s))}
    assert len(pack.ids) == len(prefixes)


def test_equal_sequences_share_every_node() -> None:
    pack = pack_sequences([[1, 2], [1, 2]], 100)[0]
    assert pack.ids.tolist() == [1, 2]
    assert sorted(index for index, _ in pack.members) == [0, 1]
    assert torch.equal(pack.members[0][1], pack.members[1][1])


def test_no_sequences_give_no_packs() -> None:
    assert not pack_sequences([], 10)
