"""How fast right programs are, where their efficiency was measured: times, and who is faster.

A time is that of a final program beside its task's reference, at the largest size of input that
was measured (docs/analysis.md). Ratios are averaged and compared by their logarithms.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from parelha.experiment.compare import BySeed, estimate_record, matched
from parelha.report.records import cluster_of
from parelha.report.statistics import clustered_mean, holm, sign_flip_p


def speeds(sides: Mapping[str, BySeed]) -> list[dict[str, Any]]:
    """Of each arm, the geometric mean of its programs' times beside the reference.

    Returns:
        a row for each arm of which anything was measured: `programs`, and the estimate of the mean
        of the logarithms, with its interval by family.
    """
    rows = []
    for name, by_seed in sides.items():
        timed = [e for episodes in by_seed.values() for e in episodes if e.get("time_ratio")]
        logs = [math.log(e["time_ratio"]) for e in timed]
        estimate = clustered_mean(logs, list(map(cluster_of, timed)))
        if estimate is not None:
            rows.append({"arm": name, "programs": len(timed), **estimate_record(estimate)})
    return rows


def speed_differences(
    sides: Mapping[str, BySeed], compare: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Of each pair of arms, by how much one's programs are faster than the other's.

    Only tasks count that both solve with the same seed, so that who solves harder tasks is not
    taken to be slower.

    Returns:
        a row for each pair that has any: `pairs`, the estimate of the mean difference of the
        logarithms, with its interval by family, and the p-value of turning the signs of families,
        `p_holm` corrected for all rows.
    """
    rows: list[dict[str, Any]] = []
    for arm, against in compare:
        timed = [
            (mine, theirs)
            for _, _, mine, theirs in matched(sides, arm, against)
            if mine.get("time_ratio") and theirs.get("time_ratio")
        ]
        apart = [math.log(mine["time_ratio"] / theirs["time_ratio"]) for mine, theirs in timed]
        clusters = [cluster_of(mine) for mine, _ in timed]
        estimate = clustered_mean(apart, clusters)
        if estimate is not None:
            named = {"arm": arm, "against": against, "pairs": len(apart)}
            rows.append({**named, **estimate_record(estimate), "p": sign_flip_p(apart, clusters)})
    adjusted = holm([row["p"] for row in rows])
    return [row | {"p_holm": p} for row, p in zip(rows, adjusted, strict=True)]
