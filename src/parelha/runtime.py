"""Everything a run holds open: models, engine, grader, and the watch on memory."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psutil

from parelha.agents.formats import Format
from parelha.agents.roles import Roles, roles_of
from parelha.closing import Closing
from parelha.config import Config
from parelha.config_base import user_path
from parelha.engines.protocol import Engine
from parelha.engines.server import ServerEngine
from parelha.engines.torch_engine import TorchEngine
from parelha.engines.vllm_engine import VllmEngine
from parelha.errors import UsageError
from parelha.grading import Grader, grader_settings
from parelha.learning.algorithms import load_algorithm
from parelha.learning.ranks import Ranks
from parelha.loading import find_files, load_formats, load_with, prepare_torch, resolved
from parelha.models.fetch import ModelFiles
from parelha.models.load import check_four_bit
from parelha.models.policy import Policy
from parelha.own_modules import load_module
from parelha.sizes import check_fits
from parelha.stage import Stage
from parelha.types import Agent, Phase, Task

_SAMPLE_SECONDS = 2.0  # a sample takes 40 ms: the kernel counts page by page


@dataclass(frozen=True)
class Helpers:
    """Who takes work off a run.

    Attributes:
        ranks: who shares its updates.
        open_grader: makes its grader, as `Grader` does; None means one on this machine.
        place_servers: starts those who answer, and returns the configuration with their URLs.
    """

    ranks: Ranks
    open_grader: Callable[..., Grader] | None = None
    place_servers: Callable[[Config], Config] | None = None


@dataclass
class Runtime(Closing):
    """The open parts of a run; a context manager that closes them.

    Attributes:
        config: of the run; `model.dtype` is what `auto` came to.
        roles: who plays.
        files: where each role's weights came from.
        weights: base and adapters; None where a server answers, and none are loaded.
        engine: answers requests.
        formats: of each role's tokenizer.
        grader: scores programs and runs tools.
        pool: threads that wait for the grader.
        memory: watches the memory of this process and its workers.
        ranks: who shares the updates.
    """

    config: Config
    roles: Roles
    files: dict[Agent, ModelFiles]
    weights: Policy | None
    engine: Engine
    formats: dict[Agent, Format]
    grader: Grader
    pool: ThreadPoolExecutor
    memory: "MemoryWatch"
    ranks: Ranks = field(default_factory=Ranks)

    @property
    def policy(self) -> Policy:
        """Base and adapters.

        Raises:
            UsageError: a server answers.
        """
        if self.weights is None:
            raise UsageError("a server has no weights to work with: leave engine.server out")
        return self.weights

    def window(self, agent: Agent) -> tuple[int, str]:
        """Longest sequence of an agent, in tokens (0: no limit known), and what lengthens it."""
        found = [(self.weights.window(agent), "choose another model")] if self.weights else []
        told: Any = getattr(self.engine, "window", None)  # of servers
        if told is not None:
            found.append((told(agent), "start the server with a longer one"))
        return min((one for one in found if one[0]), default=(0, ""))

    @property
    def notices(self) -> list[str]:
        """What a person should know of how this machine computes, a line each."""
        if self.weights is None:
            return []
        kernels = self.weights.kernels
        found = [
            f"warning: without {path}, slower: {reason}"
            for path, reason in kernels.left_out.items()
            if reason not in ("switched off",) and not reason.startswith("needs ")
        ]
        if found and not kernels.paths:
            reason = next(iter(kernels.left_out.values()))
            found = [f"warning: plain modules alone work on this processor, slowly: {reason}"]
        if kernels.is_slow:
            found.append(
                "warning: this processor does not multiply bfloat16 itself, float32 is faster here"
            )
        return found

    def stage(self, *stream: int | str, single: bool = False, phase: Phase = "free") -> Stage:
        """What the episodes of one step need; `single` is evaluation: one draft, one review."""
        episode, raw = self.config.episode, self.config.reward.kind == "slides_raw"
        if single:
            # Without revisions there is a review, and nobody who reads it.
            rounds = episode.max_rounds if self.config.eval.revisions else 0
            episode = episode.model_copy(
                update={"drafts": 1, "reviews": 1, "action_epsilon": 0.0, "max_rounds": rounds}
            )
        return Stage(
            config=episode,
            lang=self.config.lang,
            roles=self.roles,
            formats=self.formats,
            grader=self.grader,
            pool=self.pool,
            stream=(self.config.seed, *stream),
            sampling=self.config.eval if single else None,
            phase=phase,
            grade_answer=self.grader.grade_answer if raw else None,
            hints=self.config.gives_hints and not single,
        )

    def weights_changed(self) -> None:
        """Tell the engine that all adapters are others now, as after reading a checkpoint."""
        for agent in Agent:
            self.engine.weights_changed(agent)

    def close(self) -> None:
        """Stop the watch and the workers."""
        self.memory.stop()
        self.engine.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.grader.close()


def open_runtime(
    config: Config,
    *,
    on_progress: Callable[[str], None],
    on_message: Callable[[str], None] | None = None,
    open_grader: Callable[..., Grader] | None = None,
    ranks: Ranks | None = None,
) -> Runtime:
    """Find the weights, load them, start the workers; of a server's models the tokenizers alone.

    Args:
        config: of the run.
        on_progress: told what happens now; the next line takes its place.
        on_message: told, in lines that stay, of vLLM servers that are lost or back; None means
            `on_progress`.
        open_grader: makes the grader of `grader_settings`; None means one on this machine.
        ranks: who shares the updates, and is told of the run; None means nobody.

    Raises:
        UsageError: a model, a server or a module that cannot be had, or isolation too weak to run
            programs.
        WorkFailedError: the server fails.
    """
    if config.model.dtype == "nf4" and not config.engine.server:
        check_four_bit()
    _check_own_modules(config)
    prepare_torch(config)
    settings = grader_settings(config)
    grader = (open_grader or Grader)(**settings, start=True)
    try:
        roles = roles_of(config)
        files = find_files(roles, on_progress)
        config, ranks = resolved(config), ranks or Ranks()
        ranks.tell(config, files)
        on_progress(f"loading {next(iter(files.values())).name}")
        policy, engine, formats = _open_engine(
            config, files, ranks, on_progress, on_message or on_progress
        )
    except BaseException:
        grader.close()
        raise
    pool = ThreadPoolExecutor(max_workers=2 * grader.workers, thread_name_prefix="grade")
    watch = MemoryWatch()
    return Runtime(config, roles, files, policy, engine, formats, grader, pool, watch, ranks)


def _check_own_modules(config: Config) -> None:
    """Raise UsageError at once, before anything slow, for what of a user's own cannot be used."""
    load_algorithm(config.learning.algorithm)
    for module in config.reward.own:
        load_module(module, "value")
    if config.engine.own:
        load_module(config.engine.own, "open_engine")


