"""The report of a long run: its size, and how soon it opens and filters in headless Chromium.

    python -m benchmarks.report                       10,000 episodes, written into build/report
    python -m benchmarks.report --steps 16 --keep     1,024 episodes; the run is not removed
    python -m benchmarks.report --run runs/first      a run of one's own, as it is

The run is made up: real tasks, prompts as long as real ones, the tasks' references with lines
changed at random as programs, and tool output with random figures, so that it packs about as well
as what models write.
"""

import argparse
import random
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.chromium import Chromium, find_chromium  # pylint: disable=import-error
from parelha.files import to_json_line, write_atomic
from parelha.report.run_page import build_report
from parelha.tasks import load_tasks
from parelha.types import Task
from tests.fabricate import fabricate_run  # pylint: disable=import-error

_EPISODES_A_STEP = 64
_WORDS = (
    "The loop skips the last value",
    "the mean is divided by the wrong count",
    "an empty list raises",
    "return a list and not an array",
    "name the variable for what it holds",
    "the index is off by one",
    "sort before you take the median",
    "the sum of squares has to be centred first",
)
_FINDINGS = (
    ("pylint", "C0116", "Missing function or method docstring"),
    ("pylint", "W0611", "Unused import numpy"),
    ("pylint", "R1705", 'Unnecessary "else" after "return"'),
    ("flake8", "E302", "expected 2 blank lines, found 1"),
    ("flake8", "F841", "local variable 'total' is assigned to but never used"),
    ("mypy", "no-untyped-def", "Function is missing a type annotation for one or more arguments"),
)


def main() -> int:
    """Make the run and its report, open it, and print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=157, help=f"of {_EPISODES_A_STEP} episodes")
    parser.add_argument("--repeats", type=int, default=3, help="how often the page is opened")
    parser.add_argument("--keep", action="store_true", help="do not remove the run")
    parser.add_argument("--run", type=Path, default=None, help="a run that is there")
    options = parser.parse_args()
    if find_chromium() is None:
        print("no Chromium on this machine: nothing was measured", file=sys.stderr)
        return 2
    folder = Path("build/report")
    run = options.run
    if run is None:
        shutil.rmtree(folder, ignore_errors=True)
        run = folder / "runs" / "long"
        run.parent.mkdir(parents=True)
        write_run(run, options.steps)
    began = time.monotonic()
    page = build_report(run)
    made = time.monotonic() - began
    print(f"| report made in | {made:.1f} s |")
    for name, value in {**sizes(run, page), **opened(page, options.repeats)}.items():
        print(f"| {name} | {value} |", flush=True)
    if options.run is None and not options.keep:
        shutil.rmtree(folder)
    return 0


def write_run(path: Path, steps: int) -> None:
    """A fabricated run whose texts are as long as a real one's."""
    rng = random.Random(0)
    tasks = load_tasks("train", levels=(1, 2), seeds=range(4))
    run = fabricate_run(path, steps=steps, tasks_per_step=8, eval_episodes=96)
    for file in sorted((path / "episodes").glob("*.jsonl")):
        given: dict[str, Task] = {}
        programs: dict[tuple[str, str], list[str]] = {}
        lines = run.read_rounds(file.stem)
        for line in lines:
            task = given.setdefault(line["task"], rng.choice(tasks))
            _clothe(rng, line, task, programs)
        if file.stem.startswith("step"):  # the table of an evaluation names its tasks
            for line in lines:
                line["task"] = given[line["task"]].id
        write_atomic(file, "".join(map(to_json_line, lines)))


def _clothe(
    rng: random.Random, line: dict[str, Any], task: Task, programs: dict[tuple[str, str], list[str]]
) -> None:
    """Give a round texts of a real length."""
    numbers = ", ".join(f"{rng.uniform(-90, 90):.1f}" for _ in range(12))
    prompt = (
        "You write short, correct Python. A program is one code block with the imports and the "
        "function asked for: type hints, a one-line docstring, no example calls, no printing.\n\n"
        f"{task.statement['en']}\n\nSignature: {task.signature}\nExamples:\n"
        f"{task.entry_point}([{numbers}]) == {rng.random() * 50}\n\nKinds of work:\n"
        "- detect_outliers: find unusual values\n- build_model: fit a statistical model\n"
        "- clean_data: clean, transform or prepare data\n"
        "- analyse_statistics: compute statistics of data\nFirst name the kind of work this is."
    )
    name = str(line["name"])
    earlier = programs.get((line["task"], name.rsplit(".", 2)[0]), task.reference.split("\n"))
    if line["kind"] == "review":
        line["turns"][0]["said"] = prompt + "\n\nThe program:\n" + "\n".join(earlier)
        line["tool_texts"] = [_tool_text(rng, tool, task) for tool in line["tool_calls"]]
        if line["review"]:
            line["review"] = ". ".join(rng.sample(_WORDS, rng.randint(1, 4))) + "."
        return
    program = list(earlier)
    for _ in range(rng.randint(1, 5)):
        place = rng.randrange(len(program))
        indent = " " * (len(program[place]) - len(program[place].lstrip()))
        value = f"{indent}value_{rng.randint(0, 99)} = sum(values[{rng.randint(0, 9)}:])"
        program[place : place + rng.randint(0, 1)] = [value]
    programs[line["task"], name] = program
    line["turns"][0]["said"] = prompt
    line["score"]["program"] = "\n".join(program)
    if line["score"]["tests"]["details"]:
        failed = 12 - line["score"]["tests"]["passed"]
        line["score"]["tests"]["details"] = [
            f"case {i}: wrong answer: {rng.random():.6f} is not {rng.random():.6f}"
            for i in range(failed)
        ]
    line["score"]["analysis"]["findings"] = [
        {"tool": tool, "code": code, "message": text, "line": rng.randint(1, 20), "severity": "x"}
        for tool, code, text in rng.choices(_FINDINGS, k=rng.randint(2, 9))
    ]


