"""Text for the terminal on a run or an evaluation."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from parelha.files import Line
from parelha.live import step_cells
from parelha.report.examples import Example, choose_example
from parelha.report.records import by_task, cluster_of, group_of, read_run
from parelha.report.statistics import clustered_share, paired_difference
from parelha.report.summary import drafts_pass_at, headline, share_text
from parelha.report.text import printable, table_text

_LATEST = 8  # steps that are shown


def run_text(run_dir: Path) -> str:
    """A run in one screen: what was measured, the latest steps, one episode.

    Raises:
        UsageError: there is no run, or it is damaged.
    """
    run = read_run(run_dir)
    parts = [run.name, "\n".join(headline(run))]
    if run.metrics:
        times = {t["step"]: t for t in run.timings}
        rows = [step_cells(m, times.get(m["step"], {})) for m in run.metrics[-_LATEST:]]
        parts.append(table_text(rows))
    if (example := choose_example(run)) is not None:
        parts.append(example_text(example))
    report = run_dir / "report.html"
    place = shlex.quote(str(run_dir))
    parts.append(
        f"report: {report}" if report.is_file() else f"`parelha report {place}` shows more"
    )
    return "\n\n".join(map(printable, parts))


def example_text(example: Example) -> str:
    """One episode, indented by round."""
    lines = [f"{example.why} (step {example.step}, {example.task}):"]
    for part in example.parts:
        lines.append(f"  {part.heading}: {part.choice}" if part.choice else f"  {part.heading}")
        lines += [f"    {fact}" for fact in part.facts]
        lines += [
            f"    tool {name}: {output.splitlines()[0]}" for name, output in part.tools if output
        ]
        lines += [f"    | {line}" for line in part.text.splitlines()]
    return "\n".join(lines)


def eval_text(table: Line) -> str:
    """Pass rates of one evaluation, with intervals by family."""
    graded = [e for e in table["episodes"] if e.get("final_passed") is not None]
    lines = [f"step {table['step']}: {len(graded)} held-out episodes"]
    for split in ["", *dict.fromkeys(map(group_of, graded))]:
        chosen = [e for e in graded if split in ("", group_of(e))]
        for key, label in (("draft_passed", "drafts"), ("final_passed", "final programs")):
            kept = [e for e in chosen if e.get(key) is not None]
            if kept:
                where = f" of {split}" if split else ""
                lines.append(f"  {label}{where}: {_share_text(kept, key)}")
    if any("samples" in e for e in graded):
        found = drafts_pass_at(graded, list(map(cluster_of, graded)))
        told = ", ".join(f"{share_text(share)} of {k}" for k, (_, share) in found.items())
        lines.append(f"  at least one passes (pass@k), drafts: {told}")
    lines += _reviewer_lines(graded, table.get("reviewer") or {})
    lines += _arm_lines(graded, table.get("arms") or {})
    if failed := table.get("failed"):
        why = next(iter(failed.values()))
        lines.append(f"  {len(failed)} more failed and are not counted, the first: {why}")
    server = table.get("server") or {}
    if server and "url" not in server:  # an engine of a user's own, with a record of its own
        lines.append(f"  answered by {', '.join(f'{key} {said}' for key, said in server.items())}")
    elif server:
        models = " and ".join(dict.fromkeys((server["coder"], server["reviewer"])))
        lines.append(
            f"  answered by {models} at {server['url']}; {server['drawn']} of"
            f" {server['choices']} actions matched none and were drawn"
        )
    return "\n".join(lines)


def _reviewer_lines(pair: list[Line], rates: Line) -> list[str]:
    """Whether the reviewer tells right from wrong, and what its reviews did to the drafts."""
    lines = []
    told = [
        f"{100 * rates[f'approve_rate/{name}']:.0f} % of programs that {verb}"
        for name, verb in (("passing", "pass"), ("failing", "fail"))
        if rates.get(f"approve_rate/{name}") is not None
    ]
    if told:
        lines.append(f"  the reviewer approves {' and '.join(told)}")
    both = [e for e in pair if e.get("draft_passed") is not None]
    moved = [(bool(e["draft_passed"]), bool(e["final_passed"])) for e in both]
    mended, broken = moved.count((False, True)), moved.count((True, False))
    if mended or broken:
        above = _above([d for d, _ in moved], [f for _, f in moved], list(map(cluster_of, both)))
        lines.append(f"  reviews mended {mended} drafts and broke {broken}: {above}")
    return lines


def _above(lower: Sequence[float], upper: Sequence[float], families: Sequence[str]) -> str:
    """By how many points one share is above another, with the interval clustered by family."""
    found = paired_difference(list(map(float, lower)), list(map(float, upper)), list(families))
    if found is None:
        return ""
    text = f"{100 * found.value:+.1f} points"
    if found.low is not None and found.high is not None:
        text += f" (95 % interval {100 * found.low:+.1f} to {100 * found.high:+.1f}, by family)"
    return text


def _arm_lines(pair: list[Line], arms: dict[str, list[Line]]) -> list[str]:
    """Each other way to solve the tasks: its passes, its tokens, and what the pair is above it."""
    lines = []
    for name, episodes in {"pair": pair, **arms}.items() if arms else ():
        if not episodes:
            lines.append(f"  {name.replace('_', ' ')}: every episode failed")
            continue
        passed = {task: float(e["final_passed"]) for task, e in by_task(episodes).items()}
        both = {task: e for task, e in by_task(pair).items() if task in passed}
        spent = sum(e["tokens"] + e.get("prompt_tokens", 0) for e in episodes) / len(episodes)
        line = f"  {name.replace('_', ' ')}: {sum(passed.values()):.0f} of {len(passed)} pass"
        line += f", {spent:.0f} tokens an episode"
        above = _above(
            [passed[task] for task in both],
            [e["final_passed"] for e in both.values()],
            list(map(cluster_of, both.values())),
        )
        if name != "pair" and above:
            line += f"; the pair less this: {above}"
        lines.append(line)
    return lines


def _share_text(episodes: Sequence[Line], key: str) -> str:
    passed = [bool(e[key]) for e in episodes]
    share = clustered_share(passed, list(map(cluster_of, episodes)))
    assert share is not None
    text = f"{sum(passed)} of {len(passed)} pass ({100 * share.value:.0f} %"
    if share.low is not None and share.high is not None:
        text += f", 95 % interval {100 * share.low:.0f} to {100 * share.high:.0f} %, by family"
    return f"{text})"
