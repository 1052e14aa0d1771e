"""`python -m tests.attacks [--level N] [--only PREFIX] [--failures]`: run the corpus."""

import argparse
import os
import sys
import time
from collections import Counter

from parelha.sandbox import Sandbox

from .arena import Arena, Report
from .corpus import load


def main() -> int:
    """Run every attack and print a table; 1 when any got anywhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("--level", type=int, default=3, help="isolation to ask for, 2 or 3")
    parser.add_argument("--only", default="", help="programs whose name begins so")
    parser.add_argument("--failures", action="store_true", help="print only what went wrong")
    options = parser.parse_args()
    start = time.monotonic()
    reports = []
    with Sandbox(workers=1, max_level=options.level) as sandbox, Arena(sandbox) as arena:
        print(f"level {sandbox.level}, user id {os.geteuid()}")
        for attack in load():
            if attack.name.startswith(options.only):
                reports.append(arena.fight(attack))
                if reports[-1].problems or not options.failures:
                    print(_row(reports[-1]), flush=True)
    _print_summary(reports, time.monotonic() - start)
    return 1 if any(report.problems for report in reports) else 0


def _row(report: Report) -> str:
    verdict = "; ".join(report.problems) if report.problems else "contained"
    if report.attack.line == 0 and not report.problems:
        verdict = "passed, as it should"
    return (
        f"{report.attack.name:34} {report.outcome or 'none':10} {report.seconds * 1e3:7.1f} ms  "
        f"{report.toll.seconds * 1e3:6.1f} ms {report.toll.bytes >> 20:4} MiB "
        f"{report.toll.pause * 1e3:6.1f} ms  "
        f"{verdict}  | {' '.join(report.detail.split())[:80]}"
    )


def _print_summary(reports: list[Report], seconds: float) -> None:
    attacks = [report for report in reports if report.attack.line]
    honest = [report for report in reports if not report.attack.line]
    lines = {report.attack.line for report in attacks}
    print(f"\n{len(attacks)} attacks on {len(lines)} lines of the list, {seconds:.0f} s")
    print(f"contained: {sum(not report.problems for report in attacks)} of {len(attacks)}")
    passed = sum(not report.problems for report in honest)
    print(f"honest programs passed: {passed} of {len(honest)}")
    for outcome, count in Counter(str(report.outcome) for report in attacks).most_common():
        print(f"  {outcome:10} {count}")


if __name__ == "__main__":
    sys.exit(main())
