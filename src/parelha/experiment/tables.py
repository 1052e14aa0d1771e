"""The tables of an experiment, as rows of text: for the terminal, the page and docs/results.md."""

from collections.abc import Mapping
from typing import Any

from parelha.experiment.claims import claims, group_text, p_text, points_of
from parelha.experiment.compare import ALL, estimate_of
from parelha.live import duration
from parelha.report.summary import share_text
from parelha.report.text import printable, table_text

Rows = list[dict[str, str]]
NONE = "–"


def arm_rows(results: Mapping[str, Any]) -> Rows:
    """What each arm is, and what its training spent."""
    rows = []
    for arm in results["arms"]:
        over = ", ".join(f"{key} = {_value(value)}" for key, value in arm["overrides"].items())
        runs = max(arm["done"], 1)
        rows.append(
            {
                "arm": arm["arm"],
                "differs in": over or NONE,
                "evaluated": "untrained" if arm["untrained"] else f"as {arm['plays']}",
                "runs": f"{arm['done']} of {arm['runs']}",
                "steps": str(arm["steps"]),
                "episodes a run": f"{arm['episodes'] / runs:,.0f}",
                "new tokens a run": f"{arm['new_tokens'] / runs:,.0f}",
            }
        )
    return rows


def rate_rows(results: Mapping[str, Any]) -> Rows:
    """Pass rates of every arm, and of what was played beside it."""
    rows = []
    for row in results["rates"]:
        tokens = row.get("tokens_an_episode")
        final, draft = row["final"], row["draft"]
        rows.append(
            {
                "arm": row["arm"],
                "on": group_text(row["group"]),
                "passed": f"{final['passed']} of {final['episodes']}",
                "final pass rate": share_text(estimate_of(final)),
                "drafts": share_text(estimate_of(draft)) if draft else NONE,
                "tokens an episode": f"{tokens:,.0f}" if tokens is not None else NONE,
            }
        )
    return rows


def difference_rows(results: Mapping[str, Any]) -> Rows:
    """Every comparison."""
    return [
        {
            "arm": row["arm"],
            "against": row["against"],
            "on": group_text(row["group"]),
            "difference (95 %)": points_of(row),
            "pairs": str(row["pairs"]),
            "families": str(row["clusters"]),
            "seed by seed": " ".join(f"{100 * value:+.0f}" for value in row["by_seed"]),
            "p (Holm)": p_text(row["p_holm"]),
            "verdict": row["verdict"] + (f": {row['why_not']}" if row["why_not"] else ""),
        }
        for row in results["differences"]
    ]


def run_rows(results: Mapping[str, Any], times: Mapping[str, Any]) -> Rows:
    """Every run, with its time."""
    return [
        {
            "run": run["run"],
            "before": _passed(run.get("before")),
            "after": _passed(run.get("after")),
            "episodes": f"{run.get('episodes', 0):,}",
            "new tokens": f"{run.get('new_tokens', 0):,}",
            "time": duration(times["runs"].get(run["run"])),
            "error": run["error"] or NONE,
        }
        for run in results["runs"]
    ]


def machine_text(times: Mapping[str, Any]) -> str:
    """The machine, in words."""
    machine = times.get("machine")
    if not machine:
        return "unknown"
    gib = machine["memory_gib"]
    return f"{machine['processor']}, {machine['cores']} cores, {gib} GiB"


def terminal_text(results: Mapping[str, Any], times: Mapping[str, Any]) -> str:
    """The results in one screen."""
    rates = [row for row in rate_rows(results) if row["on"] == group_text(ALL)]
    parts = [results["name"]]
    parts += [table_text(rows) for rows in (rates, difference_rows(results)) if rows]
    parts += [table_text(run_rows(results, times)), "\n".join(claims(results))]
    return "\n\n".join(map(printable, parts))


def _passed(found: Mapping[str, Any] | None) -> str:
    return f"{found['passed']} of {found['episodes']}" if found else NONE


def _value(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
