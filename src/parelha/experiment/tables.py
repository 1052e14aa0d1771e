"""The tables of an experiment, as rows of text: for the terminal, the page and docs/results.md."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from parelha.experiment.claims import claims, group_text, p_text, points_of
from parelha.experiment.compare import ALL, NOT_TOLD_APART, estimate_of
from parelha.experiment.planned import PAIR
from parelha.experiment.reference import MEASURES, interval_text, is_alike
from parelha.live import duration
from parelha.report.summary import PASS_AT, share_text, signed
from parelha.report.text import printable, table_text

Rows = list[dict[str, str]]
NONE = "–"


def facts(results: Mapping[str, Any], times: Mapping[str, Any]) -> dict[str, str]:
    """What was measured, with what and how long, by what it is called."""
    evaluation = results["evaluation"]
    models = [f"{name} ({sha[:12]})" for name, sha in results["models"].items()]
    return {
        "model": ", ".join(models) or NONE,
        "seeds": ", ".join(map(str, results["seeds"])),
        "held-out episodes of a run": episodes_text(evaluation),
        "families": str(evaluation["families"]),
        "suites": ", ".join(evaluation["suites"]),
        **made_facts(times),
        "time": duration(sum(times["runs"].values())),
    }


def titled_tables(
    results: Mapping[str, Any], times: Mapping[str, Any]
) -> list[tuple[str, Rows, str]]:
    """Every table that has rows, with its title and a note on it."""
    tables = [
        ("Arms", arm_rows(results), "New tokens are those that training wrote."),
        (
            "Held-out tasks",
            rate_rows(results),
            "All seeds together; intervals over families. ARM/OTHER was played beside the arm. "
            "Tokens are of prompts and answers.",
        ),
        (
            "Dialogues",
            dialogue_rows(results),
            "All seeds together. Approved are final programs; mended and broken are drafts that "
            "came to pass, or no longer passed, by the end.",
        ),
        (
            "Beside another's figures",
            reference_rows(results),
            "The same measures; intervals of the difference are of sampling alone (Welch).",
        ),
        ("Families", family_rows(results), "Episodes that pass, all seeds together."),
        (
            "Differences",
            difference_rows(results),
            "The same tasks and seeds on both sides. The p-value turns the signs of families, and "
            "is corrected by Holm for the comparisons on the same tasks.",
        ),
        (
            "Speed",
            speed_rows(results),
            "Times of right programs on large inputs beside the reference's, geometric means; "
            "intervals over families.",
        ),
        (
            "Faster or slower",
            speed_difference_rows(results),
            "On tasks that both solve. The p-value turns the signs of families, corrected by Holm.",
        ),
        ("Runs", run_rows(results, times), "Held-out episodes passed, tokens and time."),
    ]
    return [(title, rows, note) for title, rows, note in tables if rows]


def arm_rows(results: Mapping[str, Any]) -> Rows:
    """What each arm is, and what its training spent."""
    rows = []
    for arm in results["arms"]:
        told = [f"{key} = {_value(value)}" for key, value in arm["overrides"].items()]
        told += [f"trained in {arm['trained_in']}"] if arm.get("trained_in") else []
        runs = max(arm["done"], 1)
        rows.append(
            {
                "arm": arm["arm"],
                "differs in": ", ".join(told) or NONE,
                "evaluated": _evaluated(arm),
                "runs": f"{arm['done']} of {arm['runs']}",
                "steps": str(arm["steps"]),
                "episodes a run": f"{arm['episodes'] / runs:,.0f}",
                "new tokens a run": f"{arm['new_tokens'] / runs:,.0f}",
            }
        )
    return rows


def _evaluated(arm: Mapping[str, Any]) -> str:
    """Who counts in an arm's evaluation."""
    if not arm["untrained"]:
        return f"as {arm['plays']}"
    return "untrained" if arm["plays"] == PAIR else f"untrained, as {arm['plays']}"


def episodes_text(evaluation: Mapping[str, Any]) -> str:
    """Held-out episodes of a run; of all arms where they differ."""
    most = evaluation["episodes"]
    fewest = evaluation.get("fewest_episodes", most)
    return f"{most}" if fewest == most else f"{fewest} to {most}"


def rate_rows(results: Mapping[str, Any]) -> Rows:
    """Pass rates of every arm, and of what was played beside it."""
    rows = []
    told = [k for k in map(str, PASS_AT) if any(k in row["pass_at"] for row in results["rates"])]
    for row in results["rates"]:
        tokens = row.get("tokens_an_episode")
        final = row["final"]
        rows.append(
            {
                "arm": row["arm"],
                "on": group_text(row["group"]),
                "passed": f"{final['passed']} of {final['episodes']}",
                "final pass rate": share_text(estimate_of(final)),
                **_pass_at(row, told),
                "tokens an episode": f"{tokens:,.0f}" if tokens is not None else NONE,
            }
        )
    return rows


