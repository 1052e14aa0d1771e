"""Open reports in headless Chromium and say what its console says: ``check_report.py FILE...``.

Exit code 0: every chart was drawn and the console is silent. 1: something is wrong. 2: no Chromium.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--v=0",
    "--window-size=1200,1600",
    # Of the page's own clock: charts off the screen are drawn one after the other.
    "--virtual-time-budget=20000",
)


def find_chromium() -> str | None:
    """Path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def problems_of(page: Path, chromium: str, timeout: float = 60.0) -> list[str]:
    """Console messages of a page, and charts that were not drawn; empty when all is well."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [chromium, *_FLAGS, f"--user-data-dir={profile}", "--dump-dom"]
        with subprocess.Popen(
            [*command, page.resolve().as_uri()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                dom, log = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # Chromium is a family of processes
                return [f"Chromium did not finish within {timeout:.0f} s"]
    problems = [line for line in log.splitlines() if "CONSOLE" in line]
    body = dom.partition("<body")[2]
    charts = len(re.findall(r'<div class="chart[^>]*data-figure="', body))
    drawn = len(re.findall(r'class="chart js-plotly-plot"', body))
    if "</html>" not in dom:
        problems.append(f"the page did not load (exit code {process.returncode})")
    if drawn < charts:
        problems.append(f"{drawn} of {charts} charts were drawn")
    return problems


def main(pages: Sequence[str]) -> int:
    """Check every page; the exit code."""
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium on this machine: nothing was checked", file=sys.stderr)
        return 2
    failed = False
    for page in pages:
        problems = problems_of(Path(page), chromium)
        failed = failed or bool(problems)
        print(f"{page}: {'; '.join(problems) or 'all charts drawn, console silent'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
