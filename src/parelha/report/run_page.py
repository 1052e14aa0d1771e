"""The report of one run: what was measured, how it went, and a few episodes word for word."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from parelha.live import duration
from parelha.report import charts
from parelha.report import episode_charts as pictured
from parelha.report.assets import shelf_of
from parelha.report.episodes import pack_episodes
from parelha.report.experiment_charts import forest
from parelha.report.page import Chart, Section, drawn, write_page
from parelha.report.records import Program, Run, join_episodes, read_run
from parelha.report.statistics import Estimate
from parelha.report.summary import (
    MEASURES,
    SPLITS,
    Change,
    changes,
    headline,
    models_of,
    points_text,
    share_text,
)
from parelha.tracking import RunFolder

_MOST_STEPS = 200  # of the table of steps: the latest


def build_report(run_dir: Path, single_file: bool = False) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    The run may be in progress or interrupted: the report shows what is there. Beside it stands
    ``report_files`` with the texts of the episodes, and the charting library above the run's
    folder, for the reports of all runs there; with `single_file` the page holds both.

    Raises:
        UsageError: there is no run, it is damaged, or the page cannot be written.
    """
    run = read_run(run_dir)
    found = changes(run.before, run.after)
    context = {
        "title": run.name,
        "headline": headline(run),
        "facts": _facts(run),
        "change_rows": [_change_row(c) for c in found],
        "before_after": drawn([Chart("", forest(list(map(_forest_row, found))), wide=True)]),
        "quality": _quality(run_dir),
        "sections": [s for s in _sections(run) if s.charts],
        "outcomes": _outcomes(run),
        "steps": _step_rows(run),
        "all_steps": len(run.metrics),
        "config": json.dumps(run.record, indent=2, ensure_ascii=False),
    }
    return write_page(
        run_dir / "report.html",
        context,
        shelf=shelf_of(run_dir),
        single_file=single_file,
        episodes=pack_episodes(run),
    )


def _sections(run: Run) -> list[Section]:
    band = (
        "Bands are 95 % intervals over tasks; over drafts in steps of fewer than "
        "five tasks, where they show the luck of sampling and not the choice of tasks."
    )
    rising = (
        "It rises whenever rewards are positive. Learning makes it steeper with time: the line "
        "then hangs below the dotted one."
    )
    rewards = charts.final_rewards(run)
    middle = len(rewards) // 2
    halves = {"first half": rewards[:middle], "second half": rewards[middle:]}
    learning = [
        Chart("Weight change", _per_agent(run, "ba_norm", "norm of B·A"), "0 is the base model."),
        Chart("Gradient norm", _per_agent(run, "grad_norm", "norm before clipping")),
        Chart("Loss", _per_agent(run, "loss", "policy loss"), "Not a measure of progress."),
        Chart("Clipped tokens", _per_agent(run, "clip_share", "share", ".1%")),
        Chart("Divergence from the base", _per_agent(run, "kl", "KL, nats per token")),
        Chart(
            "Groups dropped",
            _per_agent(run, "groups_dropped", "groups", ".0f"),
            "A group of equal rewards teaches nothing.",
        ),
    ]
    choices = [
        Chart("The coder's actions", charts.action_shares(run, "coder")),
        Chart("The reviewer's actions", charts.action_shares(run, "reviewer")),
        Chart("Entropy of the actions", _per_agent(run, "entropy", "nats")),
        _shares(
            run,
            "Right choices",
            right_action_rate="coder names the kind of task",
            verdict_accuracy="reviewer judges the draft",
            approve_rate="reviewer approves",
        ),
        _shares(
            run,
            "The reviewer approves",
            "A reviewer that tells them apart keeps the two lines apart.",
            **{
                "approve_rate/passing": "of programs that pass",
                "approve_rate/failing": "of programs that fail",
            },
        ),
        _shares(
            run,
            "What reviews do",
            mended="wrong programs that became right",
            broken="right programs that became wrong",
            lift="what the dialogue adds to the pass rate",
            lift_perfect="what it would if every verdict were right",
        ),
        _shares(
            run,
            "Spoiled answers",
            cut_rate="cut by the token limit",
            no_program_rate="no program",
            copied_share="copied from the review",
        ),
    ]
    speed = [
        Chart("Time of a step", charts.seconds_per_step(run)),
        Chart(
            "Speed",
            charts.metric_lines(
                run.timings, {"tokens_per_second": "generated"}, "tokens per second", ".0f"
            ),
        ),
    ]
    return [
        Section(
            "Training",
            drawn(
                [
                    Chart("Reward per step", charts.rewards_per_step(run), wide=True),
                    Chart("Pass rate per step", charts.passes_per_step(run), wide=True),
                ]
            ),
            band,
        ),
        Section(
            "Rewards of the episodes",
            drawn(
                [
                    Chart("Cumulative reward", pictured.cumulative({run.name: rewards}), rising),
                    Chart("Histogram", pictured.histogram(halves)),
                    Chart("Spread by step", charts.reward_boxes(run)),
                    *_components(run),
                ]
            ),
            "One reward per episode, of its last program.",
        ),
        Section("What the agents chose", drawn(choices)),
        Section("Learning", drawn(learning)),
        Section("Speed", drawn(speed)),
    ]


