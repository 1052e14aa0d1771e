"""The report of several runs side by side."""

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from parelha.errors import UsageError
from parelha.overrides import flat
from parelha.report import charts
from parelha.report.episode_charts import cumulative
from parelha.report.page import Chart, Section, drawn, write_page
from parelha.report.records import Run, read_run
from parelha.report.summary import changes, headline, models_of, points_text, share_text

_LONGEST = 100  # bytes of a page's name that are names of runs: a file system takes 255 for all


def build_comparison(run_dirs: Sequence[Path], single_file: bool = False) -> Path:
    """Write one page on several runs, beside the folder of the first, and return its path.

    The charting library stands beside it; with `single_file` the page holds it.

    Raises:
        UsageError: as `build_report`; a run is named twice; or two runs call different weights by
            the same name.
    """
    if len({path.resolve() for path in run_dirs}) < len(run_dirs):
        raise UsageError("a run is named twice")
    runs = _told_apart([read_run(path) for path in run_dirs])
    refuse_mixed_weights(runs)
    note = "Bands are 95 % intervals; runs differ in everything the table below lists."
    compared = [
        Chart("Reward per step", charts.compared_rewards(runs), wide=True),
        Chart("Pass rate per step", charts.compared_passes(runs)),
        Chart(
            "Cumulative reward", cumulative({run.name: charts.final_rewards(run) for run in runs})
        ),
    ]
    context = {
        "title": "Comparison of " + ", ".join(run.name for run in runs),
        "headline": [f"{run.name}: {' '.join(headline(run))}" for run in runs],
        "sections": [Section("Side by side", drawn(compared), note)],
        "runs": [_comparison_row(run) for run in runs],
        "differences": _differences(runs),
    }
    path = run_dirs[0].resolve().parent / f"comparison_{_file_name(run_dirs)}.html"
    return write_page(path, context, shelf=path.parent, single_file=single_file)


def _told_apart(runs: Sequence[Run]) -> list[Run]:
    """The runs; those of one name are called by their folders, as many as tell them apart."""
    times = Counter(run.name for run in runs)
    paths = [run.path.resolve().parts for run in runs if times[run.name] > 1]
    parts = range(2, max(map(len, paths), default=2) + 1)
    enough = next((n for n in parts if len({p[-n:] for p in paths}) == len(paths)), 2)
    return [
        replace(run, label="/".join(run.path.resolve().parts[-enough:]))
        if times[run.name] > 1
        else run
        for run in runs
    ]


def _file_name(run_dirs: Sequence[Path]) -> str:
    """The runs' names, and a hash of their paths where those alone do not tell which they are."""
    paths = [path.resolve() for path in run_dirs]
    names = "_".join(path.name for path in paths)
    written = os.fsencode(names)
    if len(written) <= _LONGEST and len({path.parent for path in paths}) == 1:
        return names
    begun = written[:_LONGEST].decode(errors="ignore")  # without a character that is cut in two
    return f"{begun}_{hashlib.sha256(repr(paths).encode()).hexdigest()[:8]}"


def refuse_mixed_weights(runs: Sequence[Run]) -> None:
    """Raise UsageError where one model's name stands for different weights in two runs."""
    seen: dict[str, tuple[str, str]] = {}
    for run in runs:
        for model in (run.record.get("models") or {}).values():
            name, sha256 = str(model.get("name")), str(model.get("sha256"))
            first = seen.setdefault(name, (sha256, run.name))
            if first[0] != sha256:
                raise UsageError(
                    f"{first[1]} and {run.name} hold different weights of {name}: "
                    "they cannot be compared"
                )


def _comparison_row(run: Run) -> dict[str, str]:
    found = changes(run.before, run.after)
    row = {"run": run.name, "model": ", ".join(models_of(run)), "steps": str(run.steps)}
    rewards = charts.final_rewards(run)
    row["episodes"] = f"{len(run.episodes):,}"
    row["mean reward"] = f"{sum(rewards) / len(rewards):+.3f}" if rewards else "–"
    row["before"] = share_text(found[0].before) if found else "–"
    row["after"] = share_text(found[0].after) if found else "–"
    row["difference (95 %)"] = points_text(found[0].difference) if found else "–"
    row["says"] = found[0].verdict if found else "nothing was compared"
    return row


def _differences(runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    tables = [flat(run.record["config"]) for run in runs]
    keys = dict.fromkeys(key for table in tables for key in table)
    rows = [(key, [str(table.get(key, "–")) for table in tables]) for key in keys]
    return [(key, values) for key, values in rows if len(set(values)) > 1]
