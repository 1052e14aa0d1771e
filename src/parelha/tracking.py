"""The run folder: every file appears whole or not at all, and a kill loses at most one step.

A step is written in three files, and its line in ``metrics.jsonl`` comes last: a step that has
that line is complete. Small files are rewritten whole (write, fsync, rename) even to add a line;
a run has at most some thousands of steps, and a torn line can then never exist.
"""

import fcntl
import os
import shlex
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from parelha.errors import UsageError
from parelha.files import (
    Line,
    cannot_write,
    make_folder,
    read_lines,
    read_object,
    remove_unfinished,
    to_json_line,
    write_atomic,
    write_object,
)
from parelha.recorded import (
    ConfigRecord,
    EvalRecord,
    RoundRecord,
    StepRecord,
    checked_records,
)

_LOCK = ".lock"
_FOLDERS = ("episodes", "eval", "checkpoints")
# Files beside them that only the process which has claimed the run writes.
_OWN = ("config.json", "metrics.jsonl", "timings.jsonl", "passed_canary_*.txt")
_ADAPTERS = "adapters"  # for servers: what an engine that was killed left, the next one removes


class RunFolder:
    """The files of one run; made by `create` for a new run and by `open` for an existing one.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locked = False

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make the folder of a new run and claim it for this process.

        Raises:
            UsageError: something is there already, or the folder cannot be made.
        """
        try:
            if path.exists() and (not path.is_dir() or _content(path)):
                raise UsageError(
                    f"{path} exists already: choose another --name, or go on with --resume "
                    f"{shlex.quote(str(path))}"
                )
            for folder in _FOLDERS:
                (path / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from None
        run = cls(path)
        run.lock()
        run.truncate(0)
        return run

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an existing run to read it.

        Raises:
            UsageError: there is no run at `path`.
        """
        if not path.exists():
            raise UsageError(f"{path} does not exist")
        if not (path / "config.json").is_file():
            raise UsageError(f"{path} is no run: it holds no config.json")
        return cls(path)

    def lock(self) -> None:
        """Claim the folder for this process until it ends, however it ends.

        A record lock (fcntl): forked workers do not inherit it, so an orphan cannot keep it.

        Raises:
            UsageError: another process is writing this run.
        """
        if self._locked:
            return
        try:
            # Never closed: closing any handle of the file would give the lock back.
            handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another process is training in {self.path}") from None
        except OSError as error:
            raise cannot_write(self.path / _LOCK, error) from None
        self._locked = True

    # --- writing -------------------------------------------------------------------------------

    def write_config(self, record: Mapping[str, Any]) -> None:
        """Write ``config.json``: configuration, models with sources and hashes, versions."""
        write_object(self.path / "config.json", record)

    def write_step(
        self,
        step: int,
        metrics: Mapping[str, Any],
        timings: Mapping[str, Any],
        rounds: Iterable[Mapping[str, Any]],
    ) -> None:
        """Write one complete step, its line in ``metrics.jsonl`` last.

        Call it before the step's checkpoint: every checkpoint then has all its steps on record.

        Args:
            step: 1 for the first.
            metrics: flat; no clock in it, so that two equal runs have equal files.
            timings: flat; everything that depends on the clock or the machine.
            rounds: one record per round, in the order of the trees.
        """
        self._write_rounds(step_name(step), rounds)
        for name, record in (("timings.jsonl", timings), ("metrics.jsonl", metrics)):
            earlier = [r for r in self._read_steps(name) if r["step"] < step]
            _write_records(self.path / name, [*earlier, {"step": step, **record}])

    def write_eval(
        self, which: str, table: Mapping[str, Any], rounds: Iterable[Mapping[str, Any]]
    ) -> None:
        """Write an evaluation, `which` being ``"before"`` or ``"after"``; its table comes last."""
        self._write_rounds(f"eval_{which}", rounds)
        path = self.path / "eval" / f"{which}.json"
        make_folder(path.parent)
        write_object(path, table)
        self._drop_answers(which)

    def answers_path(self, which: str, step: int) -> Path:
        """Where an evaluation that is under way keeps answers; it is gone when that is written."""
        return self.path / "eval" / f"{which}_{step:05d}.answers"

    def _drop_answers(self, which: str, after: int = -1) -> None:
        """Remove the answers of unfinished evaluations `which`, of steps after this one."""
        for path in (self.path / "eval").glob(f"{which}_*.answers"):
            number = path.stem.removeprefix(f"{which}_")
            if number.isdecimal() and int(number) > after:  # else a copy of somebody's
                shutil.rmtree(path, ignore_errors=True)

    def truncate(self, step: int) -> None:
        """Claim the run and forget everything after `step`, before going on from there."""
        self.lock()
        # The page, exports and what trackers write may be under way in other processes.
        remove_unfinished(self.path, *_OWN)
        answers = (self.path / "eval").glob("*.answers")
        for folder in (self.path / "episodes", self.path / "eval", *answers):
            remove_unfinished(folder, "*")
        # Metrics first: a step without its line there is no step, whatever else is lying about.
        for name in ("metrics.jsonl", "timings.jsonl"):
            records = self._read_steps(name)
            kept = [r for r in records if r["step"] <= step]
            if len(kept) < len(records):
                _write_records(self.path / name, kept)
        for number in self.episode_steps():
            if number > step:
                self._rounds_path(step_name(number)).unlink(missing_ok=True)
        self._drop_answers("after", step)
        after = self.read_eval("after")
        if after is not None and after.get("step", 0) > step:
            (self.path / "eval" / "after.json").unlink(missing_ok=True)
            self._rounds_path("eval_after").unlink(missing_ok=True)

    # --- reading -------------------------------------------------------------------------------

    def read_config(self) -> Line:
        """What `write_config` wrote; raises UsageError where it is unreadable."""
        record = read_object(self.path / "config.json")
        if record is None or not isinstance(record.get("config"), dict):
            raise UsageError(f"{self.path} is no run: its config.json holds no configuration")
        return checked_records([record], self.path / "config.json", ConfigRecord)[0]

    def read_metrics(self) -> list[Line]:
        """One record per complete step, in order."""
        return self._read_steps("metrics.jsonl")

    def read_timings(self) -> list[Line]:
        """Speed and memory of the complete steps, in order."""
        return self._read_steps("timings.jsonl")

    def read_rounds(self, name: str) -> list[Line]:
        """Rounds of ``"step_00012"``, ``"eval_before"`` ...; none where they were not written."""
        path = self._rounds_path(name)
        return checked_records(read_lines(path), path, RoundRecord)

    def read_eval(self, which: str) -> Line | None:
        """The table of an evaluation, or None where there is none yet."""
        path = self.path / "eval" / f"{which}.json"
        table = read_object(path)
        return None if table is None else checked_records([table], path, EvalRecord)[0]

    def episode_steps(self) -> list[int]:
        """Numbers of the steps whose rounds are on record, ascending."""
        names = (p.stem for p in (self.path / "episodes").glob("step_*.jsonl"))
        numbers = (name.removeprefix("step_") for name in names)
        return sorted(int(n) for n in numbers if n.isdecimal())

    def _read_steps(self, name: str) -> list[Line]:
        return checked_records(read_lines(self.path / name), self.path / name, StepRecord)

    def _rounds_path(self, name: str) -> Path:
        return self.path / "episodes" / f"{name}.jsonl"

    def _write_rounds(self, name: str, rounds: Iterable[Mapping[str, Any]]) -> None:
        path = self._rounds_path(name)
        make_folder(path.parent)
        _write_records(path, rounds)


def step_name(step: int) -> str:
    """``step_00012``: the name of a step's files and folders."""
    return f"step_{step:05d}"


def _write_records(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    write_atomic(path, "".join(map(to_json_line, records)))


def _content(folder: Path) -> list[Path]:
    """What is in a folder; the skeleton of a run that was killed before it began is nothing."""
    return [
        entry
        for entry in folder.iterdir()
        if entry.name not in (_LOCK, _ADAPTERS)
        and not entry.match(".*.tmp")
        and not (entry.name in _FOLDERS and entry.is_dir() and not any(entry.iterdir()))
    ]
