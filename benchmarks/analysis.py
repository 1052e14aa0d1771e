"""Speed and memory of static analysis: pylint, flake8 and mypy, warm against their command lines.

``python -m benchmarks.analysis`` runs both forms on the same programs in the same run. Every
program is another one (mutants), so that no cache helps; mypy's command line has its cache folder
filled, as a user's would be. Processor time, which a busy machine disturbs least, is that of the
tools' processes and of the servers that fork them; the ratio of elapsed times stands beside it.
"""

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from parelha.analysis.commands import run_command
from parelha.analysis.findings import TOOLS
from parelha.analysis.warm import WARM_UP, WarmTool, family
from tests.samples import CLEAN, Group, mutants  # pylint: disable=import-error

MEBIBYTE = 1024**2


@dataclass(frozen=True)
class Row:
    """One group of programs, all three tools together; seconds for one program."""

    group: str
    warm_cpu: float
    warm_elapsed: float
    cold_cpu: float
    cold_elapsed: float

    @property
    def cpu_ratio(self) -> float:
        """How many times less processor time."""
        return self.cold_cpu / self.warm_cpu

    @property
    def elapsed_ratio(self) -> float:
        """How many times less elapsed time, the tools one after the other."""
        return self.cold_elapsed / self.warm_elapsed


class Servers:
    """The warm tools, started as programs need them."""

    def __init__(self, folder: Path) -> None:
        self._tools = {key: WarmTool(*key, None, 1, folder) for key in WARM_UP}

    def run(self, source: str) -> None:
        """All three tools, one after the other."""
        for tool in TOOLS:
            self._tools[tool, family(tool, source)].run(source)

    def _processes(self) -> Iterator[psutil.Process]:
        for tool in self._tools.values():
            if tool.process_id is not None:
                yield psutil.Process(tool.process_id)

    def cpu_seconds(self) -> float:
        """Processor time so far of the servers and of the children they have reaped."""
        return sum(sum(process.cpu_times()[:4]) for process in self._processes())

    def resident(self) -> int:
        """Resident bytes of all servers; pages they share count in each."""
        return sum(process.memory_info().rss for process in self._processes())

    def close(self) -> None:
        """End them."""
        for tool in self._tools.values():
            tool.close()


@contextmanager
def servers() -> Iterator[Servers]:
    """Warm tools in a folder of their own, ended and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="parelha-benchmark-") as folder:
        running = Servers(Path(folder))
        try:
            yield running
        finally:
            running.close()


def programs(group: Group, count: int, seed: int) -> list[str]:
    """`count` different programs of a group: its clean programs in turn, each a bit changed."""
    bases = CLEAN[group]
    sources = (
        next(mutants(bases[number % len(bases)], 1, seed + number)) for number in range(10 * count)
    )
    return list(dict.fromkeys(sources))[:count]


def children_cpu() -> float:
    """Processor time of the command lines that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(running: Servers, group: Group, warm_count: int, cold_count: int) -> Row:
    """One row; the first programs, which start the servers and fill mypy's cache, do not count."""
    sources = programs(group, warm_count, seed=1)
    for source in CLEAN[group]:
        running.run(source)
    cpu, start = running.cpu_seconds(), time.perf_counter()
    for source in sources:
        running.run(source)
    warm = running.cpu_seconds() - cpu, time.perf_counter() - start
    with tempfile.TemporaryDirectory(prefix="parelha-benchmark-") as cache:
        for source in CLEAN[group]:
            run_command("mypy", source, None, cache)
        cpu, start = children_cpu(), time.perf_counter()
        for source in sources[:cold_count]:
            for tool in TOOLS:
                run_command(tool, source, None, cache)
        cold = children_cpu() - cpu, time.perf_counter() - start
    return Row(
        group,
        warm[0] / len(sources),
        warm[1] / len(sources),
        cold[0] / cold_count,
        cold[1] / cold_count,
    )


def memory(running: Servers, count: int) -> list[int]:
    """Resident bytes of all servers before and at ten moments of `count` programs, a mix."""
    per_group = [programs(group, count // len(CLEAN) + 1, seed=100_000) for group in CLEAN]
    mixed = [source for row in zip(*per_group, strict=True) for source in row][:count]
    marks = {len(mixed) * tenth // 10 for tenth in range(1, 11)}
    seen = [running.resident()]
    for number, source in enumerate(mixed, 1):
        running.run(source)
        if number in marks:
            seen.append(running.resident())
    return seen


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--warm", type=int, default=60, help="programs of a group, warm")
    parser.add_argument("--cold", type=int, default=6, help="programs of a group, command lines")
    parser.add_argument("--memory", type=int, default=300, help="programs for the memory, 0: none")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    with servers() as running:
        rows = [measure(running, group, options.warm, options.cold) for group in CLEAN]
        resident = memory(running, options.memory) if options.memory else []
    print("seconds for one program       warm           command lines       times faster")
    print("                           cpu  elapsed       cpu  elapsed       cpu  elapsed")
    for row in rows:
        print(
            f"{row.group:20} {row.warm_cpu:9.3f} {row.warm_elapsed:8.3f} {row.cold_cpu:9.2f}"
            f" {row.cold_elapsed:8.2f} {row.cpu_ratio:9.0f} {row.elapsed_ratio:8.0f}"
        )
    rate = 1 / statistics.mean(row.warm_cpu for row in rows)
    print(f"even mix: {rate:.1f} programs a second and core")
    if resident:
        sizes = ", ".join(f"{size / MEBIBYTE:.0f}" for size in resident)
        print(f"resident MiB of all servers over {options.memory} programs: {sizes}")
    if options.json:
        figures = {"rows": [asdict(row) for row in rows], "rate": rate, "resident": resident}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
