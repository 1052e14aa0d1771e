"""What may be claimed of an experiment's results, and what not, in sentences."""

from collections.abc import Mapping
from typing import Any

from parelha.experiment.compare import ALL, NOT_TOLD_APART, estimate_of
from parelha.experiment.reference import sentence
from parelha.report.summary import SPLITS, points_text
from parelha.suites import FAMILIES

# Arms whose tokens differ by more are not said to have spent the same.
_ALIKE = 0.1


def claims(results: Mapping[str, Any]) -> list[str]:
    """The paragraph a report begins with: one sentence for each comparison, then the limits."""
    sentences = [_compared(row) for row in results["differences"]]
    if told := sentence(results.get("reference")):
        sentences.append(told)
    if not sentences:
        sentences = ["Nothing was compared, so nothing can be claimed."]
    return [*sentences, *limits(results)]


def limits(results: Mapping[str, Any]) -> list[str]:
    """What stands behind the figures, and what they do not say."""
    found, planned = [], len(results["runs"])
    failed = [run for run in results["runs"] if run["error"]]
    if failed:
        names = ", ".join(run["run"] for run in failed)
        found.append(
            f"{len(failed)} of {planned} runs failed and count in no pass rate and no comparison; "
            f"curves show them as far as they came: {names}."
        )
    missing = sum("after" not in run and not run["error"] for run in results["runs"])
    if missing:
        found.append(f"{missing} of {planned} runs are not finished.")
    done = [arm["done"] for arm in results["arms"] if arm["done"]] or [0]
    fewest, most = min(done), max(done)
    many = f"{most}" if fewest == most else f"{fewest} to {most}"
    runs = "one run" if most == 1 else f"{many} runs"
    suites = results["evaluation"]["suites"]
    found.append(
        "Intervals are over families of tasks"
        + (", of a public benchmark over its tasks" if set(suites) - {FAMILIES} else "")
        + f". The luck of training is seen in {runs} of each arm "
        "alone: a difference counts only where every seed has its sign, and says nothing of other "
        "models, sizes or longer training."
    )
    if len({row["arm"] + row["against"] for row in results["differences"]}) > 1:
        found.append("P-values are corrected by Holm for all comparisons on the same tasks.")
    found += _episodes(results)
    found += _tokens(results)
    return found


def group_text(group: str) -> str:
    """A group in words."""
    return "all held-out tasks" if group == ALL else SPLITS.get(group, group.replace("_", " "))


def points_of(row: Mapping[str, Any]) -> str:
    """A difference with its interval: ``+38 points (+17 to +58)``."""
    estimate = estimate_of(row)
    return points_text(estimate, 1) + (" (no interval)" if estimate.low is None else "")


def _compared(row: Mapping[str, Any]) -> str:
    where = group_text(row["group"])
    behind = f"{points_of(row)}, {row['pairs']} pairs, p {p_text(row['p_holm'])}"
    if row["verdict"] == NOT_TOLD_APART:
        return (
            f"On {where}, {row['arm']} and {row['against']} are not told apart: {behind}; "
            f"{row['why_not']}."
        )
    return f"On {where}, {row['arm']} is {row['verdict']} {row['against']}: {behind}."


def p_text(value: float) -> str:
    """A p-value; small ones are not spelled out."""
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _episodes(results: Mapping[str, Any]) -> list[str]:
    """Whether the arms were evaluated on as many episodes."""
    counts = {
        row["arm"]: row["final"]["episodes"] for row in results["rates"] if row["group"] == ALL
    }
    if len(set(counts.values())) < 2:
        return []
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return [f"Held-out episodes differ, and arms are compared on those that both have: {told}."]


def _tokens(results: Mapping[str, Any]) -> list[str]:
    """Whether the arms' training took as many tokens, a run."""
    trained = [arm for arm in results["arms"] if not arm["untrained"] and arm["done"]]
    spent = {arm["arm"]: round(arm["new_tokens"] / arm["done"]) for arm in trained}
    if len(spent) < 2:
        return []
    told = ", ".join(f"{name} {tokens:,}" for name, tokens in spent.items())
    low, high = min(spent.values()), max(spent.values())
    if high - low <= _ALIKE * high:
        return [f"The training of all arms took about as many new tokens a run: {told}."]
    return [f"The arms' training did not take as many new tokens a run: {told}."]
