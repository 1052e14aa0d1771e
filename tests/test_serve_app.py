"""The server's application without a socket: its paths, its names, and faults of its own."""

# pylint: disable=missing-function-docstring

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from parelha.serving.app import LOOPBACK, Server
from parelha.serving.dialogue import PairAnswer, signature_of
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


@pytest.mark.parametrize("key", ["clé", "ключ"])
def test_a_key_of_any_letters_is_known_however_a_client_writes_it(key: str) -> None:
    pair = tiny_pair()
    right = {key.encode(), key.encode("latin-1", "replace")} - {b"????"}
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker, key).app(), "http://localhost")
        for shown in (*right, b"", b"????", b"cl", key.encode("utf-16")[2:4]):
            head = {b"Authorization": b"Bearer " + shown}
            status = client.get("/v1/models", headers=head).status_code
            assert status == (200 if shown in right else 401), shown


@pytest.mark.parametrize(
    "other",
    [
        {"frequency_penalty": 1.5},
        {"presence_penalty": 0.1},
        {"top_k": 40},
        {"min_p": 0.1},
        {"repetition_penalty": 1.1},
        {"ignore_eos": True},
        {"guided_json": {"type": "object"}},
        {"structured_outputs": {"choice": ["a"]}},
        {"grammar": "root ::= [a-z]+"},
        {"tool_choice": "required"},
        {"function_call": {"name": "f"}},
        {"modalities": ["text", "audio"]},
        {"top_logprobs": 2},
        {"typical_p": 0.5},
        {"prediction": {"type": "content", "content": "x"}},
        {"chat_template_kwargs": {"enable_thinking": True}},
        {"a_key_of_next_year": 1},
    ],
)
def test_what_would_change_an_answer_is_refused_and_not_passed_over(other: Any) -> None:
    pair = tiny_pair()
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker).app(), "http://localhost")
        refused = client.post("/v1/chat/completions", json=ASKING | other)
        nothing: dict[str, Any] = {
            "frequency_penalty": 0,
            "presence_penalty": 0.0,
            "top_k": -1,
            "min_p": 0,
        }
        nothing |= {"tool_choice": "none", "modalities": ["text"], "logit_bias": None}
        nothing |= {"user": "me", "metadata": {"a": "b"}, "store": True, "service_tier": "auto"}
        short = ASKING | nothing | {"repetition_penalty": 1.0, "max_tokens": 2}
        answered = client.post("/v1/chat/completions", json=short)
    assert (refused.status_code, answered.status_code) == (400, 200)
    assert next(iter(other)) in refused.json()["error"]["message"]


def test_more_tokens_than_a_model_takes_are_refused_before_any_work() -> None:
    pair = tiny_pair()
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker).app(), "http://localhost")
        for many in (10**5, 2 * 10**9, 10**25):
            asking = ASKING | {"model": "pair", "max_tokens": many}
            refused = client.post("/v1/chat/completions", json=asking)
            assert refused.status_code == 400
            assert "max_tokens" in refused.json()["error"]["message"]


def test_what_the_official_client_sends_is_understood() -> None:
    pair = tiny_pair()
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker).app(), "http://localhost")
        for nothing in ({"stream": None}, {"stream_options": {"include_usage": None}}):
            asking = ASKING | {"max_tokens": 2} | nothing
            assert client.post("/v1/chat/completions", json=asking).status_code == 200
        assert client.get("/v1/models/coder").json()["id"] == "coder"
        missing = client.get("/v1/models/other")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")


def test_a_pairs_answer_that_was_cut_says_so() -> None:
    pair = tiny_pair()
    asking = ASKING | {"model": "pair", "max_tokens": 2}
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker).app(), "http://localhost")
        answer = client.post("/v1/chat/completions", json=asking).json()
    assert answer["choices"][0]["finish_reason"] == "length"


def test_dialogues_play_side_by_side_however_few_the_processors() -> None:
    """The pool of `asyncio.to_thread` has a few threads more than there are processors."""
    pair, inside = tiny_pair(), threading.Barrier(24, timeout=60)

    def waiting(*_: Any) -> Any:
        inside.wait()
        return PairAnswer("done", 1, 1, was_cut=False)

    with Worker(pair.engine) as worker, pytest.MonkeyPatch.context() as patch:
        patch.setattr("parelha.serving.app.play", waiting)
        with TestClient(Server(pair, worker).app(), "http://localhost") as client:
            asking = ASKING | {"model": "pair"}
            with ThreadPoolExecutor(24) as pool:
                ask = partial(client.post, "/v1/chat/completions", json=asking)
                replies = [pool.submit(ask) for _ in range(24)]
            assert [reply.result().status_code for reply in replies] == [200] * 24


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Write it.\n  def mean(values: list[float]) -> float:\nplease", "mean"),
        ("async def go(x):", "go"),
        ("\n" * 300_000 + "def late(x):\n", "late"),
        ("def f(" + ")" * 300_000, "solve"),
        ("define it", "solve"),
    ],
)
def test_the_signature_is_found_at_once(message: str, name: str) -> None:
    began = time.process_time()
    assert signature_of(message)[1] == name
    assert time.process_time() - began < 5  # a pattern that crosses lines would take hours


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
        (LOOPBACK, "[::1]:8000", 200),
        (LOOPBACK, "LocalHost:8000", 200),
        (LOOPBACK, "localhost.evil.example", 400),
        ((), "evil.example", 200),
    ],
)
def test_a_server_answers_to_its_own_names(hosts: tuple[str, ...], host: str, status: int) -> None:
    pair = tiny_pair()
    with Worker(pair.engine) as worker:
        client = TestClient(Server(pair, worker).app(hosts), f"http://{host}")
        reply = client.get("/v1/models")
        assert reply.status_code == status
