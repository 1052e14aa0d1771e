"""Whether the warm linters say what the tools' own command lines say, message for message.

``python -m tests.equality`` runs both on hundreds of programs in random order and
compares findings, pylint's score and the exit code. The command lines run as a user's would, with a
random hash seed. Where they differ from the warm tool they are run again under other seeds: a
program on which the command line disagrees with itself is listed and not counted.
"""

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from parelha.analysis.analyser import read
from parelha.analysis.commands import ToolOutput, run_command
from parelha.analysis.findings import TOOLS, Tool, in_order
from parelha.analysis.warm import WARM_UP, WarmTool, family
from parelha.types import Finding
from tests.samples import CLEAN, ODD, mutants

_REPEATS = 3


@dataclass(frozen=True)
class Difference:
    """One tool on one program, where the warm tool and the command line differ.

    Attributes:
        tool: which one.
        source: the program.
        details: what only one side said, one line each.
        unstable: the command line gave two different answers itself.
    """

    tool: Tool
    source: str
    details: tuple[str, ...]
    unstable: bool


Reading = tuple[int, float | None, tuple[Finding, ...]]


def reading(tool: Tool, output: ToolOutput) -> Reading:
    """What is compared: exit code, score, findings."""
    findings, score = read(tool, output)
    return (0 if output.fault else output.exit_code), score, in_order(findings)


def compare(
    tool: Tool, source: str, warm: WarmTool, mypy_cache: str, config: Path | None = None
) -> Difference | None:
    """Run both forms of one tool on one program.

    Args:
        tool: which one.
        source: the program.
        warm: the tool's warm form for this program's family.
        mypy_cache: a cache folder that no other command uses meanwhile.
        config: the settings file that `warm` was started with.

    Returns:
        None when they say the same.
    """
    left = reading(tool, warm.run(source))
    right = reading(tool, run_command(tool, source, config, mypy_cache, "random"))
    if left == right:
        return None
    others = (
        reading(tool, run_command(tool, source, config, os.devnull, "random"))
        for _ in range(_REPEATS)
    )
    unstable = any(other != right for other in others)
    only_warm = Counter(left[2]) - Counter(right[2])
    only_cold = Counter(right[2]) - Counter(left[2])
    details = [f"warm: exit code {left[0]}, score {left[1]}"] if left[:2] != right[:2] else []
    details += [f"command line: {right[0]}, {right[1]}"] if left[:2] != right[:2] else []
    details += [f"warm only: {item}" for item in only_warm]
    details += [f"command line only: {item}" for item in only_cold]
    return Difference(tool, source, tuple(details), unstable)


def as_text(difference: Difference) -> str:
    """A difference as lines."""
    kind = "command line disagrees with itself" if difference.unstable else "DIFFERENT"
    head = f"{difference.tool}: {kind}: {difference.source[:2000]!r}"
    return "\n    ".join([head, *difference.details])


def programs(count: int, seed: int, extra: Iterable[str] = ()) -> list[str]:
    """Programs to compare on, in random order: odd ones, clean ones, `extra`, and mutants of all.

    Args:
        count: how many, or more if there are more odd, clean and extra ones.
        seed: of the choice of mutants and of the order.
        extra: further clean programs.
    """
    rng = random.Random(seed)
    bases = [*CLEAN["bare"], *CLEAN["pandas"], *CLEAN["science"], *extra]
    chosen = list(dict.fromkeys([*ODD, *bases]))
    # Half of the mutants are made of programs without imports, which cost the least to compare.
    seen = set(chosen)
    while len(chosen) < count:
        group = rng.choice([CLEAN["bare"], CLEAN["bare"], CLEAN["pandas"], bases])
        mutant = next(mutants(rng.choice(group), 1, rng.randrange(2**32)))
        if mutant not in seen:
            seen.add(mutant)
            chosen.append(mutant)
    rng.shuffle(chosen)
    return chosen


def human_eval(path: Path) -> list[str]:
    """The reference programs of a HumanEval file (JSON lines, gzip)."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [record["prompt"] + record["canonical_solution"] for record in records]


def check(sources: list[str], tools: tuple[Tool, ...], workers: int) -> list[Difference]:
    """Compare on many programs; differences and a line after every 25 go to stderr at once.

    Args:
        sources: the programs.
        tools: which tools.
        workers: programs compared at a time.
    """
    found: list[Difference] = []
    done = 0
    lock = threading.Lock()
    caches = threading.local()
    with tempfile.TemporaryDirectory(prefix="parelha-equality-") as folder:
        warm = {key: WarmTool(*key, None, workers, Path(folder)) for key in WARM_UP}

        def one(source: str) -> None:
            nonlocal done
            if not hasattr(caches, "path"):
                caches.path = tempfile.mkdtemp(dir=folder)
            for tool in tools:
                difference = compare(tool, source, warm[tool, family(tool, source)], caches.path)
                if difference is not None:
                    with lock:
                        found.append(difference)
                        print(as_text(difference), file=sys.stderr, flush=True)
            with lock:
                done += 1
                if done % 25 == 0:
                    print(
                        f"{done}/{len(sources)}, {len(found)} differ", file=sys.stderr, flush=True
                    )

        try:
            with ThreadPoolExecutor(workers) as threads:
                for _ in threads.map(one, sources):
                    pass
        finally:
            for server in warm.values():
                server.close()
    return found


def main() -> int:
    """The command; 0 when all are equal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--programs", type=int, default=500, help="how many at least")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--humaneval", type=Path, help="HumanEval.jsonl.gz, for its references")
    parser.add_argument("--tasks", action="store_true", help="add the references of all tasks")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=TOOLS)
    options = parser.parse_args()
    extra: list[str] = human_eval(options.humaneval) if options.humaneval else []
    if options.tasks:
        from parelha.tasks import load_tasks  # pylint: disable=import-outside-toplevel

        tasks = load_tasks("train", levels=(1, 2, 3, 4))
        extra += list(dict.fromkeys(task.reference for task in tasks))
    sources = programs(options.programs, options.seed, extra)
    found = check(sources, tuple(options.tools), options.workers)
    different = sum(not item.unstable for item in found)
    unstable = len(found) - different
    print(
        f"{len(sources)} programs, {', '.join(options.tools)}: {different} different, "
        f"{unstable} on which the command line disagrees with itself"
    )
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
