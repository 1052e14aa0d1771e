"""One program in, one `Analysis` out: the three tools side by side, and the syntax tree."""

import contextlib
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

from parelha.analysis.budget import PROGRAM_SECONDS, Budget
from parelha.analysis.commands import ToolOutput, find_config, program_bytes, run_command
from parelha.analysis.findings import (
    TOOLS,
    Tool,
    in_order,
    read_flake8,
    read_mypy,
    read_pylint,
    split_sight,
)
from parelha.analysis.structure import structure
from parelha.analysis.suppressions import neutralise
from parelha.analysis.warm import EARLY, WARM_UP, WarmTool, family
from parelha.closing import Closing
from parelha.errors import InfrastructureError, UsageError
from parelha.once import Once
from parelha.slots import Slots
from parelha.types import Analysis, Finding

MAX_SOURCE_BYTES = 100_000  # more than any answer holds; larger texts are not given to the tools
_CACHE_ENTRIES = 4096
_BLOCKED = 2  # mypy's exit code where it has checked nothing
# pylint's findings on its own settings, which it would repeat for every program.
_SETTING_CODES = frozenset({"E0012", "E0013", "E0015", "R0022", "W0012"})
_MYPY_CHATTER = ("LOG:", "Warning: unused section")  # what it says of settings that it does use
FAULTS = {
    "timeout": "the program takes the tool too long",
    "memory": "the program takes the tool too much memory",
    "crashed": "the program crashes the tool",
}


class Analyser(Closing):
    """Runs pylint, flake8 and mypy on programs; a context manager, safe to share between threads.

    Suppression comments are neutralised first. No text is an error: a program that no tool can read
    gets findings that say so.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        config_dir: Path | None = None,
        cpu_seconds: float = PROGRAM_SECONDS,
    ) -> None:
        """Prepare; processes start with the first program that needs them, or with `start`.

        Args:
            workers: programs analysed at a time.
            config_dir: a folder whose ``pylintrc``, ``.flake8``, ``mypy.ini``, ``setup.cfg`` or
                ``pyproject.toml`` replace the tools' defaults (and mypy's ``--strict``).
            cpu_seconds: processor time that the three tools together have for one program.

        Raises:
            UsageError: `config_dir` is no folder, or a tool cannot use the settings in it.
            ValueError: `workers` is less than 1.
        """
        if workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        configs = {tool: find_config(tool, config_dir) for tool in TOOLS}
        for tool, config in configs.items():
            if config is not None:
                check_config(tool, config)
        self._folder = Path(tempfile.mkdtemp(prefix="parelha-analysis-"))
        self._warm = {
            (tool, name): WarmTool(tool, name, configs[tool], workers, self._folder, cpu_seconds)
            for tool, name in WARM_UP
        }
        self._early: dict[Tool, str] = {}  # whose servers have read what any program needs
        self._slots = Slots(workers)
        self._threads = ThreadPoolExecutor(workers * len(TOOLS), "parelha-lint")
        self._cpu_seconds = cpu_seconds
        self._seen: Once[str, Analysis] = Once(_CACHE_ENTRIES)
        self._closed = False

    def start(self) -> None:
        """Let the servers load that are ready for all programs, without waiting for them."""
        for tool, name in EARLY:
            # What cannot be started is told where a program needs it.
            with contextlib.suppress(InfrastructureError):
                self._warm[tool, name].start()
                self._early[tool] = name

    def analyse(self, source: str) -> Analysis:
        """What the tools say of any text: a syntax error, NUL bytes or a megabyte is data.

        Raises:
            InfrastructureError: the machine failed twice in a row.
            ValueError: the analyser is closed.
        """
        if self._closed:
            raise ValueError("this Analyser is closed")
        return self._seen.get(source, lambda: self._analyse(source))

    def close(self) -> None:
        """End the processes and remove their files; may be called twice."""
        if not self._closed:
            self._closed = True
            for tool in self._warm.values():
                tool.close()
            self._threads.shutdown(wait=True, cancel_futures=True)
            shutil.rmtree(self._folder, ignore_errors=True)

    def _analyse(self, source: str) -> Analysis:
        if len(program_bytes(source)) > MAX_SOURCE_BYTES:
            message = f"the program is larger than {MAX_SOURCE_BYTES} bytes"
            return Analysis(
                tuple(Finding(tool, "too-large", message, 1, 0, "fatal") for tool in TOOLS)
            )
        neutral, _ = neutralise(source)
        with self._slots:
            budget = Budget(self._cpu_seconds)
            futures = [self._threads.submit(self._run, tool, neutral, budget) for tool in TOOLS]
            wait(futures)  # all, before the slot is given up: one of them may raise
            outputs = [future.result() for future in futures]
            findings: list[Finding] = []
            sight: dict[str, Any] = {}
            pylint_score: float | None = None
            for tool, output in zip(TOOLS, outputs, strict=True):
                # A tool before it in the order may have used up the budget since.
                covered = output if budget.covers(tool) else replace(output, fault="timeout")
                found, score = read(tool, covered)
                if tool == "mypy":
                    sight = split_sight(covered.stdout if not covered.fault else "")[1]
                if found and found[0].code == "crashed":
                    self._try(tool, neutral)
                findings += found
                pylint_score = score if tool == "pylint" else pylint_score
        return Analysis(in_order(findings), pylint_score, structure(source, sight))

    def _run(self, tool: Tool, source: str, budget: Budget) -> ToolOutput:
        return self._server(tool, source).run(source, budget)

    def _server(self, tool: Tool, source: str) -> WarmTool:
        """A tool's server for a program; no other is started beside one that was started early."""
        return self._warm[tool, self._early.get(tool) or family(tool, source)]

    def _try(self, tool: Tool, source: str) -> None:
        """See whether a tool reads anything at all, before a program is blamed for its crash.

        Raises:
            InfrastructureError: the tool falls over the empty program too.
        """
        output = self._server(tool, source).run("")
        if any(finding.code in FAULTS for finding in read(tool, output)[0]):
            last = output.stderr.strip().rpartition("\n")[2] or "no reason given"
            raise InfrastructureError(f"{tool} falls over every program: {last}")


