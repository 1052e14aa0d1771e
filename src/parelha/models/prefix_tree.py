"""The prefix tree of token sequences: each segment that several share stands in it once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(eq=False)
class Segment:
    """A node of the prefix tree: successive tokens that the same sequences share.

    Attributes:
        start: position of its first token in those sequences.
        ids: its tokens, at least one.
        members: indices of the sequences that go through it.
        before: the segments that lead to it, the first one first.
        children: what follows.
    """

    start: int
    ids: list[int]
    members: list[int]
    before: tuple["Segment", ...]
    children: list["Segment"] = field(default_factory=list)

    @property
    def stop(self) -> int:
        """Position behind its last token."""
        return self.start + len(self.ids)

    def all(self) -> Iterator["Segment"]:
        """It and all that follow, each before its children."""
        yield self
        for child in self.children:
            yield from child.all()


def outside(segments: Sequence[Segment]) -> list[Segment]:
    """What leads to segments and is none of them, each once."""
    own = set(segments)
    before = (one for segment in segments for one in segment.before if one not in own)
    return list(dict.fromkeys(before))


def in_order(
    segments: Iterable[Segment], tokens: Callable[[Segment], int], most: int
) -> Iterator[list[Segment]]:
    """Segments in their order, in groups of at most `most` tokens; a larger one is by itself."""
    group: list[Segment] = []
    size = 0
    for segment in segments:
        own = tokens(segment)
        if group and size + own > most:
            yield group
            group, size = [], 0
        group.append(segment)
        size += own
    if group:
        yield group


def build_tree(
    sequences: Mapping[int, Sequence[int]],
    min_shared: int,
    max_tokens: int,
    root: Segment | None = None,
) -> list[Segment]:
    """The segments that begin the sequences, with all others behind them.

    Args:
        sequences: by the index that `Segment.members` names; empty ones have no segment.
        min_shared: what fewer tokens share is computed for each: short segments cost more than
            they save.
        max_tokens: a longer segment is cut.
        root: what all of them begin with, if that is to be a segment; what follows becomes its
            children and is returned.
    """
    start = 0 if root is None else root.stop
    longer = (i for i, s in sequences.items() if len(s) > start)
    order = sorted(longer, key=lambda i: tuple(sequences[i]))
    before = () if root is None else (*root.before, root)
    found = _segments(sequences, order, before, (min_shared, max_tokens))
    if root is not None:
        root.children = found
    return found


def _segments(
    sequences: Mapping[int, Sequence[int]],
    order: list[int],
    before: tuple[Segment, ...],
    limits: tuple[int, int],
) -> list[Segment]:
    """What follows `before` in sequences that go through it, in lexicographic order."""
    min_shared, max_tokens = limits
    start = before[-1].stop if before else 0
    found: list[Segment] = []
    first = 0
    while first < len(order):
        one = sequences[order[first]]
        stop, last = len(one), first
        while last + 1 < len(order):
            shared = shared_until(one, sequences[order[last + 1]], start, stop)
            if shared < start + min_shared:
                break
            stop, last = shared, last + 1
        members = order[first : last + 1]
        stop = min(stop, start + max_tokens)
        segment = Segment(start, list(one[start:stop]), members, before)
        longer = [i for i in members if len(sequences[i]) > stop]
        segment.children = _segments(sequences, longer, (*before, segment), limits)
        found.append(segment)
        first = last + 1
    return found


def shared_until(one: Sequence[int], other: Sequence[int], start: int, stop: int) -> int:
    """Up to where two sequences agree that agree before `start`, `stop` at most."""
    while start < min(stop, len(other)) and one[start] == other[start]:
        start += 1
    return start
