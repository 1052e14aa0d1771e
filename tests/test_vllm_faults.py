"""vLLM servers and folders that fail a run, and what killed or neighbouring runs leave there."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import errno
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

import pytest
from safetensors import SafetensorError

from parelha.engines.protocol import Completion, Request
from parelha.engines.server_http import _keep_alive
from parelha.engines.vllm_engine import VllmEngine
from parelha.errors import UsageError, WorkFailedError
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.serving import choosing, outcomes
from tests.vllm_asking import answered, holding, text
from tests.vllm_serving import TinyVllm, folders_of, wait_until

# --- what is under way ---------------------------------------------------------------------------


def ask_until_down(
    engine: VllmEngine, server: TinyVllm, requests: list[Request], fail: Callable[[], None]
) -> list[int]:
    """Let a server fail at the last request, when it has all of the others."""
    tickets = engine.submit(requests[:-1])
    wait_until(lambda: len(server.completions()) == len(requests) - 1)
    fail()
    tickets += engine.submit(requests[-1:])
    wait_until(lambda: not engine.step() and not server_is_up(engine, server))
    return tickets


def server_is_up(engine: VllmEngine, server: TinyVllm) -> bool:
    return next(one.is_up for one in engine.servers if one.url == server.url)


def all_of(engine: VllmEngine, tickets: list[int]) -> list[Any]:
    found: dict[int, Any] = {}
    wait_until(lambda: found.update(engine.step()) or len(found) == len(tickets))
    return [found[ticket] for ticket in tickets]


def test_what_is_under_way_at_a_server_that_stays_silent_is_asked_of_another_one(
    start: Any, open_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.engines.vllm_engine._GRACE_SECONDS", 0.0)
    first, second = start(), start()
    engine = open_engine(first, second)
    held = threading.Event()
    first.before = holding(threading.Event(), held, 600.0)  # its requests are never answered
    same = [text(0, place) for place in ("d0", "d0.r0", "d0.r1")]
    tickets = ask_until_down(engine, first, same, first.kill)
    assert all(isinstance(one, Completion) for one in all_of(engine, tickets))
    assert engine.asked_again == len(second.completions()) == 3
    held.set()


def test_what_is_under_way_at_a_server_that_is_back_soon_is_waited_for(
    start: Any, open_engine: Any
) -> None:
    server = start()
    engine = open_engine(server)
    held = threading.Event()
    server.before = holding(threading.Event(), held, 600.0)
    same = [text(0, place) for place in ("d0", "d0.r0", "d0.r1")]

    def fail_once() -> None:
        server.before = lambda body: None
        server.faults = [(500, b"out of memory")]

    tickets = ask_until_down(engine, server, same, fail_once)
    wait_until(lambda: not engine.step() and server_is_up(engine, server))
    held.set()
    assert all(isinstance(one, Completion) for one in all_of(engine, tickets))
    assert engine.asked_again == 1


def test_a_machine_that_loses_its_power_is_noticed_by_the_system() -> None:
    with socket.socket() as ours:
        _keep_alive(ours)
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        idle, between, times = (
            ours.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert idle + between * times <= 120


# --- what ends a run -----------------------------------------------------------------------------


def test_a_request_at_which_every_server_fails_ends_with_the_reason(
    start: Any, open_engine: Any
) -> None:
    server = start()
    engine = open_engine(server)
    server.faults = [(500, b"out of memory")] * 99
    (error,) = outcomes(engine, [text()])
    assert isinstance(error, WorkFailedError)
    assert "out of memory" in str(error)
    assert len(server.faults) == 99 - 8


def test_without_any_server_for_long_the_run_ends(
    start: Any, open_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start()
    engine = open_engine(server)
    server.kill()
    engine.submit([text()])
    for _ in range(20):  # it is waited for
        assert not engine.step()
    monkeypatch.setattr("parelha.engines.vllm_engine._PATIENCE_SECONDS", 0.0)
    with pytest.raises(WorkFailedError, match=r"no server answers any more .*--resume"):
        engine.step()


def test_a_server_lost_after_a_long_update_is_waited_for_from_then_on(
    start: Any, open_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start()
    engine = open_engine(server)
    later = time.monotonic() + 3600.0  # in which nobody asked the engine for a step
    server.kill()
    monkeypatch.setattr("parelha.engines.vllm_engine.time.monotonic", lambda: later)
    engine.weights_changed(Agent.CODER)
    engine.submit([text()])
    assert not engine.step()


def test_servers_that_cannot_serve_a_run_are_refused_at_once(
    start: Any, open_engine: Any, serve: Any, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is no vLLM server"):
        open_engine(serve("library", lambda body: body))
    server = start()
    server.takes_adapters = False
    with pytest.raises(UsageError, match="VLLM_ALLOW_RUNTIME_LORA_UPDATING=1"):
        open_engine(server)
    server.kill()
    with pytest.raises(UsageError, match="no server answers"):
        open_engine(server)
    assert not (tmp_path / "adapters").exists()
    engine = open_engine(server, start())  # one that works is enough to begin
    assert len(answered(engine, [text()])) == 1


def test_log_probabilities_of_another_distribution_are_noticed_at_the_first_action(
    start: Any, open_engine: Any
) -> None:
    server = start()
    server.raw = True
    (error,) = outcomes(open_engine(server), [choosing(max_new_tokens=8)])
    assert isinstance(error, UsageError)
    assert "--logprobs-mode processed_logprobs" in str(error)


def test_adapters_of_a_killed_run_are_swept_away(
    policy: Policy, start: Any, open_engine: Any, tmp_path: Path
) -> None:
    server = start()
    shared = (tmp_path / "adapters").resolve()
    shared.mkdir()
    server.held = {"coder-0": str(shared / "gone-1" / "coder-0"), "theirs": "/elsewhere/theirs"}
    open_engine(server)
    assert set(server.held) == {"theirs", *(f"{a}-{policy.digest(a)}" for a in Agent)}


def test_what_a_killed_run_left_is_removed_and_a_machine_of_a_longer_name_keeps_its_own(
    start: Any, open_engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "gpu")
    left, theirs = (tmp_path / "adapters" / f"{name}-0a1b2c3d" for name in ("gpu", "gpu-2"))
    for folder in (left, theirs):
        folder.mkdir(parents=True)
        (folder / "lock").touch()  # whose holder no other machine can see
    open_engine(start())
    assert theirs.is_dir()
    assert not left.exists()


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        SafetensorError("I/O error: No space left on device (os error 28)"),
    ],
    ids=["our own", "safetensors'"],
)
def test_an_adapter_that_cannot_be_written_is_one_line(
    policy: Policy, start: Any, open_engine: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object) -> Never:
        raise error

    monkeypatch.setattr(policy, "save", full)
    with pytest.raises(UsageError, match=r"the disk is full: .*coder-\w+ was not written"):
        open_engine(start())


def test_engines_that_share_a_folder_leave_each_others_adapters_alone(
    policy: Policy, start: Any, open_engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two containers may have one name, and processes of one number in them."""
    monkeypatch.setattr("os.getpid", lambda: 7)
    monkeypatch.setattr("psutil.pid_exists", lambda pid: False)
    server = start()
    first, second = open_engine(server), open_engine(server)
    assert len(folders_of(tmp_path)) == 2 * len(Agent)
    second.close()
    assert len(folders_of(tmp_path)) == len(Agent)
    assert len(answered(first, [text()])) == 1
    del policy
