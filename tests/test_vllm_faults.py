"""vLLM servers and folders that fail a run, and what killed or neighbouring runs leave there."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from parelha.engines.vllm_engine import VllmEngine
from parelha.errors import UsageError, WorkFailedError
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.fakes import tiny_policy
from tests.serving import choosing, outcomes
from tests.vllm_asking import answered, opening, text
from tests.vllm_serving import TinyVllm, folders_of, starting


@pytest.fixture
def policy() -> Policy:
    """Return a policy whose adapters have left the base."""
    return tiny_policy()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TinyVllm]]:
    """Start servers, and stop them afterwards; the lost are looked for at every step."""
    with starting(monkeypatch) as begin:
        yield begin


@pytest.fixture
def open_engine(policy: Policy, tmp_path: Path) -> Iterator[Callable[..., VllmEngine]]:
    """Open engines on servers, and close them afterwards."""
    with opening(policy, tmp_path / "adapters") as begin:
        yield begin


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
