"""vLLM servers as the engine of a run: they answer with the run's own adapters, as they are now.

After every update an adapter is written under a new name and handed to each server. Drafts and what
follows each of them stay at one server, which has read their prompts; a server that fails is left
out, what it was asked is asked of another, and it is used again when it is back. What is under way
there it may still answer, unless it is not back within a minute. Which requests a server computes
together depends on the clock, and so does its rounding: two runs of one seed are alike, not equal.
"""

import glob
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock
from safetensors import SafetensorError

from parelha.agents.formats import Format
from parelha.closing import Closing
from parelha.config_engine import EngineConfig
from parelha.engines.protocol import Completion, EngineStatistics, Request
from parelha.engines.server_texts import cut
from parelha.engines.vllm_answers import Answer, body_of, read_answer, walk_choice
from parelha.engines.vllm_server import Adapter, VllmServer
from parelha.errors import ParelhaError, ServerUnreachableError, WorkFailedError
from parelha.files import cannot_write, give_up_folder, hold_folder, remove_left, unique
from parelha.models.policy import Policy
from parelha.types import Agent

_PARALLEL = 256  # requests under way at one server at once
_STEP_SECONDS = 0.1
_PROBE_SECONDS = 2.0  # between two looks at a server that was left out
_GRACE_SECONDS = 60.0  # of a server that was left out, to be back and answer what is under way
_PATIENCE_SECONDS = 1800.0  # without any server: they may all be started anew
_ATTEMPTS = 8  # of one request, each at a server that was up

_Said = tuple[Completion | None, Answer]


@dataclass
class _Asked:
    """A request under way, or waiting for a server."""

    request: Request
    adapter: Adapter
    server: VllmServer | None = None
    future: Future[_Said] | None = None
    attempts: int = 0


