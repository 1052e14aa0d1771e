"""From the run folders of an experiment to ``results.json``: figures without any clock in them.

What depends on the clock or the machine stands in ``times.json``, so that an experiment that was
interrupted ends with the same results as one that was not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from parelha.experiment.compare import (
    ALL,
    BySeed,
    by_family,
    dialogues,
    differences,
    groups_of,
    pass_at,
    pass_rate,
)
from parelha.experiment.episodes import by_arm, pooled, series_of
from parelha.experiment.plan import Experiment, as_begun
from parelha.experiment.planned import PAIR, Planned
from parelha.experiment.reference import Reference, beside
from parelha.experiment.runs import RESULTS
from parelha.experiment.shared import key_of
from parelha.experiment.speed import speed_differences, speeds
from parelha.files import Line, write_object
from parelha.overrides import flat
from parelha.report.comparison_page import refuse_mixed_weights
from parelha.report.records import Run, cluster_of
from parelha.tracking import RunFolder

# Of `metrics.jsonl`: curves over steps.
CURVES = {
    "pass_rate/draft": "drafts that pass",
    "share/draft": "hidden cases that drafts pass",
    "reward/draft": "reward of drafts",
    "loss/coder": "loss of the coder",
    "loss/reviewer": "loss of the reviewer",
}


def write_results(experiment: Experiment, errors: Mapping[str, str]) -> dict[str, Any]:
    """Read every run, write ``results.json`` and return it; `errors` are those of runs, by name.

    Raises:
        UsageError: a damaged run, or different weights under one name.
    """
    # Whichever sitting a run began in: that alone may not change what is found alike.
    experiment = replace(experiment, runs=tuple(map(as_begun, experiment.runs)))
    runs = [_read(planned) for planned in experiment.runs if planned.begun]
    refuse_mixed_weights(runs)
    tables = {
        planned.name: _table(planned) for planned in experiment.runs if planned.name not in errors
    }
    sides, reviewed = _sides(experiment, tables), _reviewed(experiment)
    results = {
        "name": experiment.name,
        "seeds": list(experiment.seeds),
        "budget_tokens": experiment.budget,
        "models": _models(runs),
        "evaluation": _evaluation(experiment),
        "arms": [_arm(experiment, name, tables) for name in experiment.arms],
        "rates": _rates(sides),
        "families": [
            {"arm": name, **row} for name, by_seed in sides.items() for row in by_family(by_seed)
        ],
        "dialogues": [
            {"arm": name, **dialogues(by_seed)}
            for name, by_seed in sides.items()
            if name in reviewed
        ],
        "speeds": speeds(sides),
        "speed_differences": speed_differences(sides, experiment.compare),
        "differences": [d.record() for d in differences(sides, experiment.compare)],
        "runs": [_run(experiment, planned, tables, errors) for planned in experiment.runs],
        "curves": {name: _curves(experiment, name) for name in experiment.arms},
    }
    if experiment.episodes:
        results["episodes"] = by_arm(experiment)
    if experiment.reference is not None:
        results["reference"] = _reference(experiment, experiment.reference, tables)
    write_object(experiment.folder / RESULTS, results)
    return results


def _read(planned: Planned) -> Run:
    """A run without its episodes."""
    folder = RunFolder.open(planned.folder)
    return Run(planned.folder, folder.read_config(), [], [], [], None, None)


def _table(planned: Planned) -> Line | None:
    """The evaluation that a run ends with."""
    if not planned.is_done:
        return None
    return RunFolder(planned.folder).read_eval("before" if planned.arm.untrained else "after")


def _sides(experiment: Experiment, tables: Mapping[str, Line | None]) -> dict[str, BySeed]:
    """Evaluated episodes of each arm, and of what was played beside it, by seed."""
    sides: dict[str, dict[int, list[Line]]] = {}
    for planned in experiment.runs:
        table = tables.get(planned.name)
        if table is None:
            continue
        played = {PAIR: table["episodes"], **(table.get("arms") or {})}
        for who, name in planned.sides.items():
            if who in played:
                sides.setdefault(name, {})[planned.seed] = played[who]
    # The arms themselves first, in their order.
    order = [*experiment.arms, *(name for name in sides if name not in experiment.arms)]
    return {name: sides[name] for name in order if name in sides}


def _reviewed(experiment: Experiment) -> set[str]:
    """The arms, and what was played beside them, in whose episodes a reviewer speaks."""
    return {
        name
        for planned in experiment.runs
        if planned.config.eval.revisions
        for who, name in planned.sides.items()
        if who in (PAIR, "frozen_reviewer")
    }


def _rates(sides: Mapping[str, BySeed]) -> list[dict[str, Any]]:
    """Pass rates of each side in each group, with the tokens that an episode takes."""
    rows = []
    for name, by_seed in sides.items():
        everything = [e for episodes in by_seed.values() for e in episodes]
        for group in groups_of(everything) if everything else []:
            row = {"arm": name, "group": group, "final": pass_rate(by_seed, group)}
            row["pass_at"] = pass_at(by_seed, group)
            if group == ALL:
                spent = [e["tokens"] + e.get("prompt_tokens", 0) for e in everything]
                row["tokens_an_episode"] = sum(spent) / len(spent)
            rows.append(row)
    return rows


def _arm(experiment: Experiment, name: str, tables: Mapping[str, Line | None]) -> dict[str, Any]:
    """What an arm is, and what its training spent."""
    arm = experiment.arms[name]
    runs = [planned for planned in experiment.runs if planned.arm is arm]
    done = [planned for planned in runs if tables.get(planned.name) is not None]
    spent = [_spent(planned) for planned in done]
    return {
        "arm": name,
        "untrained": arm.untrained,
        "trained_in": arm.trained_in,
        "plays": arm.plays,
        "overrides": flat(arm.overrides),
        "steps": runs[0].steps,
        "runs": len(runs),
        "done": len(done),
        "episodes": sum(one["episodes"] for one in spent),
        "new_tokens": sum(one["new_tokens"] for one in spent),
    }


def _spent(planned: Planned) -> dict[str, int]:
    """Episodes and new tokens of a run's training."""
    metrics = [] if planned.arm.untrained else RunFolder(planned.folder).read_metrics()
    tokens = [value for line in metrics for key, value in line.items() if key.startswith("tokens/")]
    return {
        "episodes": sum(line.get("episodes") or 0 for line in metrics),
        "new_tokens": sum(tokens),
    }


