"""Action spaces, and the trie that keeps an action legal while it is sampled token by token."""

from collections.abc import Sequence
from dataclasses import dataclass

from parelha.agents.formats import Format

Choices = tuple[tuple[int, ...], ...]


def encode_choices(form: Format, names: Sequence[str]) -> Choices:
    """Token ids of each name with the space before it.

    The prompt ends before that space: tokenizers of the GPT family bind a space to the word that
    follows, so a prompt that held it would never meet the ids seen in training.

    Raises:
        ValueError: two names share all ids, or one is a prefix of another, so that an answer
            would be ambiguous.
    """
    choices = tuple(tuple(form.word_ids(name)) for name in names)
    for i, one in enumerate(choices):
        for j, other in enumerate(choices):
            if i != j and other[: len(one)] == one:
                raise ValueError(f"{names[i]!r} is a token prefix of {names[j]!r}")
    return choices


@dataclass(frozen=True)
class Legal:
    """What may come next in a choice.

    Attributes:
        ids: legal next tokens, in ascending order.
        counts: how many choices go on with each of them.
    """

    ids: tuple[int, ...]
    counts: tuple[int, ...]


def legal_next(choices: Choices, prefix: Sequence[int]) -> Legal:
    """Legal tokens after `prefix`, with the number of choices behind each; empty at an end."""
    counts: dict[int, int] = {}
    depth = len(prefix)
    for choice in choices:
        if len(choice) > depth and choice[:depth] == tuple(prefix):
            counts[choice[depth]] = counts.get(choice[depth], 0) + 1
    ordered = sorted(counts)
    return Legal(tuple(ordered), tuple(counts[i] for i in ordered))
