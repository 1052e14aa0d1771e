"""The server's application without a socket: its paths, its names, and faults of its own."""

# pylint: disable=missing-function-docstring

from typing import Any

import pytest
from starlette.testclient import TestClient

from parelha.serving.app import LOOPBACK, Server
from parelha.serving.worker import Worker
from tests.running_server import TEXT, tiny_pair

pytestmark = pytest.mark.slow

ASKING = {"model": "coder", "messages": [{"role": "user", "content": TEXT}]}


def test_what_is_no_route_is_refused_in_the_protocols_form() -> None:
    pair = tiny_pair()
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker).app(), "http://localhost")
        missing = client.post("/v1/completions", json={})
        wrong = client.get("/v1/chat/completions")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["error"]["message"]) == (405, "Method Not Allowed")
    assert wrong.headers["Allow"] == "POST"


@pytest.mark.parametrize("fault", [RuntimeError("secret"), TypeError("secret")])
def test_a_fault_of_the_server_is_told_without_its_inside(fault: Exception) -> None:
    pair = tiny_pair()

    class Broken(Server):
        def stream_of(self, asking: Any) -> Any:
            raise fault

    with Worker(pair.engine) as worker:
        client = TestClient(
            Broken(pair, worker).app(), "http://localhost", raise_server_exceptions=False
        )
        reply = client.post("/v1/chat/completions", json=ASKING)
    assert reply.status_code == 500
    assert reply.json()["error"]["code"] == "failed"
    assert "secret" not in reply.text


@pytest.mark.parametrize(
    ("hosts", "host", "status"),
    [
        ((*LOOPBACK, "127.0.0.2"), "127.0.0.2:80", 200),
        (LOOPBACK, "127.0.0.2", 400),
        ((), "evil.example", 200),
    ],
)
def test_a_server_answers_to_its_own_names(hosts: tuple[str, ...], host: str, status: int) -> None:
    pair = tiny_pair()
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker).app(hosts), f"http://{host}")
        assert client.get("/v1/models").status_code == status
