"""What a person sees while a run goes on: a live panel on a terminal, plain lines elsewhere."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

_ROWS = 8  # steps kept in sight; all of them are in metrics.jsonl


class Progress:
    """Shows phases and steps; a context manager.

    On a terminal: a bar, the latest steps and what is happening now. Without one (or where
    ``TERM=dumb`` or ``CI`` says so): one line per step and message on standard output, and a
    phase at most every 30 seconds, so that a log stays short and a slow step is not silent.
    ``NO_COLOR`` keeps the live view and drops its colours.

    Args:
        total_steps: steps of the whole run.
        first_step: steps done before this process started (after a resume).
        plain: True or False overrides the choice.

    Attributes:
        followers: told of each step as `step` is.
    """

    def __init__(self, total_steps: int, *, first_step: int = 0, plain: bool | None = None) -> None:
        self._total = total_steps
        self._done = first_step
        self._costs: Sequence[float] = ()
        self._durations: list[float] = []
        self._plain = wants_plain() if plain is None else plain
        self._phase = ""
        self._phase_printed = -float("inf")
        self._console = Console(highlight=False, soft_wrap=self._plain, markup=False)
        self._rows: list[tuple[str, ...]] = []
        self._bar = Bar(
            TextColumn("step {task.completed:.0f} of {task.total:.0f}"),
            BarColumn(bar_width=32),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
        )
        self._bar_task = self._bar.add_task("", total=total_steps, completed=first_step, left="")
        self._live: Live | None = None
        self.followers: list[Callable[[Mapping[str, Any], Mapping[str, Any]], None]] = []

    def __enter__(self) -> Self:
        if not self._plain:
            self._live = Live(
                get_renderable=self._render, console=self._console, refresh_per_second=4
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._phase = ""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def set_steps(self, costs: Sequence[float]) -> None:
        """Say how many steps there will be, by what each costs beside the others."""
        self._total, self._costs = len(costs), costs
        self._bar.update(self._bar_task, total=self._total)

    def phase(self, text: str) -> None:
        """Say what is happening now, such as ``drafting 12/32``."""
        self._phase = text
        if self._plain and time.monotonic() - self._phase_printed >= 30.0:
            self._phase_printed = time.monotonic()
            self._print(f"  {text}")

    def step(self, metrics: Mapping[str, Any], timings: Mapping[str, Any]) -> None:
        """Show a complete step; the keys are those of ``metrics.jsonl`` and ``timings.jsonl``."""
        self._done = int(metrics.get("step", self._done + 1))
        seconds = timings.get("seconds")
        if isinstance(seconds, (int, float)):
            self._durations.append(float(seconds))
        row = step_cells(metrics, timings)
        self._rows = [*self._rows, tuple(row.values())][-_ROWS:]
        self._bar.update(self._bar_task, completed=self._done, left=self._left())
        if self._plain:
            cells = ", ".join(f"{name} {cell}" for name, cell in list(row.items())[1:])
            left = self._left()
            self._print(f"step {self._done}/{self._total}: {cells}" + (f", {left}" if left else ""))
            self._phase_printed = time.monotonic()
        for follower in self.followers:
            follower(metrics, timings)

    def message(self, text: str) -> None:
        """Show a line that stays."""
        self._print(text)

    def _print(self, text: str) -> None:
        if self._plain:
            # Not through rich: a log must hold the line as it is, and at once.
            print(text, flush=True)
        else:
            self._console.print(Text(text))

    def _left(self) -> str:
        """Time left, from the mean of the latest steps (the first one also warms things up)."""
        costs = self._costs or [1.0] * self._total
        recent = self._durations[-5:]
        remaining, spent = costs[self._done :], costs[: self._done][-len(recent) :]
        if not remaining or not recent:
            return ""
        return f"{duration(sum(remaining) * sum(recent) / sum(spent))} left"

    def _render(self) -> Group:
        parts: list[Any] = []
        if self._rows:
            table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
            for name in step_cells({}, {}):
                table.add_column(name, justify="right", no_wrap=True)
            for row in self._rows:
                table.add_row(*row)
            parts.append(table)
        parts.append(self._bar)
        if self._phase:
            parts.append(Text(self._phase, style="cyan", overflow="ellipsis", no_wrap=True))
        return Group(*parts)


def wants_plain() -> bool:
    """True where standard output cannot hold a live view."""
    return not sys.stdout.isatty() or os.environ.get("TERM") == "dumb" or bool(os.environ.get("CI"))


def step_cells(metrics: Mapping[str, Any], timings: Mapping[str, Any]) -> dict[str, str]:
    """The columns of a step, name to text; an absent figure is a dash."""
    return {
        "step": str(metrics.get("step", "–")),
        "draft reward": _number(metrics.get("reward/draft"), "+.3f"),
        "revision": _number(metrics.get("reward/revision"), "+.3f"),
        "review": _number(metrics.get("reward/review"), "+.3f"),
        "pass draft": _number(metrics.get("pass_rate/draft"), ".0%"),
        "final": _number(metrics.get("pass_rate/final"), ".0%"),
        "tokens/s": _number(timings.get("tokens_per_second"), ".0f"),
        "time": duration(timings.get("seconds")),
    }


def duration(seconds: float | None) -> str:
    """``42 s``, ``3 min 05 s``, ``2 h 04 min``; a dash for None."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