def read(tool: Tool, output: ToolOutput) -> tuple[tuple[Finding, ...], float | None]:
    """Findings and pylint score of one tool's output; a tool that failed is a finding."""
    fault = output.fault
    if not fault:
        try:
            if tool == "pylint":
                found, score = read_pylint(output.stdout)
                return stopped(found, "E0001"), score
            if tool == "flake8":
                found = stopped(read_flake8(output.stdout), "E9")
            else:
                found = read_mypy(split_sight(output.stdout)[0])
                found = stopped(found) if output.exit_code == _BLOCKED else found
            if found or output.exit_code == 0:
                return found, None
        except (ValueError, KeyError, TypeError):
            pass  # a tool that fell over prints a traceback, or nothing
        fault = "crashed"
    return (Finding(tool, fault, FAULTS[fault], 1, 0, "fatal"),), None


def stopped(found: tuple[Finding, ...], codes: str = "") -> tuple[Finding, ...]:
    """Findings behind which a tool reads no more, as blocking: it would have said other things."""
    return tuple(
        replace(item, severity="blocking")
        if item.code.startswith(codes) and item.severity != "note"
        else item
        for item in found
    )


def check_config(tool: Tool, config: Path) -> None:
    """Try a user's settings on an empty program, so that a mistake is found before the first run.

    Raises:
        UsageError: the tool does not work with these settings.
    """
    output = run_command(tool, "", config, os.devnull)
    findings, _ = read(tool, output)
    said = [item.message for item in findings if item.code in _SETTING_CODES]
    if tool == "mypy":  # it goes on without the settings that it does not understand
        lines = output.stderr.strip().splitlines()
        said += [line for line in lines if line and not line.startswith(_MYPY_CHATTER)]
    if any(finding.code in FAULTS for finding in findings):
        said = (output.stderr or output.stdout).strip().splitlines() or ["no reason given"]
    if said:
        raise UsageError(f"{tool} cannot use {config}: {said[-1]}")
