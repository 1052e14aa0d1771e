"""N-gram lookup: proposes the next tokens of an answer, so that one pass reads several of them.

Revisions repeat most of their drafts, and drafts of a task much of each other: what followed the
last n-gram where it stood before is often what follows now. The engine reads the proposed tokens
behind the newest one and samples at each position with that position's own uniform, as it would
have one by one. A proposed token is accepted where it equals the sampled one; what follows the
first rejected one is discarded. So proposals change when a token is computed, not which. (Prompt
lookup decoding: Saxena, 2023; speculative decoding: Leviathan et al., 2023, arXiv 2211.17192.)
"""

from collections.abc import Sequence

# Tokens of an n-gram. Shorter ones match oftener and are wrong oftener: on recorded answers 59 % of
# proposed tokens were accepted in drafts and 78 % in revisions with three, 49 and 67 with two.
_NGRAM = 3
_FIRST, _LEAST = 4, 2  # length of the first proposal, and of the shortest later one

# What followed each n-gram where it stood last: a token sequence, and the position in it.
Ngrams = dict[tuple[int, ...], tuple[list[int], int]]


class NgramLookup:
    """Proposes the next tokens of one answer from its prompt, itself and other answers.

    Its own n-grams are added to those of the others.
    """

    def __init__(self, prompt_ids: Sequence[int], others: Ngrams) -> None:
        self._ids = list(prompt_ids)
        self._own: Ngrams = {}
        self._others = others
        self._longest = _FIRST
        for at in range(_NGRAM, len(self._ids)):
            self._own[tuple(self._ids[at - _NGRAM : at])] = self._ids, at

    def add(self, tokens: Sequence[int], proposed: Sequence[int]) -> None:
        """Append the tokens that were sampled after a proposal.

        The next proposal is twice as long where all of this one was accepted, else as long as its
        accepted part.
        """
        for token in tokens:
            ngram = tuple(self._ids[-_NGRAM:])
            self._own[ngram] = self._others[ngram] = self._ids, len(self._ids)
            self._ids.append(token)
        if proposed:
            accepted = len(tokens) - 1
            doubled = accepted >= len(proposed)
            self._longest = 2 * self._longest if doubled else max(_LEAST, accepted + 1)

    def propose(self, limit: int) -> list[int]:
        """The next tokens, at most `limit`; none where the last n-gram is new."""
        ngram = tuple(self._ids[-_NGRAM:])
        found = self._own.get(ngram) or self._others.get(ngram)
        if found is None:
            return []
        ids, at = found
        self._longest = min(self._longest, max(limit, _LEAST))
        return ids[at : at + min(self._longest, limit)]