def _open_engine(
    config: Config,
    files: dict[Agent, ModelFiles],
    ranks: Ranks,
    say: Callable[[str], None],
    say_lasting: Callable[[str], None],
) -> tuple[Policy | None, Engine, dict[Agent, Format]]:
    """The engine, with the policy it answers with unless it is a server."""
    wanted = config.engine
    if wanted.server:
        formats = load_formats(files)
        models = {agent: role.server_model for agent, role in roles_of(config).items()}
        key_env = wanted.server_key_env
        engine = ServerEngine(wanted.server, models, formats, key_env=key_env, say=say)
        return None, engine, formats
    policy, formats = load_with(ranks, config, files)
    if wanted.kind == "vllm":
        own_place = user_path(wanted.adapters_dir)
        folder = own_place if wanted.adapters_dir else config.run_dir / "adapters"
        return policy, VllmEngine(wanted, folder, policy, formats, say_lasting), formats
    if wanted.own:
        own: Engine = load_module(wanted.own, "open_engine").open_engine(config, policy, formats)
        return policy, own, formats
    ours = TorchEngine(
        policy, {agent: form.decode for agent, form in formats.items()}, wanted.max_batch_tokens
    )
    return policy, ours, formats


def check_window(runtime: Runtime, tasks: tuple[Task, ...]) -> None:
    """Refuse tasks whose longest possible dialogue does not fit into a model's or server's window.

    Raises:
        UsageError: naming the task, its need and the window.
    """
    windows = {agent: runtime.window(agent) for agent in runtime.roles}
    check_fits(runtime.stage(), runtime.config.eval.arms, windows, tasks)


class MemoryWatch:
    """Samples the memory of this process and all its children, and keeps the peak.

    Memory shared by several processes is counted once (PSS), else forked workers would count
    their parent's pages again and again.
    """

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._end.wait(_SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, used_bytes(own))

    def stop(self) -> None:
        """End the watch."""
        self._end.set()


def used_bytes(process: psutil.Process) -> int:
    """Memory of a process and its descendants, shared pages counted once, in bytes."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            info: Any = one.memory_full_info()
            total += int(getattr(info, "pss", 0) or info.rss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total
