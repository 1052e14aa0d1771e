"""Answers of an engine, kept in a file, so that what was interrupted need not generate them again.

A dialogue is a function of its answers, so an evaluation that was killed plays what it had done
from them, and is the same evaluation. Only answers are read: everything else is computed anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from parelha.engines.protocol import Answering, Completion, Request
from parelha.errors import ParelhaError
from parelha.files import make_folder, write_atomic

_ANSWERS = TypeAdapter(dict[str, Completion])


class KeptAnswers:
    """An engine's answers to the requests of one play, which are asked of it only once.

    Requests that are on record are answered from there. All others go to the engine: those of
    another play, of a file that cannot be read, and those that were answered by an error. There is
    no file before the first `keep`.
    """

    def __init__(self, engine: Answering, path: Path) -> None:
        self._engine, self._path = engine, path
        self._known = _read(path)
        self._written = bool(self._known)
        self._due: dict[int, Completion] = {}
        self._asked: dict[int, tuple[int, str]] = {}
        self._tickets = 0

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in, as `Answering.submit`."""
        tickets = [self._tickets + i for i in range(len(requests))]
        self._tickets += len(requests)
        new: list[tuple[int, str, Request]] = []
        for ticket, request in zip(tickets, requests, strict=True):
            key = _key(request)
            if key in self._known:
                self._due[ticket] = self._known[key]
            else:
                new.append((ticket, key, request))
        if new:
            self._written = False
        asked = self._engine.submit([request for _, _, request in new])
        self._asked |= {
            its: (ticket, key) for its, (ticket, key, _) in zip(asked, new, strict=True)
        }
        return tickets

    def step(self) -> Mapping[int, Completion | ParelhaError]:
        """Give what is on record, and let the engine go on, as `Answering.step`."""
        answered: dict[int, Completion | ParelhaError] = dict(self._due)
        self._due = {}
        for its, answer in self._engine.step().items() if self._asked else ():
            ticket, key = self._asked.pop(its)
            answered[ticket] = answer
            if isinstance(answer, Completion):
                self._known[key] = answer
        return answered

    def keep(self) -> None:
        """Write all answers, where some of them are not on the disk yet.

        Raises:
            UsageError: the file cannot be written.
        """
        if not self._written:
            make_folder(self._path.parent)
            write_atomic(self._path, _ANSWERS.dump_json(self._known))
            self._written = True


def _key(request: Request) -> str:
    """What an answer depends on, weights apart; `stop` is the rule of the turn in `stream`."""
    return sha256(repr(replace(request, stop=None)).encode()).hexdigest()


def _read(path: Path) -> dict[str, Completion]:
    try:
        return _ANSWERS.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return {}  # none were kept, or someone changed them: they can be generated again
