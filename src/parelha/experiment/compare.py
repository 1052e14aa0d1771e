"""Arms against each other on the same held-out tasks, and what the differences show.

A pair is one task with one seed. Intervals and p-values take families of tasks as what is drawn:
episodes on one family are alike. They say nothing of the luck of training, of which there are as
many draws as seeds; so a difference counts only where every seed has its sign.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from parelha.report.records import TaskKey, by_task, cluster_of, group_of
from parelha.report.statistics import (
    CONFIDENCE,
    MIN_PAIRS,
    MIN_TASKS,
    Estimate,
    clustered_share,
    holm,
    paired_difference,
    sign_flip_p,
)
from parelha.report.summary import drafts_pass_at

ALL = "all"
NOT_TOLD_APART = "not told apart"

Episodes = Sequence[Mapping[str, Any]]
BySeed = Mapping[int, Episodes]


@dataclass(frozen=True)
class Difference:
    """The final pass rate of one arm above another's.

    Attributes:
        group: `ALL`, a split or a benchmark.
        estimate: on the scale 0 to 1, with its interval by family.
        by_seed: of each seed, in the order of the seeds that both have.
        p: by turning the signs of families.
        p_holm: adjusted for all comparisons in the group.
    """

    arm: str
    against: str
    group: str
    pairs: int
    tasks: int
    estimate: Estimate
    by_seed: tuple[float, ...]
    p: float
    p_holm: float

    @property
    def why_not(self) -> str:
        """Why the two cannot be told apart; empty where they can."""
        if self.pairs < MIN_PAIRS or self.tasks < MIN_TASKS:
            return "too few episodes"
        if self.estimate.low is None:
            return f"too few families ({self.estimate.n}) for an interval"
        if not self.estimate.is_clear:
            return "the interval holds 0"
        if self.p_holm > 1 - CONFIDENCE:
            return "not after Holm's correction" if self.p <= 1 - CONFIDENCE else "p above 0.05"
        if any(value * self.estimate.value <= 0.0 for value in self.by_seed):
            return "the seeds disagree"
        return ""

    @property
    def verdict(self) -> str:
        """``above``, ``below``, or that the two are not told apart."""
        if self.why_not:
            return NOT_TOLD_APART
        return "above" if self.estimate.value > 0 else "below"

    def record(self) -> dict[str, Any]:
        """For ``results.json``."""
        return {
            **{key: value for key, value in vars(self).items() if key != "estimate"},
            **estimate_record(self.estimate),
            "verdict": self.verdict,
            "why_not": self.why_not,
        }


def estimate_record(estimate: Estimate) -> dict[str, Any]:
    """An estimate as plain values."""
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "clusters": estimate.n,
    }


def estimate_of(record: Mapping[str, Any]) -> Estimate:
    """The estimate in a record."""
    return Estimate(record["value"], record["low"], record["high"], record["clusters"])


def groups_of(episodes: Episodes) -> list[str]:
    """`ALL`, and each split and benchmark where there are several."""
    found = list(dict.fromkeys(map(group_of, episodes)))
    return [ALL, *(found if len(found) > 1 else [])]


def pass_rate(by_seed: BySeed, group: str) -> dict[str, Any]:
    """Share of an arm's held-out episodes that pass, all seeds together; it has one at least."""
    chosen = [e for episodes in by_seed.values() for e in episodes if is_in(e, group)]
    passed = [bool(e["final_passed"]) for e in chosen]
    estimate = clustered_share(passed, list(map(cluster_of, chosen)))
    assert estimate is not None
    return {"passed": sum(passed), "episodes": len(chosen), **estimate_record(estimate)}


def pass_at(by_seed: BySeed, group: str) -> dict[str, Any]:
    """Pass@k of an arm's drafts, by k, with intervals by family."""
    chosen = [e for episodes in by_seed.values() for e in episodes if is_in(e, group)]
    return {
        str(k): {"tasks": tasks, **estimate_record(estimate)}
        for k, (tasks, estimate) in drafts_pass_at(chosen, list(map(cluster_of, chosen))).items()
    }