def _shares(run: Run, title: str, note: str = "", **keys: str) -> Chart:
    return Chart(title, charts.metric_lines(run.metrics, keys, "share", ".0%"), note)


def _per_agent(run: Run, metric: str, y_title: str, form: str = ".3g") -> Any:
    keys = {f"{metric}/{agent}": agent for agent in run.agents}
    return charts.metric_lines(run.metrics, keys, y_title, form)


def _components(run: Run) -> list[Chart]:
    found = []
    for kind in ("draft", "revision", "review"):
        prefix = f"component/{kind}/"
        names = dict.fromkeys(k for m in run.metrics for k in m if k.startswith(prefix))
        keys = {k: k.removeprefix(prefix).replace("_", " ") for k in names}
        figure = charts.metric_lines(run.metrics, keys, "mean component", "+.3f")
        found.append(Chart(f"Components of the reward: {kind}", figure))
    return found


def _facts(run: Run) -> list[tuple[str, str]]:
    config = run.record["config"]
    seconds = sum(t.get("seconds") or 0.0 for t in run.timings)
    peak = max((t.get("peak_rss_bytes") or 0 for t in run.timings), default=0)
    facts = [
        ("model", ", ".join(models_of(run))),
        ("steps", f"{run.steps} of {run.planned_steps}"),
        ("episodes", f"{len(run.episodes):,}"),
        ("rewards", str(config.get("reward", {}).get("kind", "–"))),
        ("seed", str(config.get("seed", "–"))),
        ("language", str(config.get("lang", "–"))),
        ("sandbox level", str(run.record.get("sandbox_level", "–"))),
        ("training time", duration(seconds) if seconds else "–"),
        ("peak memory", f"{peak / 2**30:.1f} GiB" if peak else "–"),
        ("version", str(run.record.get("version", "–"))),
    ]
    dropped = sum(m.get("samples_dropped") or 0 for m in run.metrics)
    if dropped:
        facts.append(("samples dropped", f"{dropped} (faults of the machine)"))
    return facts


def _forest_row(change: Change) -> tuple[str, Estimate, tuple[float, ...], bool]:
    where = SPLITS.get(change.split, change.split)
    label = f"{MEASURES[change.measure]}\n{where}"
    return label, change.difference, (), change.difference.is_clear


def _change_row(change: Change) -> dict[str, str]:
    return {
        "measure": MEASURES[change.measure],
        "split": SPLITS.get(change.split, change.split),
        "pairs": str(change.pairs),
        "before": share_text(change.before),
        "after": share_text(change.after),
        "difference (95 %)": points_text(change.difference),
        "moved": f"{change.gained} up, {change.lost} down",
        "verdict": change.verdict,
    }


def _quality(run_dir: Path) -> list[dict[str, str]]:
    """What the linters say of the last programs, before and after."""
    folder = RunFolder.open(run_dir)
    rows = []
    for which in ("before", "after"):
        episodes = join_episodes(folder.read_rounds(f"eval_{which}"))
        analysed = [e.final for e in episodes if e.final.findings]
        if not analysed:
            continue
        scores = [p.pylint_score for p in analysed if p.pylint_score is not None]
        row = {"when": which, "programs": str(len(analysed))}
        row["score"] = f"{sum(scores) / len(scores):.2f}" if scores else "–"
        for tool in ("pylint", "flake8", "mypy"):
            row[tool] = f"{sum(p.findings[tool] for p in analysed) / len(analysed):.2f}"
        rows.append(row)
    return rows


def _outcomes(run: Run) -> list[tuple[str, int, int]]:
    """How drafts and last programs ended: outcome, drafts, last programs; most frequent first."""
    drafts = Counter(_outcome(p) for _, p in run.drafts)
    finals = Counter(_outcome(e.final) for e in run.episodes)
    return [(name, drafts[name], finals[name]) for name, _ in (finals + drafts).most_common(12)]


def _outcome(program: Program) -> str:
    return program.outcome.replace("_", " ")[:80]


def _step_rows(run: Run) -> list[dict[str, str]]:
    times = {t["step"]: t for t in run.timings}
    rows = []
    for metrics in run.metrics[-_MOST_STEPS:]:
        row = {"step": str(metrics["step"]), "episodes": str(metrics.get("episodes", "–"))}
        for key, form in (
            ("reward/draft", "+.3f"),
            ("reward/revision", "+.3f"),
            ("reward/review", "+.3f"),
            ("pass_rate/draft", ".0%"),
            ("pass_rate/final", ".0%"),
            *((f"ba_norm/{agent}", ".3g") for agent in run.agents),
        ):
            value = metrics.get(key)
            row[key.replace("/", " ").replace("_", " ")] = (
                "–" if value is None else format(value, form)
            )
        row["time"] = duration(times.get(metrics["step"], {}).get("seconds"))
        rows.append(row)
    return rows
