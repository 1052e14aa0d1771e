"""Servers with keys, with words of their own, that refuse one request of many, that load."""

# pylint: disable=missing-function-docstring

import base64
import errno
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Never

import pytest

from parelha import cli
from parelha.agents.parsers import extract_program
from parelha.config_file import from_dict
from parelha.engines.protocol import Completion
from parelha.engines.server import ServerEngine
from parelha.engines.server_http import Http
from parelha.errors import ServerUnreachableError, UsageError, WorkFailedError
from parelha.evaluate import evaluate_server
from parelha.types import Agent
from tests.fakes import tiny_config, use_fakes
from tests.serving import FORM, PROGRAM, Reply, Serve, answer, asking, engine_of, outcomes, said

LOADING = b'{"error": {"code": 503, "message": "Loading model"}}'


class Guarded(ThreadingHTTPServer):
    """Lists its models to whoever shows the right authorization, and keeps what it was shown."""

    def __init__(self, right: str) -> None:
        super().__init__(("127.0.0.1", 0), _Guard)
        self.right = right
        self.shown: list[str | None] = []
        self.place = f"127.0.0.1:{self.server_address[1]}"


class _Guard(BaseHTTPRequestHandler):
    server: Guarded

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        self.server.shown.append(self.headers.get("Authorization"))
        right = self.server.shown[-1] == self.server.right
        data = b'{"data": [{"id": "m"}]}' if right else b'{"error": "Unauthorized"}'
        self.send_response(200 if right else 401)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        del format, args


@pytest.fixture(name="guarded")
def _guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guarded]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    server = Guarded("Bearer sk-test")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def models_of(url: str, **how: Any) -> dict[Agent, str]:
    with ServerEngine(url, dict.fromkeys(Agent, ""), dict.fromkeys(Agent, FORM), **how) as engine:
        return engine.models


# --- keys ----------------------------------------------------------------------------------------


