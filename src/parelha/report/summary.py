"""Before and after training on held-out tasks, and the sentences a report begins with."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parelha.files import Line
from parelha.report.records import Run, by_task, cluster_of, group_of
from parelha.report.statistics import (
    Estimate,
    clustered_share,
    paired_difference,
    pass_at_k,
    trend,
    verdict,
)

MEASURES = {
    "final_passed": "final program passes",
    "draft_passed": "draft passes",
    "final_share": "hidden cases passed",
}
SPLITS = {
    "": "all held-out tasks",
    "heldout_seeds": "new data, trained problems",
    "heldout_params": "problems never trained",
    "heldout_families": "families never trained",
}
PASS_AT = (1, 4, 8)
"""Pass@k is told of these k."""


@dataclass(frozen=True)
class Change:
    """One measure before and after, on the same tasks.

    Attributes:
        split: or the public benchmark; ``""`` for all of them together.
        measure: a key of `MEASURES`.
        pairs: episodes on each side.
        before: mean before, with its interval by family where it is a share of episodes.
        after: mean after.
        difference: after minus before, 0 to 1 scale, with its interval by family.
        gained: pairs that rose.
        lost: pairs that fell.
    """

    split: str
    measure: str
    pairs: int
    before: Estimate
    after: Estimate
    difference: Estimate
    gained: int
    lost: int

    @property
    def verdict(self) -> str:
        """What the difference shows."""
        if not self.gained and not self.lost:
            return "no episode changed, too few episodes to tell"
        return verdict(self.difference, self.pairs)


def changes(before: Line | None, after: Line | None) -> list[Change]:
    """Every measure over all episodes, and the first for each split and each public benchmark.

    Empty without two tables.
    """
    if before is None or after is None:
        return []
    others = by_task(after["episodes"])
    # What one of the two lacks, lost to a fault of the machine, has no pair.
    pairs = [
        (one, others[key]) for key, one in by_task(before["episodes"]).items() if key in others
    ]
    splits = list(dict.fromkeys(group_of(a) for a, _ in pairs))
    found = []
    for split in ["", *(splits if len(splits) > 1 else [])]:
        chosen = [(a, b) for a, b in pairs if split in ("", group_of(a))]
        for measure in list(MEASURES)[: 1 if split else None]:
            change = _change(split, measure, chosen)
            if change is not None:
                found.append(change)
    return found


def drafts_pass_at(
    episodes: Sequence[Mapping[str, Any]], clusters: Sequence[Hashable]
) -> dict[int, tuple[int, Estimate]]:
    """Pass@k of drafts for each k of `PASS_AT` that there are samples for.

    Args:
        episodes: of an evaluation; without further samples a draft is one of one.
        clusters: what each is alike with.

    Returns:
        by k, the number of tasks and the mean over them.
    """
    counts = [_drafts(episode) for episode in episodes]
    found = {}
    for k in PASS_AT:
        kept = [n for n, (samples, _) in enumerate(counts) if samples >= k]
        values = [pass_at_k(*counts[n], k) for n in kept]
        estimate = clustered_share(values, [clusters[n] for n in kept])
        if estimate is not None:
            found[k] = (len(kept), estimate)
    return found


def _drafts(episode: Mapping[str, Any]) -> tuple[int, int]:
    """Drafts of an evaluated task, and those that pass."""
    if "samples" in episode:
        return episode["samples"], episode["samples_passed"]
    return 1, int(bool(episode["draft_passed"]))


def headline(run: Run) -> list[str]:
    """The report's first sentences: what was done, what was measured, and what it is worth."""
    sentences = [_what_was_done(run)]
    change = next(iter(changes(run.before, run.after)), None)
    if change is not None:
        sentences.append(_what_changed(change))
    elif run.before is not None and run.is_untrained:
        sentences.append(_what_passes(run.before))
    elif run.before is not None and run.after is None and run.steps < run.planned_steps:
        sentences.append("The evaluation after training comes when it is finished.")
    else:
        sentences.append(
            "Nothing was compared on held-out tasks, so nothing can be said about them."
        )
    slope = reward_trend(run)
    if slope is not None:
        sentences.append(_what_the_trend_says(slope, run))
    return sentences


def reward_trend(run: Run) -> Estimate | None:
    """Slope per step of the final programs' reward; a unit is one task tree."""
    totals: dict[tuple[int, str], list[float]] = {}
    for episode in run.episodes:
        if episode.final.reward is not None:
            totals.setdefault(episode.tree, []).append(episode.final.reward)
    means = [sum(rewards) / len(rewards) for rewards in totals.values()]
    return trend([float(step) for step, _ in totals], means)


