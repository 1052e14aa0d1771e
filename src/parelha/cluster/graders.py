"""Programs graded on all nodes of a cluster: a score does not depend on who gives it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from parelha import __version__
from parelha.cluster.actors import cause_of, wait_until_ready
from parelha.cluster.hosts import GraderHost
from parelha.config import Config
from parelha.errors import InfrastructureError
from parelha.grading import Grader
from parelha.types import Lang, Score, Task

_NEVER = 1_000_000  # programs that wait for a grader which answers nothing more
_RETRIES = 3  # of a program whose grader dies: it may be the program that kills it


class ClusterGrader(Grader):
    """A `Grader` whose programs run on all nodes, where the fewest are waiting.

    Canaries are graded by this process itself. `engine.workers` are those of each node, 0 meaning
    as many as it has processors; `settings` are arguments of `Grader`.

    Raises:
        UsageError: as `Grader`, on one of the nodes.
    """

    def __init__(
        self, ray: Any, say: Callable[[str], None], config: Config, **settings: Any
    ) -> None:
        super().__init__(**{**settings, "start": False})
        suites = {
            Path(name).absolute() for name in (*config.tasks.suites, *config.tasks.eval_suites)
        }
        own_tasks = sorted(folder for folder in suites if folder.is_dir())
        self._ray, self._lock = ray, threading.Lock()
        self._hosts: list[Any] = []
        strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        self.workers = 0
        for node in ray.nodes():
            if not node["Alive"]:
                continue
            workers = config.engine.workers or max(1, int(node["Resources"].get("CPU", 1)))
            self.workers += workers
            self._hosts.append(
                ray.remote(GraderHost)
                .options(
                    # They give way to everything else by themselves.
                    num_cpus=0,
                    max_concurrency=4 * workers,
                    max_restarts=-1,
                    max_task_retries=_RETRIES,
                    # Where its node is gone, another one does the work.
                    scheduling_strategy=strategy(node["NodeID"], soft=True),
                )
                .remote(__version__, {**settings, "workers": workers, "start": True}, own_tasks)
            )
        self._waiting = [0] * len(self._hosts)
        wait_until_ready(ray, self._hosts, "graders")
        say(f"graders on {len(self._hosts)} nodes, {self.workers} programs at once")

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        """As `Grader.grade`, on one of the nodes."""
        score: Score = self._ask("grade", task, program, reason)
        return score

    def grade_answer(self, task: Task, program: str, reason: str, answer: str) -> Score:
        """As `Grader.grade_answer`, on one of the nodes."""
        score: Score = self._ask("grade_answer", task, program, reason, answer)
        return score

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        """As `Grader.execute_examples`, on one of the nodes."""
        return str(self._ask("execute_examples", task, program, lang))

    def analyse_text(self, program: str, lang: Lang) -> str:
        """As `Grader.analyse_text`, on one of the nodes."""
        return str(self._ask("analyse_text", program, lang))

    def _ask(self, method: str, *arguments: Any) -> Any:
        with self._least_busy() as number:
            try:
                return self._ray.get(self._hosts[number].ask.remote(method, *arguments))
            except self._ray.exceptions.RayError as error:
                if getattr(error, "cause", None) is not None:
                    raise cause_of(error, "a grader") from None
                if isinstance(error, self._ray.exceptions.ActorDiedError):
                    with self._lock:
                        self._waiting[number] += _NEVER  # it is not started anew
                raise InfrastructureError("a grader died over it, and died again") from None

    @contextmanager
    def _least_busy(self) -> Iterator[int]:
        with self._lock:
            number = min(range(len(self._hosts)), key=lambda n: self._waiting[n])
            self._waiting[number] += 1
        try:
            yield number
        finally:
            with self._lock:
                self._waiting[number] -= 1

    def close(self) -> None:
        """Stop all workers, those of other nodes too; may be called twice."""
        hosts, self._hosts = self._hosts, []
        for host in hosts:
            self._ray.kill(host)
        super().close()
