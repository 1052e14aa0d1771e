"""Base rates: how often a model's first draft passes, family by family, before any training.

    python -m benchmarks.base_rates --json base.json --table
    python -m benchmarks.base_rates --levels 2,3 --families-sample 12 --json sampled.json --table

A sample is one draft by the coder as evaluation plays it: the product's prompts, action and hint,
the evaluation's temperature, no exploration, the hidden cases graded in the sandbox. The samples of
a family go round its parameterisations, those of all splits, then on to their next seed. Results
are written after every batch; a run that finds its own file goes on with what is missing in it.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from parelha.config import Config
from parelha.config_file import load_config
from parelha.episode import play_draft
from parelha.errors import InfrastructureError, ParelhaError, UsageError
from parelha.rollout import play_all
from parelha.runtime import open_runtime
from parelha.stage import Grade, Part, Stage
from parelha.tasks import get_task
from parelha.tasks.families import Family, all_families
from parelha.tasks.suite import task_id
from parelha.types import Agent, Task

LEARNABLE = (0.05, 0.8)  # all-pass rates between which there is something to learn

Record = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what is missing, write it, print the table; 2 on wrong use."""
    options = _parser().parse_args(arguments)
    overrides = dict(pair.partition("=")[::2] for pair in options.set)
    overrides |= {"model.coder": options.model} if options.model else {}
    try:
        config = load_config(options.config, overrides)
        families = chosen_families(options.families, options.families_sample)
        levels = [int(level) for level in options.levels.split(",")]
        tasks = [t for f in families for n in levels for t in sampled_tasks(f, n, options.samples)]
        results = read_results(options.json, settings(config))
        measure(config, tasks, results, options.json, options.batch)
    except (ParelhaError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    wanted = {task.id for task in tasks}
    drafts = [draft for draft in results["drafts"] if draft["task"] in wanted]
    print("\n".join(table(drafts, levels)) if options.table else "")
    print("\n".join(summary(drafts, levels)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="", help="the coder's base (default: as configured)")
    parser.add_argument("--levels", default="1,2", help="such as 1,2")
    parser.add_argument("--samples", type=int, default=8, help="drafts of a family at each level")
    parser.add_argument("--families", default="", help="these alone, with commas between")
    parser.add_argument("--families-sample", type=int, default=0, help="this many, evenly spread")
    parser.add_argument("--batch", type=int, default=48, help="dialogues that are played together")
    parser.add_argument("--config", type=Path, help="a TOML file of settings")
    parser.add_argument("--set", action="append", default=[], help="a setting, such as lang=pt")
    parser.add_argument("--json", type=Path, help="where results are kept, and found again")
    parser.add_argument("--table", action="store_true", help="print a row of Markdown per family")
    return parser


def chosen_families(names: str, sample: int) -> list[Family]:
    """Return the families named, or `sample` of all at even distances, or all.

    Raises:
        UsageError: there is no such family.
    """
    families = all_families()
    known = {family.name: family for family in families}
    if names:
        for name in names.split(","):
            if name not in known:
                raise UsageError(f"unknown family {name!r}: see `parelha tasks list`")
        return [known[name] for name in names.split(",")]
    num = min(sample, len(families)) or len(families)
    return [families[place * len(families) // num] for place in range(num)]


def sampled_tasks(family: Family, level: int, samples: int) -> list[Task]:
    """Return `samples` tasks of a family: its parameterisations in turn, then their next seeds."""
    problems = [problem for problem in family.problems if level in problem.statements]
    if not problems:
        return []
    places = [divmod(number, len(problems)) for number in range(samples)]
    return [get_task(task_id(family, problems[place], level, seed)) for seed, place in places]


def settings(config: Config) -> Record:
    """Return what has to be alike in all results of one file."""
    return {
        "model": config.model.coder,
        "dtype": config.model.dtype,
        "lang": config.lang,
        "seed": config.seed,
        "temperature": config.eval.temperature,
        "max_program_tokens": config.episode.max_program_tokens,
    }


def read_results(path: Path | None, made_with: Record) -> Record:
    """Return the results so far, or none.

    Raises:
        UsageError: the file is of another measurement, or no such file at all.
    """
    if path is None or not path.exists():
        return {"settings": made_with, "drafts": []}
    try:
        results: Record = json.loads(path.read_text(encoding="utf-8"))
        other = {
            key: value for key, value in made_with.items() if results["settings"][key] != value
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} holds no base rates ({error}): name another file") from None
    if other:
        raise UsageError(f"{path} was measured otherwise ({', '.join(other)}): name another file")
    return results


def measure(
    config: Config, tasks: Sequence[Task], results: Record, path: Path | None, batch: int
) -> None:
    """Play a draft of every task that `results` lacks, and add it there.

    Args:
        config: of model, prompts and sampling.
        tasks: to play, each once.
        results: grows, and is written to `path` after every batch.
        path: None keeps the results in memory alone.
        batch: dialogues that are played together.

    Raises:
        UsageError: no such model, weights other than those of `results`, isolation too weak.
    """
    known = {draft["task"] for draft in results["drafts"]}
    missing = [task for task in tasks if task.id not in known]
    if not missing:
        return
    with open_runtime(config, on_progress=_tell) as runtime:
        sha256 = runtime.files[Agent.CODER].sha256
        if results["settings"].setdefault("sha256", sha256) != sha256:
            raise UsageError(f"{path} was measured with other weights: name another file")
        stage = runtime.stage("eval", single=True)
        began, new_tokens = time.perf_counter(), 0
        for first in range(0, len(missing), batch):
            due = missing[first : first + batch]
            records = play_all([play_and_grade(task, stage) for task in due], runtime.engine)
            runtime.engine.reset()
            played = [record for record in records if record is not None]
            results["drafts"] += played
            if path is not None:
                write_results(path, results)
            new_tokens += sum(record["tokens"] for record in played)
            seconds = time.perf_counter() - began
            done = first + len(due)
            _tell(
                f"{done} of {len(missing)} drafts, {new_tokens / seconds:.0f} new tokens/s,"
                f" about {seconds / done * (len(missing) - done) / 60:.1f} min left"
            )


def play_and_grade(task: Task, stage: Stage) -> Part:
    """One draft and its grade; returns its record, or None where the machine failed."""
    draft, grade = yield from play_draft(task, stage, 0)
    try:
        score = yield Grade(grade)
    except InfrastructureError as error:
        _tell(f"{task.id} is left out: {error}")
        return None
    return {
        "task": task.id,
        "family": task.family,
        "level": task.level,
        "split": task.split,
        "action": draft.action,
        "passed": score.tests.passed,
        "cases": score.tests.total,
        "outcome": str(score.tests.outcome),
        "reason": score.reason,
        "cut": draft.was_cut,
        "tokens": draft.new_tokens,
    }


def write_results(path: Path, results: Record) -> None:
    """Write all results; the file appears whole or not at all."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def all_pass(draft: Record) -> bool:
    """Whether a draft passed every hidden case."""
    return bool(draft["passed"] == draft["cases"])


def table(drafts: Sequence[Record], levels: Sequence[int]) -> list[str]:
    """Return Markdown: a row for each family, and one for all; three columns for each level."""
    heads = [f"level {n}: passed | cases | cut" for n in levels]
    lines = [f"| family | {' | '.join(heads)} |", "|---" * (1 + 3 * len(levels)) + "|"]
    names = list(dict.fromkeys(draft["family"] for draft in drafts))
    for name in names:
        lines.append(_row(f"`{name}`", [d for d in drafts if d["family"] == name], levels))
    lines.append(_row("all", drafts, levels))
    return lines


def _row(name: str, drafts: Sequence[Record], levels: Sequence[int]) -> str:
    cells: list[str] = []
    for level in levels:
        found = [draft for draft in drafts if draft["level"] == level]
        if not found:
            cells += ["-", "-", "-"]
            continue
        cases = mean(draft["passed"] / draft["cases"] for draft in found)
        cells += [
            f"{sum(map(all_pass, found))}/{len(found)}",
            f"{cases:.0%}",
            f"{mean(draft['cut'] for draft in found):.0%}",
        ]
    return f"| {name} | {' | '.join(cells)} |"


def summary(drafts: Sequence[Record], levels: Sequence[int]) -> list[str]:
    """Return for each level how many families there is something to learn in, and the others."""
    low, high = LEARNABLE
    lines: list[str] = []
    for level in levels:
        by_family: dict[str, list[bool]] = {}
        for draft in drafts:
            if draft["level"] == level:
                by_family.setdefault(draft["family"], []).append(all_pass(draft))
        rates = {name: mean(passed) for name, passed in by_family.items()}
        if not rates:
            continue
        below = [name for name, rate in rates.items() if rate < low]
        above = [name for name, rate in rates.items() if rate > high]
        inside = len(rates) - len(below) - len(above)
        lines += [
            f"Level {level}: {inside} of {len(rates)} families ({inside / len(rates):.0%})"
            f" between {low:.0%} and {high:.0%} all-pass.",
            f"Below: {', '.join(below) or 'none'}.",
            f"Above: {', '.join(above) or 'none'}.",
        ]
    return lines


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