def points(estimate: Estimate) -> str:
    """A difference of shares in percentage points: ``+4 points, 95 % interval −8 to +17``."""
    value = f"{signed(100 * estimate.value, 0)} points"
    if estimate.low is None or estimate.high is None:
        return f"{value}, too few families for an interval"
    low, high = signed(100 * estimate.low, 0), signed(100 * estimate.high, 0)
    return f"{value}, 95 % interval {low} to {high}"


def share_text(estimate: Estimate) -> str:
    """A share in percent, with its interval where it has one: ``38 % (21–57)``."""
    if estimate.low is None or estimate.high is None:
        return f"{100 * estimate.value:.0f} %"
    return f"{100 * estimate.value:.0f} % ({100 * estimate.low:.0f}–{100 * estimate.high:.0f})"


def points_text(estimate: Estimate, digits: int = 0) -> str:
    """A difference in points, with its interval: ``+38 points (+17 to +58)``."""
    value = f"{signed(100 * estimate.value, digits)} points"
    if estimate.low is None or estimate.high is None:
        return value
    low, high = signed(100 * estimate.low, digits), signed(100 * estimate.high, digits)
    return f"{value} ({low} to {high})"


def signed(value: float, digits: int) -> str:
    """A number with its sign, a true minus; nothing is both rounded to 0 and signed."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0.0:
        return text
    return ("+" if value > 0 else "−") + text


def models_of(run: Run) -> list[str]:
    """Names of the base models, one where the agents share it."""
    models = run.record.get("models") or {}
    names = [str(m.get("name", "?")) for m in models.values() if isinstance(m, dict)]
    return list(dict.fromkeys(names)) or ["an unnamed model"]


def trained_agents(run: Run) -> str:
    """Who is trained, as words."""
    agents = run.record["config"].get("model", {}).get("train_agents") or ["coder", "reviewer"]
    return " and ".join(map(str, agents))


def _what_was_done(run: Run) -> str:
    model = " and ".join(models_of(run))
    if run.is_untrained:
        return f"Nobody is trained on {model}: this is an evaluation without training."
    if not run.steps:
        return f"No step of training {trained_agents(run)} on {model} is complete yet."
    steps = f"{run.steps} step{'s' if run.steps > 1 else ''}"
    if run.steps < run.planned_steps:
        steps = f"{run.steps} of {run.planned_steps} steps so far"
    return f"Trained {trained_agents(run)} on {model} for {steps} ({len(run.episodes):,} episodes)."


def _what_passes(table: Line) -> str:
    episodes = [e for e in table["episodes"] if e.get("final_passed") is not None]
    passed = [float(e["final_passed"]) for e in episodes]
    found = _side(passed, [cluster_of(e) for e in episodes], True) if passed else None
    told = "nothing" if found is None else share_text(found)
    return f"Of {len(passed)} held-out episodes the final program passes in {told}."


def _what_changed(change: Change) -> str:
    return (
        f"On {change.pairs} held-out episodes the final pass rate went from "
        f"{100 * change.before.value:.0f} % to {100 * change.after.value:.0f} % "
        f"(difference {points(change.difference)}): {change.verdict}."
    )


def _what_the_trend_says(slope: Estimate, run: Run) -> str:
    span = slope.scaled(max(run.steps - 1, 1))
    text = f"Along the training the reward changed by {signed(span.value, 2)}"
    if span.low is None or span.high is None:
        return f"{text} (linear trend; too few tasks for an interval)."
    interval = f"95 % interval {signed(span.low, 2)} to {signed(span.high, 2)}"
    if not span.is_clear:
        return f"{text} (linear trend, {interval}), which may be chance."
    return f"{text} (linear trend, {interval})."


def _change(split: str, measure: str, pairs: Sequence[tuple[Line, Line]]) -> Change | None:
    # A sample dropped by a fault of the machine has no figure, and takes its pair along.
    kept = [(a, b) for a, b in pairs if a.get(measure) is not None and b.get(measure) is not None]
    if not kept:
        return None
    before = [float(a[measure]) for a, _ in kept]
    after = [float(b[measure]) for _, b in kept]
    families = [cluster_of(a) for a, _ in kept]
    difference = paired_difference(before, after, families)
    assert difference is not None
    is_share = measure.endswith("_passed")
    return Change(
        split=split,
        measure=measure,
        pairs=len(kept),
        before=_side(before, families, is_share),
        after=_side(after, families, is_share),
        difference=difference,
        gained=sum(b > a for a, b in zip(before, after, strict=True)),
        lost=sum(b < a for a, b in zip(before, after, strict=True)),
    )


def _side(values: Sequence[float], families: Sequence[str], is_share: bool) -> Estimate:
    found = clustered_share(values, families) if is_share else None
    return found or Estimate(sum(values) / len(values), None, None, len(values))
