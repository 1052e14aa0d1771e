"""One vLLM server that answers with adapters, which it is handed as files under a name each.

A version of an adapter has a name of its own, so an answer says which weights it is from, and a
request under way goes on with those that it began with. An old version is unloaded when the last
request that uses it is done.
"""

import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parelha.engines.server_http import Http
from parelha.engines.server_texts import told_window
from parelha.errors import ParelhaError, ServerRefusedError, UsageError, WorkFailedError

_CONTROL_SECONDS = 120.0  # to load an adapter, beside requests under way
_NOT_FOUND = 404


@dataclass(frozen=True)
class Adapter:
    """A version of an adapter.

    Attributes:
        name: at the servers; other weights have another one.
        folder: its files, in PEFT's layout.
    """

    name: str
    folder: Path


class VllmServer:
    """One server; all methods may be called by several threads, `is_up` is set by one.

    Args:
        url: of the server, with or without ``/v1`` at its end.
        key_env: the environment variable with its key; "" means `OPENAI_API_KEY`, if set.

    Attributes:
        url: of the server.
        is_up: whether it is asked; whoever finds it dead, or back, sets it.
        lost_at: when it was left out, by the monotonic clock in seconds; infinite until it was.
        window: tokens that a prompt and its answer may have together; 0 where it tells none.
        is_failing: whether a request has failed at it since: what waits for a thread is not sent.

    Raises:
        UsageError: no URL, or no key.
    """

    def __init__(self, url: str, key_env: str = "") -> None:
        self._answers = Http(url, key_env, patient=False)
        self._control = Http(url, key_env, patient=False, seconds=_CONTROL_SECONDS)
        self.url = self._answers.url
        self.is_up = self.is_failing = False
        self.window, self.lost_at = 0, math.inf
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._users: Counter[str] = Counter()
        self._retired: set[str] = set()

    def close(self) -> None:
        """End all requests at once."""
        self._answers.close()
        self._control.close()

    def give_up(self) -> None:
        """Break off the completions under way; their callers are told that the server fails."""
        self._answers.drop()

    def greet(self, folder: Path) -> None:
        """Begin with the server, or anew with one that was lost.

        Adapters below `folder` whose files are gone are of a run that was killed, and unloaded.

        Raises:
            UsageError: nobody is there, or it is no vLLM server.
            WorkFailedError: it fails.
        """
        listed = self._listed()  # before the lock, which those need whose requests are given up
        with self._lock:
            self._held.clear()
            for name, root in listed.items():
                if Path(root).is_relative_to(folder) and not Path(root).exists():
                    self._unload(name)

    def load(self, adapter: Adapter) -> None:
        """Hand an adapter over, unless the server holds it.

        Raises:
            UsageError: nobody is there, or it takes no adapters.
            WorkFailedError: it fails.
        """
        body = {"lora_name": adapter.name, "lora_path": str(adapter.folder)}
        with self._lock:
            self._retired.discard(adapter.name)
            if adapter.name in self._held:
                return
            try:
                self._control.tell("/v1/load_lora_adapter", body)
            except ServerRefusedError as error:
                root = self._listed().get(adapter.name)
                if root is None:
                    raise self._takes_none(error) from None
                if root != str(adapter.folder):  # the same weights, from files that may go away
                    self._unload(adapter.name)
                    self._control.tell("/v1/load_lora_adapter", body)
            self._held.add(adapter.name)

    def retire(self, adapter: Adapter) -> None:
        """Let an adapter be unloaded as soon as no request uses it."""
        with self._lock:
            self._retired.add(adapter.name)
            self._unload_retired()

    def complete(self, adapter: Adapter, body: dict[str, Any]) -> Any:
        """What the server completes a prompt with, by this adapter.

        A server that was started anew since is handed the adapter again.

        Raises:
            ServerRefusedError: it does not take this request.
            ServerUnreachableError: nobody is there.
            WorkFailedError: it fails, takes the adapter no longer, answers no JSON, or with another
                adapter.
        """
        asked = {"model": adapter.name, **body}
        with self._using(adapter):
            self._load_again(adapter)
            try:
                said = self._answers.ask("/v1/completions", asked)
            except ServerRefusedError as error:
                if error.status != _NOT_FOUND:
                    raise
                with self._lock:
                    self._held.discard(adapter.name)
                self._load_again(adapter)
                said = self._answers.ask("/v1/completions", asked)
        answered = said.get("model") if isinstance(said, dict) else None
        if answered != adapter.name:
            line = f"{self.url} was asked for {adapter.name} and answered with {answered}"
            raise WorkFailedError(line)
        return said

    def _load_again(self, adapter: Adapter) -> None:
        try:
            self.load(adapter)
        except ServerRefusedError as error:
            raise WorkFailedError(str(error)) from None

    @contextmanager
    def _using(self, adapter: Adapter) -> Iterator[None]:
        with self._lock:
            self._users[adapter.name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._users[adapter.name] -= 1
                self._unload_retired()

    def _unload_retired(self) -> None:
        for name in [name for name in self._retired if not self._users[name]]:
            self._retired.discard(name)
            self._held.discard(name)
            self._unload(name)

    def _unload(self, name: str) -> None:
        with suppress(ParelhaError):  # who cannot be told does not hold it for long
            self._control.tell("/v1/unload_lora_adapter", {"lora_name": name})

    def _listed(self) -> dict[str, str]:
        """Names of the models that the server lists, each with where its files are."""
        listed = self._control.ask("/v1/models")
        found: dict[str, str] = {}
        is_vllm = False
        with suppress(AttributeError, KeyError, TypeError):  # no list of models at all
            for model in listed["data"]:
                found[str(model["id"])] = str(model.get("root") or "")
                self.window = told_window(model) or self.window  # adapters tell none
                is_vllm |= model.get("owned_by") == "vllm"
        if not is_vllm:
            raise UsageError(f"{self.url} is no vLLM server, the only one that takes adapters")
        return found

    def _takes_none(self, error: ServerRefusedError) -> ServerRefusedError:
        line = (
            f"{error}: vLLM takes adapters that are changed while it runs when it is started with "
            "VLLM_ALLOW_RUNTIME_LORA_UPDATING=1, --enable-lora and --max-lora-rank as high as "
            "model.lora_rank, and where it can read engine.adapters_dir"
        )
        return ServerRefusedError(line, error.status)