def test_a_key_is_taken_from_the_environment(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://{guarded.place}"
    with pytest.raises(UsageError, match=r"HTTP 401.*OPENAI_API_KEY.*engine\.server_key_env"):
        models_of(url)
    assert guarded.shown == [None]
    monkeypatch.setenv("OPENAI_API_KEY", " sk-test\n")  # as `$(cat file)` leaves it
    assert models_of(url)[Agent.CODER] == "m"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    with pytest.raises(UsageError, match="is the key in OPENAI_API_KEY right"):
        models_of(url)
    monkeypatch.setenv("OUR_KEY", "sk-test")
    assert models_of(url, key_env="OUR_KEY")[Agent.CODER] == "m"
    with pytest.raises(UsageError, match="the variable OUR_KAY is not set"):
        models_of(url, key_env="OUR_KAY")


def test_a_password_is_sent_from_the_environment_and_none_may_stand_in_a_url(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.right = "Basic " + base64.b64encode(b"user:p:w").decode()
    monkeypatch.setenv("OUR_KEY", guarded.right)
    assert Http(f"http://{guarded.place}/v1", "OUR_KEY").ask("/v1/models")["data"]
    for engine in ("server", "servers"):
        url: Any = "http://user:secret@gpu:8000"
        table = {"kind": "vllm", "servers": [url]} if engine == "servers" else {"server": url}
        with pytest.raises(UsageError, match="may hold no password"):
            from_dict({"engine": table})


def test_the_variable_is_a_setting_that_needs_a_server(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, model_folder: Path, tmp_path: Path
) -> None:
    use_fakes(monkeypatch)
    engine = {"server": f"http://{guarded.place}", "server_key_env": "NOT_SET"}
    with pytest.raises(UsageError, match="NOT_SET is not set"):
        evaluate_server(tiny_config(model_folder, tmp_path, engine=engine), None, 1)
    with pytest.raises(UsageError, match=r"key of engine\.server: give its URL"):
        from_dict({"engine": {"server_key_env": "OUR_KEY"}})


@pytest.mark.parametrize("end", ["/v1/completions", "/v1/chat/completions/", "/v1/models"])
def test_a_url_may_end_with_any_path_of_the_protocol(serve: Serve, end: str) -> None:
    assert models_of(serve("other", lambda body: said("hm")).url + end)


@pytest.mark.parametrize("end", ["?key=1", "/v1?api-version=2", "#here"])
def test_a_url_with_more_than_a_place_is_refused(end: str) -> None:
    with pytest.raises(UsageError, match="write it as"):
        models_of("http://127.0.0.1:1" + end)


# --- why an answer ended -------------------------------------------------------------------------

BARE = "def f(x):\n    return x + 1"


@pytest.mark.parametrize(
    "reason", ["stop", "eos", "eos_token", "stop_sequence", "end_turn", "EOS", "STOP", None, "x"]
)
def test_an_answer_that_ended_by_itself_is_whole_in_whatever_words(
    serve: Serve, reason: Any
) -> None:
    found = answer(serve("other", lambda body: said(BARE, reason)), asking())
    assert found.finish == "stop"
    assert found.token_ids[-1] == FORM.end_id
    assert extract_program(FORM.decode(found.token_ids), found.finish)[0]


@pytest.mark.parametrize("reason", ["length", "max_tokens", "model_length", "LENGTH"])
def test_an_answer_that_was_cut_is_cut_in_whatever_words(serve: Serve, reason: str) -> None:
    found = answer(serve("other", lambda body: said(BARE, reason)), asking())
    assert found.finish == "length"
    assert found.token_ids[-1] != FORM.end_id


@pytest.mark.parametrize("reason", [None, "done"])
def test_where_no_known_word_is_said_the_tokens_tell(serve: Serve, reason: Any) -> None:
    full = {
        "choices": [{"text": BARE, "finish_reason": reason}],
        "usage": {"completion_tokens": 64},
    }
    assert answer(serve("other", lambda body: full), asking()).finish == "length"
    missing = {"choices": [{"text": BARE}]}
    assert answer(serve("other", lambda body: missing), asking()).finish == "stop"
    assert answer(serve("other", lambda body: missing), asking(max_new_tokens=3)).finish == "length"


def test_no_text_is_an_empty_answer(serve: Serve) -> None:
    nothing: Any = None
    found = answer(serve("other", lambda body: said(nothing)), asking())
    assert FORM.decode(found.token_ids) == ""


@pytest.mark.parametrize("reason", ["abort", "content_filter", "error", "cancelled"])
def test_an_answer_that_the_server_gave_up_is_no_answer(serve: Serve, reason: str) -> None:
    with pytest.raises(WorkFailedError, match=f"gave an answer up .*{reason}"):
        answer(serve("other", lambda body: said(BARE, reason)), asking())


# --- one request of many -------------------------------------------------------------------------

TOO_LONG = b'{"error": {"message": "maximum context length is 64 tokens"}}'


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ((400, TOO_LONG), UsageError),
        ((413, b"too large"), UsageError),
        ((500, b"out of memory"), WorkFailedError),
        ((200, b"{}"), WorkFailedError),
        ((200, b"<html>"), WorkFailedError),
    ],
)
def test_a_refused_request_leaves_the_others_alone(
    serve: Serve, fault: tuple[int, bytes], kind: type[Exception]
) -> None:
    reply: Reply = lambda body: fault if body["max_tokens"] == 65 else said(PROGRAM)  # noqa: E731
    with engine_of(serve("vllm", reply)) as engine:
        limits = (64, 64, 65, 64)
        found = outcomes(engine, [asking(max_new_tokens=limit) for limit in limits])
    assert [isinstance(one, Completion) for one in found] == [limit == 64 for limit in limits]
    assert isinstance(found[2], kind)


def evaluated(serve: Serve, refuses: Any, folder: Path, runs: Path) -> dict[str, Any]:
    numbers = itertools.count()

    def reply(body: dict[str, Any]) -> Any:
        if refuses(next(numbers)):
            return 400, TOO_LONG
        return said((body.get("guided_choice") or [PROGRAM])[-1])

    server = serve("vllm", reply)
    config = tiny_config(folder, runs, engine={"server": server.url})
    return evaluate_server(config, None, 4)


