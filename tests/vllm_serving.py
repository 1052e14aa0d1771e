"""A server that looks like vLLM, over real HTTP: it samples from the tiny model with adapters.

Run as a program it serves at the port that it is given.
"""

# pylint: disable=missing-function-docstring

import json
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from tests.tiny import tiny_model

Body = dict[str, Any]
_LOADING = threading.Lock()


class TinyVllm(ThreadingHTTPServer):
    """Holds adapters under names, as vLLM does, and completes prompts of token ids with them.

    Attributes:
        held: the adapters' folders by name.
        log: what it was asked, in order: (path, body).
        faults: (HTTP status, answer) of the next completions; status 0 hangs up.
        before: called before a completion is made.
        others: the name whose weights answer in place of one that is asked for.
        raw: tell log-probabilities of the whole vocabulary at temperature 1.
        takes_adapters: whether adapters can be changed.
        window: tokens of a prompt and its answer, as it tells them.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__((host, port), _Handler)
        self.held: dict[str, str] = {}
        self.models: dict[str, Any] = {}
        self.log: list[tuple[str, Body]] = []
        self.faults: list[tuple[int, bytes]] = []
        self.before: Callable[[Body], None] = lambda body: None
        self.others: dict[str, str] = {}
        self.raw, self.takes_adapters, self.dead = False, True, False
        self.window = 10**6
        self.port = self.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._computes = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def kill(self) -> None:
        """Answer nothing more, not even what is under way."""
        self.dead = True
        self.shutdown()
        self.server_close()

    def completions(self) -> list[Body]:
        return [body for path, body in self.log if path == "/v1/completions"]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; anything else is a fault of this server."""
        if not isinstance(error := sys.exception(), ConnectionError):
            traceback.print_exception(error)

    def answer(self, path: str, body: Body) -> tuple[int, Any]:
        self.log.append((path, body))
        name = str(body.get("lora_name") or body.get("model"))
        if path == "/v1/completions":
            self.before(body)
            if self.faults:
                return self.faults.pop(0)
            if name not in self.held:
                return 404, {"error": {"message": f"The model `{name}` does not exist."}}
            return 200, self.complete(body)
        if not self.takes_adapters:
            return 404, {"detail": "Not Found"}
        if path == "/v1/load_lora_adapter":
            if name in self.held:
                return 400, {"error": {"message": f"'{name}' has already been loaded."}}
            # Weights are drawn from the process's random state; PEFT warns of transformers.
            with _LOADING, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = PeftModel.from_pretrained(tiny_model(), body["lora_path"])
            self.held[name], self.models[name] = body["lora_path"], model.eval()
        elif self.held.pop(name, None) is None:
            return 404, {"error": {"message": f"'{name}' cannot be found."}}
        return 200, b"Success"

    def listed(self) -> Any:
        base = {
            "id": "tiny",
            "owned_by": "vllm",
            "root": "/models/tiny",
            "max_model_len": self.window,
        }
        adapters = [
            {"id": n, "owned_by": "vllm", "root": r, "max_model_len": None}
            for n, r in self.held.items()
        ]
        return {"object": "list", "data": [base, *adapters]}

    def complete(self, body: Body) -> Any:
        asked = str(body["model"])
        model = self.models[self.others.get(asked) or asked]
        generator = torch.Generator().manual_seed(body["seed"])
        ids: list[int] = list(body["prompt"])
        new: list[int] = []
        told: list[torch.Tensor] = []
        while len(new) < body["max_tokens"] and not (new and new[-1] in body["stop_token_ids"]):
            with self._computes, torch.no_grad():
                logits = model(input_ids=torch.tensor([ids])).logits[0, -1].float()
            scaled = logits / body["temperature"]
            if legal := body.get("allowed_token_ids"):
                mask = torch.full_like(scaled, -torch.inf)
                mask[legal] = 0.0
                scaled = scaled + mask
            logprobs = scaled.log_softmax(-1)
            token = int(torch.multinomial(logprobs.exp(), 1, generator=generator))
            told.append(logits.log_softmax(-1) if self.raw else logprobs)
            new.append(token)
            ids.append(token)
        tops = [lp.topk(body["logprobs"]) for lp in told]
        pairs = [(t.indices.tolist(), t.values.tolist()) for t in tops]
        logs = {
            "token_logprobs": [float(lp[t]) for lp, t in zip(told, new, strict=True)],
            "top_logprobs": [{f"token_id:{i}": v for i, v in zip(*p, strict=True)} for p in pairs],
        }
        ended = "stop" if new[-1] in body["stop_token_ids"] else "length"
        choice = {"token_ids": new, "text": "", "logprobs": logs, "finish_reason": ended}
        usage = {"prompt_tokens": len(body["prompt"]), "completion_tokens": len(new)}
        return {"model": body["model"], "choices": [choice], "usage": usage}


class _Handler(BaseHTTPRequestHandler):
    server: TinyVllm

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        self._send(200, self.server.listed())

    def do_POST(self) -> None:  # pylint: disable=invalid-name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send(*self.server.answer(self.path, body))

    def _send(self, status: int, found: Any) -> None:
        if self.server.dead or not status:
            self.close_connection = True
            return
        data = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # pylint: disable=redefined-builtin
        del format, args


@contextmanager
def starting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TinyVllm]]:
    """Start servers, and stop them afterwards; the lost are looked for at every step."""
    monkeypatch.setattr("parelha.engines.vllm_engine._PROBE_SECONDS", 0.0)
    monkeypatch.setattr("parelha.engines.vllm_engine._STEP_SECONDS", 0.01)
    started: list[TinyVllm] = []

    def begin(port: int = 0) -> TinyVllm:
        started.append(TinyVllm(port))
        return started[-1]

    yield begin
    for server in started:
        if not server.dead:
            server.kill()


def wait_until(true: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def folders_of(path: Path) -> list[str]:
    return sorted(p.name for p in path.rglob("coder-*")) + sorted(
        p.name for p in path.rglob("reviewer-*")
    )


if __name__ == "__main__":
    TinyVllm(int(sys.argv[1]), "")
    threading.Event().wait()