class VllmEngine(Closing):
    """Answers requests with vLLM servers, by the policy's adapters.

    Args:
        config: the servers' URLs and their key.
        folder: where adapters are written, for the servers to read.
        policy: whose adapters answer.
        formats: of each agent's tokenizer.
        say: told in a line of servers that are left out or back.

    Attributes:
        on_tokens: told the number of new tokens whenever answers arrive, for a live view.
        statistics: what was done since the last `reset`; no time is measured.
        servers: all of them.
        asked_again: requests that were lost with a server or waited for one that failed, so far.

    Raises:
        UsageError: no URL, no server there, one that takes no adapters, or a folder that cannot be
            written.
        WorkFailedError: no server works.
    """

    def __init__(
        self,
        config: EngineConfig,
        folder: Path,
        policy: Policy,
        formats: Mapping[Agent, Format],
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.on_tokens: Callable[[int], None] = lambda _: None
        self.statistics = EngineStatistics()
        self.asked_again = 0
        self.servers = [VllmServer(url, config.server_key_env) for url in config.servers]
        self._policy, self._formats, self._say = policy, formats, say
        self._pool = ThreadPoolExecutor(max(1, len(self.servers)), thread_name_prefix="vllm")
        # One each, so that a server that hangs does not take the threads of the others.
        self._askers = {server: ThreadPoolExecutor(_PARALLEL) for server in self.servers}
        self._closed, self._fault = False, ""
        self._tickets = 0
        self._asked: dict[int, _Asked] = {}
        self._homes: dict[tuple[int | str, ...], VllmServer] = {}
        self._probes: dict[VllmServer, Future[None]] = {}
        self._probed = self._last_up = time.monotonic()
        self._adapters: dict[str, Adapter] = {}
        self._folder, self._held = _own_folder(folder.resolve())
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        lost: list[ParelhaError] = []
        greeted = [self._pool.submit(server.greet, self._folder.parent) for server in self.servers]
        for server, future in zip(self.servers, greeted, strict=True):
            try:
                future.result()
                server.is_up = True
            except ParelhaError as error:
                lost.append(error)
                self._say(f"{server.url} is left out: {error}")
        if len(lost) == len(self.servers):
            raise lost[0]
        for agent in self._policy.owners:
            self.weights_changed(agent)
        if not self._up():
            raise WorkFailedError(f"no server takes adapters: {self._fault}")

    def close(self) -> None:
        """Give up what is under way, and let the servers unload what they were handed."""
        self._closed = True
        for server in self.servers:
            for adapter in self._adapters.values():
                if server.is_up:
                    server.retire(adapter)
            server.close()
        for pool in (self._pool, *self._askers.values()):
            pool.shutdown(wait=False, cancel_futures=True)
        give_up_folder(self._folder, self._held)
        with suppress(OSError):  # another process writes there too
            self._folder.parent.rmdir()

    def reset(self) -> None:
        """Forget all requests, and begin the statistics anew.

        Servers keep the keys and values they have: those of other weights have another name.
        """
        for asked in self._asked.values():
            if asked.future is not None:
                asked.future.cancel()
        self._asked = {}
        self._homes.clear()
        self.statistics = EngineStatistics()

    def window(self, agent: Agent) -> int:
        """Tokens that a prompt and its answer may have together; 0 where no server tells them."""
        del agent
        return min((server.window for server in self._up() if server.window), default=0)

    def record(self) -> dict[str, Any]:
        """Nothing: the answers are those of the run's own models."""
        return {}

    def weights_changed(self, agent: Agent) -> None:
        """Write the agent's adapter, hand it to all servers, and retire the one before.

        Raises:
            ValueError: a request that the adapter answers is under way.
            UsageError: a server that takes no adapters, or the adapter cannot be written.
        """
        name = self._policy.adapter(agent)
        before = self._adapters.get(name)
        if any(asked.adapter == before for asked in self._asked.values()):
            raise ValueError(f"the {agent}'s adapter changed while it was answering")
        owner = next(one for one in self._policy.owners if self._policy.adapter(one) == name)
        version = f"{name}-{self._policy.digest(owner)}"
        if before is not None and before.name == version:
            return
        adapter = Adapter(version, self._folder / version)
        try:
            self._policy.save(owner, adapter.folder)
        except (OSError, SafetensorError) as error:
            raise cannot_write(adapter.folder, error) from None
        self._adapters[name] = adapter
        up = self._up()
        for server, future in [(one, self._pool.submit(one.load, adapter)) for one in up]:
            try:
                future.result()
            except (ServerUnreachableError, WorkFailedError) as error:
                self._leave_out(server, error)
        if before is not None:
            wait([self._pool.submit(server.retire, before) for server in self._up()])
            shutil.rmtree(before.folder, ignore_errors=True)  # who answers with it has read it

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in; returns a ticket for each, by which `step` names its answer."""
        tickets = list(range(self._tickets, self._tickets + len(requests)))
        self._tickets += len(requests)
        self._give_homes(requests)
        for ticket, request in zip(tickets, requests, strict=True):
            adapter = self._adapters[self._policy.adapter(request.agent)]
            self._asked[ticket] = _Asked(request, adapter)
            self._send(self._asked[ticket])
        return tickets

    def step(self) -> dict[int, Completion | ParelhaError]:
        """Wait for an answer, but not long; returns those that are complete by then, by ticket.

        In place of an answer there is a `UsageError` where a server refuses the request, for
        instance as too long, and a `WorkFailedError` where several failed at it.

        Raises:
            WorkFailedError: for half an hour no server worked, or the engine is closed.
        """
        self._look_for_the_lost()
        futures = [a.future for a in self._asked.values() if a.future is not None]
        if futures:
            wait(futures, _STEP_SECONDS, return_when=FIRST_COMPLETED)
        elif self._asked:
            time.sleep(_STEP_SECONDS)
        before = self.statistics.new_tokens
        ended = dict(self._ended())
        self.statistics.steps += 1
        if self.statistics.new_tokens > before:
            self.on_tokens(self.statistics.new_tokens - before)
        return ended

    def _ended(self) -> Iterator[tuple[int, Completion | ParelhaError]]:
        for ticket, asked in list(self._asked.items()):
            if asked.future is None or not asked.future.done():
                continue
            assert asked.server is not None
            found: Completion | ParelhaError
            try:
                found = self._finished(asked.request, *asked.future.result())
            except (_NotAskedError, ServerUnreachableError, WorkFailedError) as error:
                self._leave_out(asked.server, error)
                asked.attempts += not isinstance(error, _NotAskedError)
                if asked.attempts < _ATTEMPTS:
                    self.asked_again += 1
                    self._send(asked)
                    continue
                found = error
            except ParelhaError as error:
                found = error
            del self._asked[ticket]
            yield ticket, found

    def _finished(self, request: Request, action: Completion | None, said: Answer) -> Completion:
        """An action as it was drawn; of a text what our own engine would have sampled of it."""
        if action is None:
            kept, finish = cut(said.token_ids, request, self._formats[request.agent].decode)
            finish = finish or "length"
            found = Completion(
                tuple(kept), tuple(said.logprobs[: len(kept)]), finish, (None,) * len(kept)
            )
        else:
            found = action
        self.statistics.prompt_tokens += said.prompt_tokens
        self.statistics.reused_tokens += said.reused_tokens
        self.statistics.new_tokens += len(found.token_ids)
        return found

    # --- who is asked ------------------------------------------------------------------------

    def _up(self) -> list[VllmServer]:
        return [server for server in self.servers if server.is_up]

    def _give_homes(self, requests: Sequence[Request]) -> None:
        """Spread drafts that are new over the servers, tree by tree, as evenly as can be."""
        up = self._up()
        new = [k for k in dict.fromkeys(map(_draft_of, requests)) if k not in self._homes]
        # Who has the fewest begins: what comes one by one is spread as well.
        homes = list(self._homes.values())
        up.sort(key=homes.count)
        for place, key in enumerate(new if up else ()):
            self._homes[key] = up[place * len(up) // len(new)]

    def _send(self, asked: _Asked) -> None:
        """Ask the home of a request, which is moved where it is down; nobody where all are."""
        key = _draft_of(asked.request)
        home = self._homes.get(key)
        if home is None or not home.is_up:
            self._homes.pop(key, None)
            self._give_homes([asked.request])
            home = self._homes.get(key)
        asked.server, asked.future = home, None
        if home is not None:
            asked.future = self._askers[home].submit(self._ask, home, asked.adapter, asked.request)

    def _ask(self, server: VllmServer, adapter: Adapter, request: Request) -> _Said:
        """Ask a server, in a thread of its own, unless another thread has found it failing."""
        if server.is_failing:
            raise _NotAskedError(f"{server.url} failed while this waited")
        try:
            if request.choices:
                return walk_choice(request, lambda body: server.complete(adapter, body), server.url)
            return None, read_answer(server.complete(adapter, body_of(request)), server.url)
        except (ServerUnreachableError, WorkFailedError):
            server.is_failing = True
            raise

    def _leave_out(self, server: VllmServer, error: ParelhaError) -> None:
        """Ask a server no more until it is back.

        Raises:
            ParelhaError: the engine was closed, which ends all requests.
        """
        if self._closed:
            raise error
        if server.is_up:
            server.is_up = False
            self._probed, self._fault = time.monotonic(), str(error)
            server.lost_at = self._probed
            self._say(f"{server.url} is left out: {error}")
            if not self._up():
                self._last_up = self._probed  # however long ago the engine was asked for a step
                minutes = f"{_PATIENCE_SECONDS / 60:.0f} minutes"
                self._say(f"no server is left: one is waited for, {minutes} at most")

    def _look_for_the_lost(self) -> None:
        """Take servers in again that answer, and send what waited for one."""
        for server, probe in list(self._probes.items()):
            if probe.done():
                del self._probes[server]
                if probe.exception() is None:
                    server.is_up = True
                    server.is_failing = False
                    self._say(f"{server.url} is back")
        now = time.monotonic()
        if now - self._probed >= _PROBE_SECONDS:
            self._probed = now
            for server in self.servers:
                if server.is_up:
                    continue
                if now - server.lost_at >= _GRACE_SECONDS:
                    server.give_up()  # what it has not answered is asked of another one
                if server not in self._probes:
                    self._probes[server] = self._pool.submit(server.greet, self._folder.parent)
        if self._up():
            self._last_up = now
            for asked in self._asked.values():
                if asked.future is None:
                    self._send(asked)
        elif now - self._last_up > _PATIENCE_SECONDS:
            urls = ", ".join(server.url for server in self.servers)
            raise WorkFailedError(
                f"no server answers any more ({urls}; {self._fault}): start them again and go on "
                "with --resume; everything up to the step before is saved"
            )


class _NotAskedError(ParelhaError):
    """A server failed while a request waited for one of its threads."""


def _draft_of(request: Request) -> tuple[int | str, ...]:
    """The draft that a turn belongs to: its stream ends with the place in the tree and the turn."""
    place, *_ = request.stream[-2:]
    return (*request.stream[:-2], str(place).partition(".")[0])


def _own_folder(shared: Path) -> tuple[Path, FileLock]:
    """A new folder for this engine, held; what killed processes of this machine left is removed.

    Raises:
        UsageError: it cannot be written.
    """
    # Of this machine's name alone: not every file system tells another machine of a lock.
    host = socket.gethostname()
    own = shared / f"{host}-{unique()}"
    try:
        # `gpu` is not to take the folders of `gpu-2`.
        remove_left(shared.glob(f"{glob.escape(host)}-{'[0-9a-f]' * 8}"))
        own.mkdir(parents=True)
        return own, hold_folder(own)
    except OSError as error:
        raise cannot_write(own, error) from None
