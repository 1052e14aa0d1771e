"""A small fake of the servers' protocol, over real HTTP on this machine, and requests to it."""

# pylint: disable=missing-function-docstring

import json
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from parelha.agents.actions import encode_choices
from parelha.engines.protocol import Completion, Request
from parelha.engines.server import ServerEngine
from parelha.errors import ParelhaError
from parelha.types import Agent
from tests.fakes import tiny_format

FORM = tiny_format()
NAMES = ("analyse_statically", "execute", "approve")
PROGRAM = "Here:\n```python\nx = 1\n```\nThat was it."
Reply = Callable[[dict[str, Any]], Any]


class FakeServer(ThreadingHTTPServer):
    """Speaks the protocol; `reply` makes the answer to a completion's request, or its status and
    bytes.

    Attributes:
        asked: bodies of the requests for a completion, in the order in which they came.
        faults: (HTTP status, answer) of the next requests, whatever they ask; status 0 hangs up.
        told: what it says of each model, besides name and owner.
        props: what it says of itself, as llama.cpp does; None says nothing.
    """

    def __init__(self, owner: str, models: Sequence[str], reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner, self.models, self.reply = owner, models, reply
        self.asked: list[dict[str, Any]] = []
        self.faults: list[tuple[int, bytes]] = []
        self.told: dict[str, Any] = {}
        self.props: Any = None
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        told = {"owned_by": self.server.owner, **self.server.told}
        found = [{"id": name, **told} for name in self.server.models]
        listed = {"object": "list", "data": found}
        self._answer({"/v1/models": listed, "/props": self.server.props}.get(self.path))

    def do_POST(self) -> None:  # pylint: disable=invalid-name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/v1/completions":
            self.server.asked.append(body)
            self._answer(self.server.reply(body))
        else:
            self._answer(None)

    def _answer(self, found: Any) -> None:
        if isinstance(found, tuple):
            status, data = found
        else:
            status, data = 200 if found is not None else 404, json.dumps(found).encode()
        if self.server.faults:
            status, data = self.server.faults.pop(0)
        if status:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        del format, args


def said(text: str, finish: str = "stop", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "finish_reason": finish} | more
    return {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 5}}


Serve = Callable[..., FakeServer]


def engine_of(server: FakeServer, coder: str = "", reviewer: str = "") -> ServerEngine:
    models = {Agent.CODER: coder, Agent.REVIEWER: reviewer or coder}
    return ServerEngine(server.url, models, dict.fromkeys(Agent, FORM))


def asking(**fields: Any) -> Request:
    values: dict[str, Any] = {
        "agent": Agent.CODER,
        "prompt_ids": (*FORM.before_system, *FORM.text_ids("Add."), *FORM.user_to_answer),
        "max_new_tokens": 64,
        "temperature": 0.7,
        "stream": (0, "eval", "t", "d0", 0),
        "stop_ids": FORM.stop_ids,
    }
    return Request(**(values | fields))


def choosing(**fields: Any) -> Request:
    choices = encode_choices(FORM, NAMES)
    prompt = (*FORM.before_system, *FORM.text_ids("Action:"))
    return asking(**({"choices": choices, "prompt_ids": prompt, "stop_ids": ()} | fields))


def outcomes(engine: ServerEngine, requests: Sequence[Request]) -> list[Completion | ParelhaError]:
    """An answer or an error for each request."""
    tickets = engine.submit(requests)
    answers: dict[int, Completion | ParelhaError] = {}
    while len(answers) < len(tickets):
        answers |= engine.step()
    return [answers[ticket] for ticket in tickets]


def generate(engine: ServerEngine, requests: Sequence[Request]) -> list[Completion]:
    """The answers alone; the first error is raised where there is none."""
    found = outcomes(engine, requests)
    answers = [one for one in found if isinstance(one, Completion)]
    if requests and not answers:
        raise next(one for one in found if isinstance(one, ParelhaError))
    return answers


def answer(server: FakeServer, request: Request) -> Completion:
    with engine_of(server) as engine:
        return generate(engine, [request])[0]
