"""How well the efficiency meter tells programs apart: 20 pairs of known ratios, 200 trials.

    python -m benchmarks.efficiency                 the table of docs/analysis.md
    python -m benchmarks.efficiency --trials 3      shorter
    python -m benchmarks.efficiency --attacks       what gaming the clock earns

Four references, each beside five variants: the same work, 1.5, 2 and 10 times the work, and a
quadratic algorithm for the same values. Measured on one processor while a process that never
rests keeps another one busy.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import mean, median, stdev

from parelha.efficiency import EfficiencyMeter
from parelha.priority import usable_cores
from parelha.sandbox import Sandbox
from parelha.tasks import get_task
from parelha.types import Efficiency, Task

VARIANTS = {"the same": 2, "1.5 times": 3, "2 times": 4, "10 times": 20}  # turns of the work
QUADRATIC = "quadratic"

# One turn of each kind of work, and a quadratic way to the same values.
KINDS = {
    "arithmetic": (
        "",
        """
        total = 0.0
        result = []
        for value in values:
            total += value
            result.append(round(total, 6))
        """,
        "result = [round(sum(values[: n + 1]), 6) for n in range(len(values))]",
    ),
    "sorting": (
        "",
        "result = sorted(round(value * 2, 6) for value in values)",
        """
        result = []
        for value in values:
            doubled, place = round(value * 2, 6), 0
            for other in result:
                if other > doubled:
                    break
                place += 1
            result.insert(place, doubled)
        """,
    ),
    "dictionaries": (
        "",
        """
        counts = {}
        for value in values:
            key = int(value * 1000)
            counts[key] = counts.get(key, 0) + 1
        result = sorted(counts.items())
        """,
        """
        keys = [int(value * 1000) for value in values]
        result = sorted({(key, keys.count(key)) for key in keys})
        """,
    ),
    "numpy": (
        "import numpy as np\n",
        """
        array = np.asarray(values)
        order = np.argsort(array, kind="stable")
        result = float(np.sum(np.sqrt(np.abs(array))[order]))
        """,
        """
        array = np.asarray(values)
        ranks = np.sum(array[:, None] < array)
        result = float(np.sum(np.sqrt(np.abs(array)))) + 0 * float(ranks)
        """,
    ),
}


ATTACKS = Path(__file__).parents[1] / "tests" / "attacks" / "programs"
LOOP = """def solve(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
"""


def main() -> int:
    """Measure and print; 1 when fewer than 95 % of the trials are right, or an attack gains."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=10, help="of each pair")
    parser.add_argument("--attacks", action="store_true", help="kinds 61 to 68 of tests/attacks")
    parser.add_argument("--kind", default="", help=f"one of {', '.join(KINDS)}")
    options = parser.parse_args()
    everywhere = os.sched_getaffinity(0)
    here, *others = sorted(everywhere)
    with (
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinner,
        Sandbox(workers=1) as sandbox,
    ):
        try:
            if others:
                os.sched_setaffinity(spinner.pid, {others[0]})
            os.sched_setaffinity(0, {here})
            meter = EfficiencyMeter(sandbox)  # measures where this process may run now
            os.sched_setaffinity(0, everywhere)
            if options.attacks:
                return fend_off(meter, options.trials)
            return compare(meter, options.trials, options.kind)
        finally:
            spinner.kill()


def compare(meter: EfficiencyMeter, trials: int, only: str = "") -> int:
    """Print one line per pair, and the verdict."""
    start, right, total, worst = time.perf_counter(), 0, 0, 0.0
    print(f"{usable_cores()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version[:6]}")
    print(f"{'pair':26}{'right':>9}{'score':>8}  ratio by size, and its deviation over the trials")
    for kind in [only] if only else KINDS:
        task = task_of(kind)
        previous: list[Efficiency] = []
        for variant in (*VARIANTS, QUADRATIC):
            held = [measured(meter, task, program(kind, variant)) for _ in range(trials)]
            good = sum(is_right(variant, held[n], previous[n : n + 1]) for n in range(trials))
            right, total = right + good, total + trials
            if variant != QUADRATIC:
                previous = held
                worst = max(worst, *(deviation(held, n) for n in range(len(held[0].sizes))))
            print(f"{kind + ', ' + variant:26}{good:>4} of {trials}{row(held)}", flush=True)
    print(
        f"right: {right} of {total}; largest deviation of a ratio: {worst:.1%}; counted: "
        f"{held[0].counter}; {time.perf_counter() - start:.0f} s, load {os.getloadavg()[0]:.1f}"
    )
    return 0 if right >= 0.95 * total else 1


def fend_off(meter: EfficiencyMeter, trials: int) -> int:
    """Print what each attack on the clock earns; 0.5 is what the plain program earns."""
    task, gained = new_task("mean", LOOP), 0
    print(f"{usable_cores()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version[:6]}")
    for path in sorted(ATTACKS.glob("6[1-8]_*.py")):
        source = path.read_text("utf-8").partition("# ---\n")[2]
        held = [measured(meter, task, source, may_fail=True) for _ in range(trials)]
        gained += any(trial.score > 0.5 for trial in held)
        print(f"{path.stem:26}{row(held)} {held[0].failure}", flush=True)
    print(f"gained by: {gained}; load {os.getloadavg()[0]:.1f}")
    return 1 if gained else 0


def task_of(kind: str) -> Task:
    """A task whose reference does two turns of the work."""
    return new_task(kind, program(kind, "the same"))


def new_task(name: str, reference: str) -> Task:
    """A task on lists of random numbers."""
    return replace(
        get_task("clean_data.scaling/min_max/L1/s0"),
        id=f"benchmark.{name}",
        entry_point="solve",
        reference=reference,
        make_sized=draw,
    )


def draw(size: int, seed: int) -> tuple[object, ...]:
    """One input."""
    rng = Random(f"{size}/{seed}")
    return ([rng.random() for _ in range(size)],)


def program(kind: str, variant: str) -> str:
    """The source of one variant."""
    imports, turn, quadratic = KINDS[kind]
    lines = [line.removeprefix("        ") for line in turn.strip("\n").splitlines()]
    if variant == QUADRATIC:
        lines = [line.removeprefix("        ") for line in quadratic.strip("\n").splitlines()]
    turns = 1 if variant == QUADRATIC else VARIANTS[variant]
    body = "".join(f"        {line}\n" for line in lines)
    return f"{imports}def solve(values):\n    for _ in range({turns}):\n{body}    return result\n"


def measured(
    meter: EfficiencyMeter, task: Task, source: str, *, may_fail: bool = False
) -> Efficiency:
    """One trial."""
    efficiency = meter.measure(task, source)
    if efficiency is None or (efficiency.failure and not may_fail):
        raise SystemExit(f"{task.id} cannot be measured: {efficiency}")
    return efficiency


def is_right(variant: str, trial: Efficiency, previous: list[Efficiency]) -> bool:
    """Equal inside the dead zone; more work below less work; growth seen."""
    if variant == "the same":
        return trial.score == 0.5
    if variant == QUADRATIC:
        return trial.score < 0.5 and trial.sizes[-1].ratio > 4 * trial.sizes[0].ratio
    return trial.score < previous[0].score


def deviation(held: list[Efficiency], place: int) -> float:
    """Standard deviation of the ratio at one size over the trials, relative."""
    ratios = [trial.sizes[place].ratio for trial in held]
    return stdev(ratios) / mean(ratios) if len(ratios) > 1 else 0.0


def row(held: list[Efficiency]) -> str:
    """Medians over the trials."""
    cells = []
    for place, cost in enumerate(held[0].sizes):
        ratio = median(trial.sizes[place].ratio for trial in held)
        cells.append(f"{cost.size}: {ratio:6.2f} ±{deviation(held, place):5.1%}")
    memory = median(trial.memory_ratio for trial in held)
    score = median(trial.score for trial in held)
    return f"{score:>8.3f}  {'  '.join(cells)}  memory {memory:.2f}"


if __name__ == "__main__":
    sys.exit(main())