def _tool_text(rng: random.Random, tool: str, task: Task) -> str:
    if tool == "execute":
        calls = (
            f"{task.entry_point}([{rng.random():.3f}, {rng.random():.3f}]) gave {rng.random():.4f},"
            f" right is {rng.random():.4f}"
            for _ in range(2)
        )
        return "Wrong on 2 of 2 examples:\n" + "\n".join(calls)
    found = rng.choices(_FINDINGS, k=rng.randint(2, 6))
    return "\n".join(f"{rng.randint(1, 20)}: {tool} {code} {text}" for tool, code, text in found)


def sizes(run: Path, page: Path) -> dict[str, str]:
    """Of what the report consists of, beside the record it was made from."""

    def megabytes(paths: Sequence[Path]) -> str:
        return f"{sum(path.stat().st_size for path in paths) / 1e6:.1f} MB"

    texts = list((run / "report_files").glob("*.js"))
    return {
        "rounds on record": megabytes(list((run / "episodes").glob("*.jsonl"))),
        "report.html": megabytes([page]),
        f"report_files, {len(texts)} files": megabytes(texts),
        "charting library, for all pages": megabytes(list(run.resolve().parent.glob("plotly-*"))),
    }


def opened(page: Path, repeats: int) -> dict[str, str]:
    """Times in the browser, the median of some openings; the browser is fresh for each."""
    times: dict[str, list[float]] = {}
    for _ in range(repeats):
        for name, value in _times(page).items():
            times.setdefault(name, []).append(value)
    return {
        name: f"{sorted(v)[len(v) // 2]:.2f} s (median of {len(v)})" for name, v in times.items()
    }


def _times(page: Path) -> dict[str, float]:
    """Seconds by the page's own clock, and of processor time of the thread that the page runs on.

    On a machine that has other work the second is what a page costs.
    """
    with Chromium() as browser:
        # The first page of a browser pays for what has nothing to do with it.
        browser.open("data:text/html,<title>warm</title>")
        browser.send("Performance.enable", timeDomain="threadTicks")
        before = _processor(browser)
        browser.open(page)
        browser.wait_for("document.querySelector('#episode h3')")
        opening = _processor(browser) - before
        marks = browser.evaluate(_MARKS)
        found = {
            "opens: list can be used": marks["list"] / 1000,
            "opens: an episode is shown": marks["episode"] / 1000,
            "opens: loaded, charts in view drawn": browser.evaluate(_LOADED) / 1000,
            "opens: processor time until then": opening,
        }
        browser.wait_for("document.querySelectorAll('.chart:not(.js-plotly-plot)').length === 0")
        found["every chart is drawn"] = browser.evaluate("performance.now()") / 1000
        found["every chart is drawn: processor time"] = _processor(browser) - before
        for name, then in {"first filter": "wrong → right", "next filter": "right → wrong"}.items():
            before = _processor(browser)
            found[name] = browser.evaluate(_FILTER.replace("VALUE", then)) / 1000
            found[f"{name}: processor time"] = _processor(browser) - before
        found["another episode"] = browser.evaluate(_NEXT) / 1000
        assert not browser.problems, browser.problems
        return found


def _processor(browser: Chromium) -> float:
    """Seconds that the tasks of the page's main thread have taken."""
    metrics = browser.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


_MARKS = "Object.fromEntries(performance.getEntriesByType('mark').map(m => [m.name, m.startTime]))"
_LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
# Until the next frame after the list was drawn: what a user waits for.
_FILTER = """(async () => {
  const change = document.getElementById("change");
  const count = document.getElementById("count");
  const earlier = count.textContent;
  const began = performance.now();
  change.value = "VALUE";
  change.dispatchEvent(new Event("change", { bubbles: true }));
  if (count.textContent === earlier) throw new Error("nothing was filtered");
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - began;
})()"""
_NEXT = """(async () => {
  const shown = document.querySelector("#episode h3");
  const began = performance.now();
  const press = new KeyboardEvent("keydown", { key: "End", bubbles: true });
  document.getElementById("list").dispatchEvent(press);
  while (document.querySelector("#episode h3") === shown) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return performance.now() - began;
})()"""


if __name__ == "__main__":
    sys.exit(main())