def test_an_evaluation_goes_on_without_the_episode_that_a_server_refuses(
    serve: Serve,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_fakes(monkeypatch)
    table = evaluated(serve, lambda n: n == 5, model_folder, tmp_path)
    assert len(table["episodes"]) == 3
    capsys.readouterr()
    ((task, why),) = table["failed"].items()
    assert "maximum context length" in why
    assert task not in {episode["task"] for episode in table["episodes"]}
    monkeypatch.setattr("parelha.evaluate.evaluate_server", lambda *args: table)
    assert cli.run(["eval", "--engine.server", "http://localhost:1"]) == 0
    assert "1 more failed and are not counted, the first: the server" in capsys.readouterr().out


def test_an_evaluation_of_which_nothing_is_left_fails_with_the_first_reason(
    serve: Serve, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    with pytest.raises(UsageError, match="maximum context length"):
        evaluated(serve, lambda n: True, model_folder, tmp_path)


# --- a server that is slow -----------------------------------------------------------------------


def test_a_server_that_gives_no_answer_in_time_is_not_told_as_one_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        http = Http(url, seconds=0.2)
        with pytest.raises(WorkFailedError, match=r"gave no answer within 0\.2 s: look at its log"):
            http.ask("/v1/models")


def test_a_machine_that_takes_no_connection_is_soon_told_as_one_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parelha.engines.server_http._CONNECT_SECONDS", 0.2)
    with ExitStack() as opened:
        full = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # what comes then is dropped, as by a machine that is gone
            waits = opened.enter_context(socket.socket())
            waits.setblocking(False)
            waits.connect_ex(full.getsockname())
        http = Http(f"http://127.0.0.1:{full.getsockname()[1]}", seconds=30.0)
        with pytest.raises(ServerUnreachableError, match="no server answers at"):
            http.ask("/v1/models")


def test_what_is_closed_while_it_connects_is_not_sent(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    http, connect = Http(f"http://{guarded.place}"), HTTPConnection.connect

    def connect_late(connection: HTTPConnection) -> None:
        http.close()
        connect(connection)

    monkeypatch.setattr(HTTPConnection, "connect", connect_late)
    with pytest.raises(WorkFailedError, match="the connection broke"):
        http.ask("/v1/models")
    assert not guarded.shown


def test_a_connection_that_the_kernel_gives_up_is_to_a_server_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gives_up(*_: object) -> Never:
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    monkeypatch.setattr(HTTPConnection, "connect", gives_up)
    with pytest.raises(ServerUnreachableError, match=r"no server answers at.*Connection timed out"):
        Http("http://127.0.0.1:9").ask("/v1/models")


def test_a_server_that_asks_to_be_asked_at_once_is_not_flooded(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    http = Http(f"http://{guarded.place}")
    monkeypatch.setattr(http._closed, "wait", waited.append)
    monkeypatch.setattr(_Guard, "do_GET", busy)
    with pytest.raises(WorkFailedError, match="HTTP 429"):
        http.ask("/v1/models")
    assert waited == [0.5, 1.0, 2.0, 4.0]


def busy(handler: _Guard) -> None:
    handler.send_response(429)
    handler.send_header("Retry-After", "0")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


# --- a server that loads -------------------------------------------------------------------------


def test_a_server_that_loads_is_waited_for_and_it_is_said(serve: Serve) -> None:
    server = serve("llamacpp", lambda body: said("hm"))
    server.faults = [(503, LOADING)] * 60
    lines: list[str] = []
    assert models_of(server.url, say=lines.append)
    assert lines == [
        f"the server at {server.url} is not ready (HTTP 503: Loading model): waiting, 0 s"
    ]
    assert not server.faults


def test_a_server_that_never_has_loaded_is_given_up(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.engines.server_http._LOADING_SECONDS", 0.0)
    server = serve("llamacpp", lambda body: said("hm"))
    server.faults = [(503, LOADING)] * 9
    with pytest.raises(WorkFailedError, match=r"again and again \(HTTP 503: Loading model\)"):
        models_of(server.url)


def test_whoever_waits_can_be_closed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parelha.engines.server_http._POLL_SECONDS", 600.0)
    server = serve("llamacpp", lambda body: said("hm"))
    server.faults = [(503, LOADING)]
    http = Http(server.url, say=lambda line: http.close())
    with pytest.raises(WorkFailedError, match="Loading model"):
        http.ask("/v1/models")
