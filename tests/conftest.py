"""What several test modules share: patience, the tiny model on disk, and servers to ask."""

# pylint: disable=import-outside-toplevel

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from parelha.kernels.environment import set_environment

set_environment()  # as the command line does
# A loaded machine is no failure: how long an example may take is pytest-timeout's business.
hypothesis.settings.register_profile("parelha", deadline=None)
hypothesis.settings.load_profile("parelha")


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tiny random model and its tokenizer."""
    from tests.tiny import tiny_folder  # here, so that tests without torch start at once

    return tiny_folder(tmp_path_factory.mktemp("model"))


@pytest.fixture(name="grader", scope="session")
def fixture_grader() -> Iterator[Any]:
    """Return a grader with the default settings: its linters and sandbox start once a process."""
    from parelha.grading import Grader

    with Grader(workers=2) as grader:
        yield grader


@pytest.fixture(autouse=True)
def fixture_forgetful(request: pytest.FixtureRequest) -> None:
    """Let the grader that tests share remember none of their tasks: several have the same id."""
    grader: Any = request.getfixturevalue("grader") if "grader" in request.fixturenames else None
    for memory in ("_graded", "_trivial_shares"):
        if hasattr(grader, memory):
            getattr(grader, memory)._found.clear()


@pytest.fixture(name="policy")
def fixture_policy() -> Any:
    """Return a policy whose adapters have left the base."""
    from tests.fakes import tiny_policy

    return tiny_policy()


@pytest.fixture(name="start")
def fixture_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start vLLM servers, and stop them afterwards; the lost are looked for at every step."""
    from tests.vllm_serving import starting

    with starting(monkeypatch) as begin:
        yield begin


@pytest.fixture(name="open_engine")
def fixture_open_engine(policy: Any, tmp_path: Path) -> Iterator[Any]:
    """Open engines on vLLM servers, and close them afterwards."""
    from tests.vllm_asking import opening

    with opening(policy, tmp_path / "adapters") as begin:
        yield begin


@pytest.fixture(name="serve")
def fixture_serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start servers, and stop them afterwards; nobody waits before trying again."""
    from tests.serving import FakeServer, Reply

    monkeypatch.setattr("parelha.engines.server_http._BACKOFF_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr("parelha.engines.server_http._POLL_SECONDS", 0.0)
    started: list[FakeServer] = []

    def start(owner: str, reply: Reply, models: Sequence[str] = ("qwen",)) -> FakeServer:
        server = FakeServer(owner, models, reply)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()
