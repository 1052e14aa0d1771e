"""Elements in no order, matched with those that are the same within a tolerance."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import cache


def cost_of_matching(expected: Sequence[str], actual: Sequence[str], sizes: Sequence[int]) -> int:
    """Values that may have to be compared: only those of elements of equal outlines are."""
    others = Counter(actual)
    return sum(size * others[one] for one, size in zip(expected, sizes, strict=True))


def unmatched(
    expected: Sequence[str], actual: Sequence[str], same: Callable[[int, int], bool]
) -> int | None:
    """The place of an element that gets no partner, however others are matched; None where all do.

    By augmenting paths (Berge, PNAS 43, 1957): a partner that is taken is had by finding another
    one for whoever has it.

    Args:
        expected: the outline of each element that needs a partner; elements of different outlines
            are never the same.
        actual: of each that may be one.
        same: whether two elements are, by their places.
    """
    alike: dict[str, list[int]] = {}
    for place, outline in enumerate(actual):
        alike.setdefault(outline, []).append(place)
    known = cache(same)
    owners: dict[int, int] = {}  # by partner
    has: dict[int, int] = {}  # the partner of each owner

    def is_placed(place: int, partners: Sequence[int]) -> bool:
        """Find a partner for an element, moving others where that helps; whether there is one."""
        asked_by: dict[int, int] = {}
        asking = deque([place])
        while asking:
            who = asking.popleft()
            for partner in partners:
                if partner in asked_by or not known(who, partner):
                    continue
                asked_by[partner] = who
                if partner in owners:
                    asking.append(owners[partner])
                    continue
                free: int | None = partner
                while free is not None:
                    owner = owners[free] = asked_by[free]
                    given_up = has.get(owner)
                    has[owner] = free
                    free = given_up
                return True
        return False

    for place, outline in enumerate(expected):
        if not is_placed(place, alike.get(outline, [])):
            return place
    return None
