"""Run as a program: starts a server, and ends all of it when whoever started this is gone.

A vLLM server has processes of its own that hold the GPU and outlive it where it is killed, and Ray
kills the children of an actor that ends, but not theirs. So a process that is no child of the actor
keeps the server: it reads a pipe from the actor, which ends with it, however that ends. Nothing of
the package is imported here.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress


def main(command: list[str]) -> int:
    """Run a command to its end, or to that of the standard input; returns its status."""
    if keeper := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(keeper, 0)[1])
    os.setsid()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as server:

        def end() -> None:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)

        def wait_for_the_end() -> None:
            sys.stdin.buffer.read()
            end()

        threading.Thread(target=wait_for_the_end, daemon=True).start()
        status = server.wait()
        end()  # what it has left
    os._exit(status if status >= 0 else 128 - status)  # the thread holds the standard input


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
