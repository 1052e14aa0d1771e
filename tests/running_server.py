"""A server of the tiny pair on a port of its own, and the official client of it."""

# pylint: disable=missing-function-docstring

import http.client
import json
import threading
import time
from typing import Any

import openai
import uvicorn

from parelha.agents.roles import roles_of
from parelha.config import Config
from parelha.config_file import from_dict
from parelha.serving.app import Server
from parelha.serving.pair import Pair
from parelha.serving.worker import Worker
from parelha.types import Agent
from tests.fakes import tiny_engine, tiny_format, tiny_policy

TEXT = "Write a mean."
PATIENCE = 60.0


def tiny_pair() -> Pair:
    shape = {"max_program_tokens": 24, "max_review_tokens": 8}
    config: Config = from_dict({"episode": shape})
    return Pair(
        name="tiny step 1",
        config=config,
        roles=roles_of(config),
        formats=dict.fromkeys(Agent, tiny_format()),
        engine=tiny_engine(tiny_policy()),
        limits=dict.fromkeys(Agent, 4096),
    )


class Running:
    """A server on a port of its own, and a client of it."""

    def __init__(self, key: str = "") -> None:
        self.pair = tiny_pair()
        self.worker = Worker(self.pair.engine)
        app = Server(self.pair, self.worker, key).app()
        config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        wait_until(lambda: self.server.started)
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]
        self.client = openai.OpenAI(
            base_url=f"http://127.0.0.1:{self.port}/v1", api_key=key or "none", max_retries=0
        )

    def ask(self, model: str = "coder", text: str = TEXT, **how: Any) -> Any:
        how = {"max_tokens": 8, "temperature": 0} | how
        messages: Any = [{"role": "user", "content": text}]
        return self.client.chat.completions.create(model=model, messages=messages, **how)

    def raw(self, body: bytes, **headers: str) -> tuple[int, Any]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        head = {"Content-Type": "application/json", **headers}
        link.request("POST", "/v1/chat/completions", body, head)
        reply = link.getresponse()
        text = reply.read()
        link.close()
        return reply.status, json.loads(text) if text.startswith(b"{") else text

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        self.worker.close()


def wait_until(true: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
