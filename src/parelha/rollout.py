"""Moves many dialogues forward together, so that the turns which are due at once share a batch."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from parelha.agents.turns import Engine, Request
from parelha.episode import Part


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

    Batches are formed from what is due when nothing else can move, never from the clock, so the
    same parts always meet the same batches. An exception inside a part ends the whole play.
    """
    root = _Play(iter(()))  # type: ignore[arg-type]
    root.results, root.missing = [None] * len(parts), len(parts)
    ready: list[tuple[_Play, Any]] = [(_Play(part, root, i), None) for i, part in enumerate(parts)]
    asking: list[tuple[_Play, Request]] = []
    waiting: list[tuple[_Play, Future[Any]]] = []
    while root.missing:
        while ready:
            play, value = ready.pop(0)
            ready += _advance(play, value, asking, waiting)
        if waiting:
            # Tools first: the turns that follow them then join the next batch.
            with (waited or Stopwatch()).running():
                wait([future for _, future in waiting])
            ready, waiting = list(waiting), []
        elif asking:
            due_requests, asking = asking, []
            answers = engine.generate([request for _, request in due_requests])
            ready = [(p, a) for (p, _), a in zip(due_requests, answers, strict=True)]
    return root.results


def _advance(
    play: _Play,
    value: Any,
    asking: list[tuple[_Play, Request]],
    waiting: list[tuple[_Play, "Future[Any]"]],
) -> list[tuple[_Play, Any]]:
    """Resume one part until it waits again; gives the plays that became ready by it."""
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
        done = parent.missing == 0 and parent.parent is not None
        return [(parent, parent.results)] if done else []
    if isinstance(due, Request):
        asking.append((play, due))
        return []
    if isinstance(due, Future):
        waiting.append((play, due))
        return []
    play.results, play.missing = [None] * len(due), len(due)
    return [(_Play(part, play, i), None) for i, part in enumerate(due)]
