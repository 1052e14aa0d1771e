"""Open reports in headless Chromium and say what its console says: ``check_report.py FILE...``.

Exit code 0: every chart was drawn and the console is silent. 1: something is wrong. 2: no Chromium.
"""

# pylint: disable=import-error

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chromium import Chromium, TooSlowError, find_chromium

_UNDRAWN = "document.querySelectorAll('.chart:not(.js-plotly-plot)').length"


def problems_of(browser: Chromium, page: Path) -> list[str]:
    """What the console says of a page, and charts that were not drawn; empty when all is well."""
    earlier = len(browser.problems)
    browser.open(page)
    problems = []
    try:
        browser.wait_for(f"{_UNDRAWN} === 0")
    except TooSlowError:
        problems.append(f"{browser.evaluate(_UNDRAWN)} charts were not drawn")
    return problems + browser.problems[earlier:]


def main(pages: Sequence[str]) -> int:
    """Check every page; the exit code."""
    if find_chromium() is None:
        print("no Chromium on this machine: nothing was checked", file=sys.stderr)
        return 2
    failed = False
    with Chromium() as browser:
        for page in pages:
            problems = problems_of(browser, Path(page))
            failed = failed or bool(problems)
            print(f"{page}: {'; '.join(problems) or 'all charts drawn, console silent'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
