"""Action spaces, and the trie that keeps an action legal while it is sampled token by token."""

from collections import Counter
from collections.abc import Sequence

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


def legal_next(choices: Choices, prefix: Sequence[int]) -> dict[int, int]:
    """Legal tokens after `prefix`, ascending: the number of choices behind each; none at an end."""
    depth, so_far = len(prefix), tuple(prefix)
    going_on = (c for c in choices if len(c) > depth and c[:depth] == so_far)
    return dict(sorted(Counter(choice[depth] for choice in going_on).items()))
