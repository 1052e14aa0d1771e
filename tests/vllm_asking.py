"""How tests ask vLLM servers: engines on them, requests, and answers that are held back."""

# pylint: disable=missing-function-docstring

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from parelha.config_engine import EngineConfig
from parelha.engines.protocol import Completion, Request
from parelha.engines.vllm_engine import VllmEngine
from parelha.models.policy import Policy
from parelha.types import Agent
from tests.serving import FORM, asking, outcomes
from tests.vllm_serving import TinyVllm


@contextmanager
def opening(policy: Policy, folder: Path) -> Iterator[Callable[..., VllmEngine]]:
    """Open engines on servers, with their adapters in a folder, and close them afterwards."""
    opened: list[VllmEngine] = []

    def begin(*servers: TinyVllm, said: Any = lambda line: None) -> VllmEngine:
        config = EngineConfig(kind="vllm", servers=tuple(server.url for server in servers))
        formats = dict.fromkeys(Agent, FORM)
        opened.append(VllmEngine(config, folder, policy, formats, said))
        return opened[-1]

    yield begin
    for engine in opened:
        engine.close()


def text(tag: int = 0, place: str = "d0", **fields: Any) -> Request:
    stream = (0, 1, f"task {tag}", place, 0)
    return asking(**({"max_new_tokens": 6, "stream": stream} | fields))


def answered(engine: Any, requests: list[Request]) -> list[Completion]:
    found = outcomes(engine, requests)
    assert all(isinstance(one, Completion) for one in found), found
    return [one for one in found if isinstance(one, Completion)]


def holding(
    reached: threading.Event, held: threading.Event, seconds: float = 30.0
) -> Callable[[Any], None]:
    """Say that a request is there, and hold it until it may go on, or for so long."""

    def hold(body: Any) -> None:
        del body
        reached.set()
        held.wait(seconds)

    return hold
