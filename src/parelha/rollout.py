"""Moves many dialogues forward together: whoever is due joins the engine's batch.

Nothing here looks at the clock. A tool or a grade is taken up a fixed number of decoding steps
after it was asked for, however long it took: the same dialogues always meet in the same batches.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from parelha.agents.turns import Engine, Request
from parelha.episode import Part

# Long enough for most tools to be done by then, short beside a dialogue.
_STEPS_FOR_A_TOOL = 8


class _Play:
    """One running part: where it stands, and who waits for it."""

    def __init__(self, part: Part, parent: "_Play | None" = None, slot: int = 0) -> None:
        self.part, self.parent, self.slot = part, parent, slot
        self.results: list[Any] = []
        self.missing = 0


@dataclass
class Stopwatch:
    """Time for which nothing could be generated because tools or grades were waited for."""

    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Add the time spent inside."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began


def play_all(parts: Sequence[Part], engine: Engine, waited: Stopwatch | None = None) -> list[Any]:
    """Play every part to its end; gives their results in order.

    An exception inside a part ends the whole play.
    """
    watch = waited or Stopwatch()
    root = _Play(iter(()))  # type: ignore[arg-type]
    root.results, root.missing = [None] * len(parts), len(parts)
    ready: deque[tuple[_Play, Any]] = deque((_Play(p, root, i), None) for i, p in enumerate(parts))
    asking: dict[int, _Play] = {}
    tools: deque[tuple[int, _Play, Future[Any]]] = deque()  # with the step at which each is due
    steps = 0
    while root.missing:
        requests: list[tuple[_Play, Request]] = []
        while ready:
            play, due = _advance(*ready.popleft(), ready)
            if isinstance(due, Request):
                requests.append((play, due))
            elif isinstance(due, Future):
                tools.append((steps + _STEPS_FOR_A_TOOL, play, due))
        tickets = engine.submit([request for _, request in requests])
        asking |= zip(tickets, (play for play, _ in requests), strict=True)
        if asking:
            steps += 1
            ready += [(asking.pop(ticket), answer) for ticket, answer in engine.step().items()]
        while tools and (tools[0][0] <= steps or not (asking or ready)):
            _, play, future = tools.popleft()
            with watch.running():
                future.exception()
            ready.append((play, future))
    return root.results


def _advance(
    play: _Play, value: Any, ready: deque[tuple[_Play, Any]]
) -> tuple[_Play, Request | Future[Any] | None]:
    """Resume one part until it waits again; what became ready by it is put behind the others.

    Returns:
        the part, and the request or the tool that it waits for, if it does.
    """
    try:
        if isinstance(value, Future):
            error = value.exception()
            due = play.part.throw(error) if error else play.part.send(value.result())
        else:
            due = play.part.send(value)
    except StopIteration as end:
        parent = play.parent
        assert parent is not None
        parent.results[play.slot] = end.value
        parent.missing -= 1
        if parent.missing == 0 and parent.parent is not None:
            ready.append((parent, parent.results))
        return play, None
    if isinstance(due, (Request, Future)):
        return play, due
    play.results, play.missing = [None] * len(due), len(due)
    ready += [(_Play(part, play, i), None) for i, part in enumerate(due)]
    return play, None
