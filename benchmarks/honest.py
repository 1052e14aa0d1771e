"""False alarms of the sandbox: every reference, and a benchmark's solutions, must pass.

python -m benchmarks.honest [--level 2] [--benchmark HumanEval.jsonl.gz]
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

from parelha.grading import Grader
from parelha.priority import usable_cores
from parelha.sandbox import Sandbox
from parelha.suites import open_suite
from parelha.tasks import load_tasks
from parelha.tasks.benchmarks import Loaded
from parelha.types import Outcome, Split, Task


def main() -> int:
    """Run all of them; 1 when one does not pass."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--level", type=int, default=3, help="isolation to ask for, 2 or 3")
    parser.add_argument("--benchmark", default="", help="a JSONL file with solutions")
    options = parser.parse_args()
    tasks = [t for split in get_args(Split) for t in load_tasks(split, levels=range(1, 5))]
    programs: list[tuple[Task, str]] = [(task, task.reference) for task in tasks]
    failed = check("references", programs, options.level)
    if options.benchmark:
        suite = open_suite(options.benchmark)
        assert isinstance(suite, Loaded), "a JSONL file is needed"
        solutions: list[tuple[Task, str]] = [(t, t.solution) for t in suite.tasks]
        failed += check(options.benchmark, solutions, options.level)
    return 1 if failed else 0


def check(name: str, programs: Sequence[tuple[Task, str]], level: int) -> int:
    """Grade a right program of each task and print what did not pass; returns how many."""
    start = time.perf_counter()
    with Grader(workers=usable_cores()) as grader:
        grader.sandbox = Sandbox(workers=usable_cores(), max_level=level)
        with grader.sandbox, ThreadPoolExecutor(usable_cores()) as pool:
            level = grader.sandbox.level
            results = list(pool.map(lambda pair: grader.test(*pair), programs))
    failed = 0
    for (task, _), result in zip(programs, results, strict=True):
        if result.outcome is not Outcome.PASSED:
            failed += 1
            print(f"  {task.id}: {result.outcome}, {'; '.join(result.details[:1])}")
    passed = len(programs) - failed
    seconds = time.perf_counter() - start
    print(f"{name}: {passed} of {len(programs)} pass at level {level}, {seconds:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(main())