def by_family(by_seed: BySeed) -> list[dict[str, Any]]:
    """Of each family in each split: episodes, and those that pass; public benchmarks are one."""
    counts: dict[tuple[str, str], list[int]] = {}
    for episode in (e for episodes in by_seed.values() for e in episodes):
        count = counts.setdefault((str(episode["family"]), group_of(episode)), [0, 0])
        count[0] += 1
        count[1] += bool(episode["final_passed"])
    return [
        {"family": family, "group": group, "episodes": all_, "passed": passed}
        for (family, group), (all_, passed) in counts.items()
    ]


def dialogues(by_seed: BySeed) -> dict[str, int]:
    """What an arm's dialogues made of its drafts, all seeds together: numbers of episodes.

    Returns:
        `episodes`; `draft_passed` and `final_passed`; `mended`, of which the draft fails and the
        final program passes, and `broken`, the other way round; `approved_passing` and
        `approved_failing`, of which the final program was approved and passes, or fails.
    """
    found = [e for episodes in by_seed.values() for e in episodes]
    drafts = [bool(e["draft_passed"]) for e in found]
    finals = [bool(e["final_passed"]) for e in found]
    approved = [final for e, final in zip(found, finals, strict=True) if e["approved"]]
    return {
        "episodes": len(found),
        "draft_passed": sum(drafts),
        "final_passed": sum(finals),
        "mended": sum(f and not d for d, f in zip(drafts, finals, strict=True)),
        "broken": sum(d and not f for d, f in zip(drafts, finals, strict=True)),
        "approved_passing": sum(approved),
        "approved_failing": len(approved) - sum(approved),
    }


def differences(
    sides: Mapping[str, BySeed], compare: Sequence[tuple[str, str]]
) -> list[Difference]:
    """Every comparison in every group; those of a group are corrected for each other."""
    tables = [episodes for by_seed in sides.values() for episodes in by_seed.values()]
    everything = [episode for episodes in tables for episode in episodes]
    found: list[Difference] = []
    for group in groups_of(everything) if everything else []:
        rows = [_difference(sides, arm, against, group) for arm, against in compare]
        kept = [row for row in rows if row is not None]
        adjusted = holm([row.p for row in kept])
        found += [replace(row, p_holm=p) for row, p in zip(kept, adjusted, strict=True)]
    return found


def _difference(
    sides: Mapping[str, BySeed], arm: str, against: str, group: str
) -> Difference | None:
    """Not yet corrected; None where the two have no episode in common."""
    pairs = [pair for pair in matched(sides, arm, against) if is_in(pair[2], group)]
    before = [float(theirs["final_passed"]) for _, _, _, theirs in pairs]
    after = [float(mine["final_passed"]) for _, _, mine, _ in pairs]
    clusters = [cluster_of(mine) for _, _, mine, _ in pairs]
    tasks = {task for _, task, _, _ in pairs}
    estimate = paired_difference(before, after, clusters)
    if estimate is None:
        return None
    apart = [a - b for a, b in zip(after, before, strict=True)]
    of_seeds: dict[int, list[float]] = {}
    for (seed, *_), value in zip(pairs, apart, strict=True):
        of_seeds.setdefault(seed, []).append(value)
    by_seed = tuple(sum(values) / len(values) for values in of_seeds.values())
    p = sign_flip_p(apart, clusters)
    return Difference(arm, against, group, len(pairs), len(tasks), estimate, by_seed, p, p)


def matched(
    sides: Mapping[str, BySeed], arm: str, against: str
) -> Iterator[tuple[int, TaskKey, Mapping[str, Any], Mapping[str, Any]]]:
    """Seed, task and the two episodes of each task that both arms have with one seed."""
    here, there = sides.get(arm, {}), sides.get(against, {})
    for seed in (seed for seed in here if seed in there):
        others = by_task(there[seed])
        for task, mine in by_task(here[seed]).items():
            if task in others:
                yield seed, task, mine, others[task]


def is_in(record: Mapping[str, Any], group: str) -> bool:
    """Whether an episode belongs to a group of `groups_of`."""
    return group in (ALL, group_of(record))
