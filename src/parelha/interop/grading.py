"""Answers of other trainers' models to rewards, by the grader of a run, many at once."""

import atexit
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from parelha.agents.parsers import extract_program
from parelha.closing import Closing
from parelha.config import Config
from parelha.errors import InfrastructureError, UsageError
from parelha.grading import Grader, grader_settings
from parelha.once import Once
from parelha.rewards import combine, components
from parelha.stage import Tools, guarded
from parelha.tasks import get_task
from parelha.types import FinishReason, Score, Task


@dataclass(frozen=True)
class Graded:
    """What one answer is worth.

    Attributes:
        reward: of the program, as its draft would earn it in a run (docs/rewards.md).
        metrics: `passed` (1 when all hidden cases pass, else 0), `share` of the hidden cases
            passed, `program` (1 when the answer held one), and the components of the reward.
        score: everything measured.
    """

    reward: float
    metrics: dict[str, float]
    score: Score


class AnswerGrader(Closing):
    """Grades answers in parallel; safe to call from several threads.

    Args:
        config: of the reward, the linters' settings and the engine's workers; the seed is that of
            the hidden inputs, as in a run. None: the defaults.
        tools: grades programs in place of a `Grader` of its own, and stays open.

    Raises:
        UsageError: the settings cannot be used, or isolation is too weak to run programs.
    """

    def __init__(self, config: Config | None = None, tools: Tools | None = None) -> None:
        self.config = config or Config()
        if self.config.reward.kind == "slides_raw":
            raise UsageError("reward.kind = slides_raw is paid in runs alone: take slides")
        settings = grader_settings(self.config)
        self._closed_with = ExitStack()
        if tools is None:
            tools = self._closed_with.enter_context(Grader(**settings, start=True))
        self.tools: Tools = tools
        # The threads only wait for worker processes.
        threads = 2 * settings["workers"]
        self.pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="grade")

    def grade(
        self,
        tasks: Sequence[Task | str],
        answers: Sequence[str],
        finishes: Sequence[FinishReason] = (),
    ) -> list[Graded | None]:
        """Grade one answer to each task, side by side.

        Args:
            tasks: (N,) tasks of any suite, or ids of the families' tasks.
            answers: (N,) whole answers; their programs are found as in a run.
            finishes: (N,) why each ended; none: all ended by themselves.

        Returns:
            (N,) in the same order; None for an answer that was lost to a fault of the machine: no
            sample, and no zero.

        Raises:
            UsageError: not as many answers as tasks, or an unknown task.
        """
        if len(tasks) != len(answers) or (finishes and len(finishes) != len(answers)):
            raise UsageError(f"{len(tasks)} tasks and {len(answers)} answers: one for each")
        known = [get_task(task) if isinstance(task, str) else task for task in tasks]
        ends = finishes or ["stop"] * len(answers)
        return list(self.pool.map(self._grade_one, known, answers, ends))

    def _grade_one(self, task: Task, answer: str, finish: FinishReason) -> Graded | None:
        program, reason = extract_program(answer, finish)
        try:
            score: Score = guarded(self.tools.grade, task, program, reason)
        except InfrastructureError:
            return None
        return self.rewarded(score)

    def rewarded(self, score: Score) -> Graded:
        """The reward of a score, and its parts as metrics."""
        reward = self.config.reward
        parts = components(score, (), reward)
        metrics = {
            "passed": float(score.all_passed),
            "share": score.tests.share if score.tests is not None else 0.0,
            "program": float(not score.reason),
        }
        return Graded(combine(parts, reward), metrics | parts, score)

    def close(self) -> None:
        """Stop all workers."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self._closed_with.close()


_shared: Once[str, AnswerGrader] = Once(1)


def shared_grader() -> AnswerGrader:
    """The grader with default settings, for frameworks that never say when they are done."""
    return _shared.get("", _until_exit)


def _until_exit() -> AnswerGrader:
    grader = AnswerGrader()
    atexit.register(grader.close)
    return grader
