"""What an experiment is made with: the machine, and the version of the code."""

import platform
import subprocess
from pathlib import Path
from typing import Any

import psutil

from parelha import __version__
from parelha.priority import usable_cores


def made_with() -> dict[str, Any]:
    """The machine and the version of the code, of one sitting."""
    return {
        "machine": {
            "processor": _processor(),
            "cores": usable_cores(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30),
        },
        "version": __version__,
        "commit": _commit(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _commit() -> str | None:
    """The commit of a checkout, marked where files differ from it; None without one."""
    here = Path(__file__)
    asked = (
        # What is installed may lie in a folder of somebody else's repository.
        ["ls-files", "--error-unmatch", here.name],
        ["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty= with changes"],
    )
    try:
        _, commit = (
            subprocess.run(
                ["git", *arguments], cwd=here.parent, capture_output=True, text=True, check=True
            ).stdout.strip()
            for arguments in asked
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit
