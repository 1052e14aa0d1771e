"""Run as a program: starts a server in a session of its own, and ends all of it with its parent.

A vLLM server has processes of its own that hold the GPU, and they outlive it where it is killed.
Nothing of the package is imported here.
"""

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(command: list[str]) -> int:
    """Run a command to its end, or to that of the parent; returns its status."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    with subprocess.Popen(command, start_new_session=True) as server:

        def end(*_: object) -> None:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)

        signal.signal(signal.SIGTERM, end)
        status = server.wait()
        end()  # what it has left
        return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
