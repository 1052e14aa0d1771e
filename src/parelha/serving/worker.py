"""One thread that owns the engine: everybody's requests in one batch, text out as it is sampled.

The contract of engines knows no streaming. It knows a stop rule, which is asked about every
beginning of an answer; so the rule tells whoever listens, and says "enough" when nobody does.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace

from parelha.closing import Closing
from parelha.engines.protocol import Completion, Engine, Request
from parelha.errors import InfrastructureError, ParelhaError

# The engine keeps prompts and n-grams of answers until it is reset. It is reset when no request is
# open and it holds these tokens of answers; at four times as many, new requests wait for the reset.
_TOKENS_TO_REMEMBER = 100_000
_PROMPT_TOKENS = 8  # take the memory of one of an answer, whose n-grams are kept too


class GivenUpError(ParelhaError):
    """Nobody waits for the answer any more."""


@dataclass(eq=False)
class Asked:
    """A request on its way; `on_text` is told the answer so far, in the worker's thread."""

    request: Request
    on_text: Callable[[str], None] | None
    future: "Future[Completion]" = field(default_factory=Future)
    given_up: bool = False

    def give_up(self) -> None:
        """Free the request's place at its next token."""
        self.given_up = True

    def heard(self, text: str) -> bool:
        """The stop rule: pass the text on; True where it is complete, or nobody listens."""
        if self.on_text is not None and not self.given_up:
            try:
                self.on_text(text)
            except Exception:  # pylint: disable=broad-exception-caught
                self.given_up = True  # a listener that fails must not end the others' answers
        inner = self.request.stop
        return self.given_up or (inner is not None and inner(text))


class Worker(Closing):
    """Answers requests from any thread.

    Args:
        engine: used by the worker's own thread alone from now on.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._new: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._under_way: dict[int, Asked] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> int:
        """Requests that the engine has taken in and not answered."""
        return len(self._under_way)

    def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Asked:
        """Take a request in; returns at once.

        Args:
            request: its stop rule, if any, is asked after `on_text`.
            on_text: told the decoded answer at each of its tokens, in the worker's thread.

        Raises:
            InfrastructureError: the worker is closed.
        """
        if self._closing:
            raise InfrastructureError("the server is shutting down")
        asked = Asked(request, on_text)
        self._new.put(asked)
        return asked

    def close(self) -> None:
        """Give up what is under way, and end the thread."""
        self._closing = True
        self._new.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            taken = self._taken()
            if self._closing:
                break
            try:
                requests = [_with_rule(asked) for asked in taken]
                tickets = self._engine.submit(requests)
                self._under_way |= zip(tickets, taken, strict=True)
                answers = self._engine.step()
            except Exception as error:  # pylint: disable=broad-exception-caught
                # Whatever it was: those who wait are told, and the next ones are answered.
                self._fail([*taken, *self._under_way.values()], error)
                self._engine.reset()
                continue
            for ticket, answer in answers.items():
                _hand_over(self._under_way.pop(ticket), answer)
            if not self._under_way and self._held > _TOKENS_TO_REMEMBER:
                self._engine.reset()
        while not self._new.empty():
            if (late := self._new.get()) is not None:
                taken.append(late)
        self._fail([*taken, *self._under_way.values()], InfrastructureError("shutting down"))

    @property
    def _held(self) -> int:
        spent = self._engine.statistics
        return spent.new_tokens + spent.prompt_tokens // _PROMPT_TOKENS

    def _taken(self) -> list[Asked]:
        """Requests that came since the last step; waits for one where there is nothing to do."""
        taken: list[Asked] = []
        if self._under_way and self._held > 4 * _TOKENS_TO_REMEMBER:
            return taken
        while True:
            try:
                asked = self._new.get(block=not (self._under_way or taken))
            except queue.Empty:
                return taken
            if asked is None:
                return taken
            if asked.given_up:
                _hand_over(asked, GivenUpError("given up before it began"))
            else:
                taken.append(asked)

    def _fail(self, asked: Sequence[Asked], error: Exception) -> None:
        self._under_way.clear()
        told = error
        if not isinstance(error, ParelhaError):
            told = InfrastructureError(f"{type(error).__name__}: {str(error)[:200]}")
        for one in asked:
            if not one.future.done():
                one.future.set_exception(told)


def _with_rule(asked: Asked) -> Request:
    """The request with the rule that listens; a choice is short, and has none."""
    if asked.request.choices:
        return asked.request
    return replace(asked.request, stop=asked.heard)


def _hand_over(asked: Asked, answer: Completion | ParelhaError) -> None:
    if isinstance(answer, ParelhaError):
        asked.future.set_exception(answer)
    else:
        asked.future.set_result(answer)


class Through:
    """The worker as an engine for one dialogue: `rollout.play_all` asks it like any other.

    Args:
        worker: whose batch the dialogue joins.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._asked: dict[int, Asked] = {}
        self._tickets = 0
        self._given_up = False

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Hand requests on.

        Raises:
            GivenUpError: nobody waits for the dialogue.
        """
        if self._given_up:
            raise GivenUpError("nobody waits for the dialogue")
        tickets = list(range(self._tickets, self._tickets + len(requests)))
        self._tickets += len(requests)
        for ticket, request in zip(tickets, requests, strict=True):
            self._asked[ticket] = self._worker.ask(request)
        return tickets

    def step(self) -> dict[int, Completion | ParelhaError]:
        """Wait for an answer; returns all that are there."""
        waiting = {asked.future: ticket for ticket, asked in self._asked.items()}
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        answers: dict[int, Completion | ParelhaError] = {}
        for future in done:
            ticket = waiting[future]
            del self._asked[ticket]
            error = future.exception()
            assert error is None or isinstance(error, ParelhaError)
            answers[ticket] = error or future.result()
        return answers

    def give_up(self) -> None:
        """End the dialogue at its next token."""
        self._given_up = True
        for asked in list(self._asked.values()):
            asked.give_up()
