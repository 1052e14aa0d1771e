"""Moves many dialogues forward together: whoever is due joins the engine's batch.

Nothing here looks at the clock. A tool's answer is taken up a fixed number of decoding steps after
it was asked for, however long it took, and grades when no turn is left: the same dialogues always
meet in the same batches.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from parelha.engines.protocol import Answering, Request
from parelha.errors import ParelhaError
from parelha.stage import Grade, Part

# Long enough for most tools to be done by then, short beside a dialogue.
_STEPS_FOR_A_TOOL = 8


class _Play:
    """One running part: where it stands, and who waits for it."""

    def __init__(self, part: Part, parent: "_Play | None" = None, slot: int = 0) -> None:
        self.part, self.parent, self.slot = part, parent, slot
        self.results: list[Any] = []
        self.missing = 0
        self.error: ParelhaError | None = None


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


def play_all(
    parts: Sequence[Part], engine: Answering, waited: Stopwatch | None = None
) -> list[Any]:
    """Play every part to its end; gives their results in order.

    An error of the project's own ends the part that it is raised in; then it is raised in the part
    that waits for that one, when the others that it waits for are done. One that no part handles,
    or any other exception, ends the whole play.
    """
    watch = waited or Stopwatch()
    root = _Play(iter(()))  # type: ignore[arg-type]
    root.results, root.missing = [None] * len(parts), len(parts)
    ready: deque[tuple[_Play, Any]] = deque((_Play(p, root, i), None) for i, p in enumerate(parts))
    asking: dict[int, _Play] = {}
    tools: deque[tuple[int, _Play, Future[Any]]] = deque()  # with the step at which each is due
    grades: deque[tuple[_Play, Future[Any]]] = deque()
    steps = 0
    while root.missing:
        requests: list[tuple[_Play, Request]] = []
        while ready:
            play, due = _advance(*ready.popleft(), ready)
            if isinstance(due, Request):
                requests.append((play, due))
            elif isinstance(due, Future):
                tools.append((steps + _STEPS_FOR_A_TOOL, play, due))
            elif isinstance(due, Grade):
                grades.append((play, due.future))
        tickets = engine.submit([request for _, request in requests])
        asking |= zip(tickets, (play for play, _ in requests), strict=True)
        if asking:
            steps += 1
            ready += [(asking.pop(ticket), answer) for ticket, answer in engine.step().items()]
        idle = not (asking or ready)
        done: list[tuple[_Play, Future[Any]]] = []
        while tools and (idle or tools[0][0] <= steps):
            done.append(tools.popleft()[1:])
        if idle and not done:
            done, grades = list(grades), deque()
        with watch.running():
            for _, future in done:
                future.exception()
        ready += done
    return root.results


def _advance(
    play: _Play, value: Any, ready: deque[tuple[_Play, Any]]
) -> tuple[_Play, Request | Future[Any] | Grade | None]:
    """Resume one part until it waits again; what became ready by it is put behind the others.

    Returns:
        the part, and the request, the tool or the grade that it waits for, if it does.
    """
    try:
        if isinstance(value, Future):
            error = value.exception()
            due = play.part.throw(error) if error else play.part.send(value.result())
        elif isinstance(value, ParelhaError):
            due = play.part.throw(value)
        else:
            due = play.part.send(value)
    except (StopIteration, ParelhaError) as end:
        parent = play.parent
        assert parent is not None
        if isinstance(end, StopIteration):
            parent.results[play.slot] = end.value
        elif parent.parent is None:
            raise
        else:
            parent.error = parent.error or end
        parent.missing -= 1
        if parent.missing == 0 and parent.parent is not None:
            ready.append((parent, parent.error or parent.results))
        return play, None
    if isinstance(due, (Request, Future, Grade)):
        return play, due
    if not due:
        ready.append((play, []))
    play.results, play.missing, play.error = [None] * len(due), len(due), None
    ready += [(_Play(part, play, i), None) for i, part in enumerate(due)]
    return play, None