def _pass_at(row: Mapping[str, Any], known: Collection[str]) -> dict[str, str]:
    """Drafts: pass@1, and where several were sampled of each task pass@k."""
    found = {k: share_text(estimate_of(one)) for k, one in row["pass_at"].items()}
    return {"drafts" if k == "1" else f"pass@{k}": found.get(k, NONE) for k in known}


def dialogue_rows(results: Mapping[str, Any]) -> Rows:
    """What the dialogues of each arm made of its drafts; results of before have none."""
    return [
        {
            "arm": row["arm"],
            "drafts that pass": f"{row['draft_passed']} of {row['episodes']}",
            "mended": f"{row['mended']} of {row['episodes'] - row['draft_passed']}",
            "broken": f"{row['broken']} of {row['draft_passed']}",
            "pass in the end": f"{row['final_passed']} of {row['episodes']}",
            "approved of those": f"{row['approved_passing']} of {row['final_passed']}",
            "approved of the others": f"{row['approved_failing']} of "
            f"{row['episodes'] - row['final_passed']}",
        }
        for row in results.get("dialogues", [])
    ]


def family_rows(results: Mapping[str, Any]) -> Rows:
    """Episodes that pass of each family, the arms beside each other."""
    arms = list(dict.fromkeys(row["arm"] for row in results["families"]))
    kinds = dict.fromkeys((row["group"], row["family"]) for row in results["families"])
    cells = {(row["group"], row["family"], row["arm"]): row for row in results["families"]}
    # An arm may be called like one of the first two columns.
    names = {arm: f"arm {arm}" if arm in ("family", "on") else arm for arm in arms}
    return [
        {"family": family, "on": group_text(group)}
        | {names[arm]: _passed(cells.get((group, family, arm))) for arm in arms}
        for group, family in sorted(kinds)
    ]


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


def speed_rows(results: Mapping[str, Any]) -> Rows:
    """How fast the right programs of each arm are, where that was measured."""
    return [
        {"arm": row["arm"], "programs": str(row["programs"]), "times the reference": _times(row)}
        for row in results.get("speeds", [])
    ]


def speed_difference_rows(results: Mapping[str, Any]) -> Rows:
    """By how much one arm's right programs are faster than another's."""
    return [
        {
            "arm": row["arm"],
            "against": row["against"],
            "times as long (95 %)": _times(row),
            "pairs": str(row["pairs"]),
            "families": str(row["clusters"]),
            "p (Holm)": p_text(row["p_holm"]),
        }
        for row in results.get("speed_differences", [])
    ]


def _times(row: Mapping[str, Any]) -> str:
    """A ratio with its interval, from the estimate of its logarithm."""
    told = f"{math.exp(row['value']):.2f}"
    if row["low"] is None:
        return told
    return f"{told} ({math.exp(row['low']):.2f} to {math.exp(row['high']):.2f})"


def reference_rows(results: Mapping[str, Any]) -> Rows:
    """An arm's figures beside somebody else's."""
    return [
        {
            "figure": MEASURES[row["measure"]],
            "theirs": _mean_text(row["theirs"], row["their_sd"]),
            "ours": _mean_text(row["mean"], row["sd"]),
            "episodes": f"{results['reference']['episodes']} and {row['episodes']}",
            "difference (95 %)": f"{signed(row['difference'], 2)} ({interval_text(row)})",
            "verdict": NOT_TOLD_APART if is_alike(row) else "different",
        }
        for row in (results.get("reference") or {"rows": []})["rows"]
    ]


def _mean_text(mean: float, sd: float | None) -> str:
    return f"{mean:.3f}" + ("" if sd is None else f" (sd {sd:.2f})")


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


def made_facts(times: Mapping[str, Any]) -> dict[str, str]:
    """Machine, commit and version, of all sittings where they differ."""
    sittings = [*times.get("earlier", []), times]
    kinds = {
        "machine": [_machine_text(one.get("machine")) for one in sittings],
        "commit": [str(one.get("commit") or "unknown") for one in sittings],
        "version": [str(one.get("version") or "unknown") for one in sittings],
    }
    return {name: ", then ".join(dict.fromkeys(found)) for name, found in kinds.items()}


def _machine_text(machine: Mapping[str, Any] | None) -> str:
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
    if not found:
        return NONE
    whose = f" (as {found['same_as']})" if "same_as" in found else ""
    return f"{found['passed']} of {found['episodes']}{whose}"


def _value(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