def _run(
    experiment: Experiment,
    planned: Planned,
    tables: Mapping[str, Line | None],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    """A run's own figures, or its error."""
    row: dict[str, Any] = {
        "run": planned.name,
        "arm": planned.arm.name,
        "seed": planned.seed,
        "error": errors.get(planned.name, ""),
    }
    table = tables.get(planned.name)
    if table is None:
        return row
    row |= {"steps": planned.steps, **_spent(planned)}
    untrained = planned.arm.untrained
    before = None if untrained else RunFolder(planned.folder).read_eval("before")
    for which, found in (("before", before), ("after", table)):
        if found is not None:
            plays = planned.arm.plays
            episodes = found["episodes"] if plays == PAIR else found["arms"][plays]
            passed = sum(bool(e["final_passed"]) for e in episodes)
            row[which] = {"passed": passed, "episodes": len(episodes)}
    if "before" in row:
        # By the plan and not by who came first, which an interruption may change.
        first = _first_alike(experiment, planned)
        row["before"] |= {"same_as": first.name} if first is not planned else {}
    return row


def _first_alike(experiment: Experiment, planned: Planned) -> Planned:
    """The first run whose evaluation before training is this one's too."""
    key = key_of(planned.config)
    runs = (run for run in experiment.runs if not run.arm.trained_in)
    return next(run for run in runs if key_of(run.config) == key)


def _curves(experiment: Experiment, name: str) -> dict[str, Any]:
    """Of each curve, the value of every run at every step; a run that failed as far as it came."""
    runs = [planned for planned in experiment.runs if planned.arm.name == name]
    runs = [planned for planned in runs if planned.begun and not planned.arm.untrained]
    records = {str(planned.seed): RunFolder(planned.folder).read_metrics() for planned in runs}
    return {
        key: {seed: [line.get(key) for line in lines] for seed, lines in records.items()}
        for key in CURVES
    }


def _reference(
    experiment: Experiment, reference: Reference, tables: Mapping[str, Line | None]
) -> dict[str, Any]:
    """The arm that the reference names, all seeds that are done together."""
    arm = experiment.arms[reference.arm]
    runs = [run for run in experiment.runs if run.arm is arm and tables.get(run.name) is not None]
    return beside(reference, pooled({run.name: series_of(run) for run in runs}))


def _evaluation(experiment: Experiment) -> dict[str, Any]:
    """What all arms are evaluated on."""
    config = experiment.runs[0].config
    fewest = min(run.config.eval.episodes for run in experiment.runs)
    of_tasks = [{"family": task.family, "task": task.id} for task in experiment.tasks]
    return {
        "episodes": config.eval.episodes,
        **({"fewest_episodes": fewest} if fewest < config.eval.episodes else {}),
        "families": len(set(map(cluster_of, of_tasks))),
        "suites": list(config.tasks.eval_suites or config.tasks.suites),
        "splits": list(config.eval.splits),
        "quota": dict(config.eval.quota),
        "samples": config.eval.samples,
        "temperature": config.eval.temperature,
        "action_temperature": config.eval.action_temperature,
    }


def _models(runs: Sequence[Run]) -> dict[str, str]:
    """SHA-256 of each base model, by name."""
    models = [m for run in runs for m in (run.record.get("models") or {}).values()]
    return {str(m["name"]): str(m["sha256"]) for m in models}
