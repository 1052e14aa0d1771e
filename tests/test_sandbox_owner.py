"""What the owner of a sandbox sees of programs and of other owners' folders."""

# pylint: disable=missing-function-docstring,protected-access

import fcntl
import os
import tempfile
import time
from pathlib import Path

import pytest

from parelha import priority
from parelha.sandbox import Sandbox, watching
from parelha.sandbox.conversation import ENDING_THREADS
from parelha.sandbox.runner import FOLDER, _remove_leftovers
from parelha.types import Limits, Outcome

pytestmark = pytest.mark.slow


def test_a_folder_is_removed_once_nobody_holds_it_whatever_process_it_is_called_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = 10**9  # no process here
    held, left, begun, old = (tmp_path / f"{FOLDER}{gone}-{name}" for name in "abcd")
    for folder in (held, left, begun, old):
        folder.mkdir()
    os.utime(old, (0.0, 0.0))  # killed before it held it
    (left / "lock").touch()
    with (held / "lock").open("w") as file:  # as from another container, or another node
        fcntl.flock(file, fcntl.LOCK_EX)
        _remove_leftovers()
    kept = [folder.is_dir() for folder in (held, left, begun, old)]
    assert kept == [True, False, True, False]


def test_before_there_is_a_program_none_is_found() -> None:
    with Sandbox(workers=1) as sandbox:
        level = sandbox.level  # it starts
        with sandbox._taken("bare", 1) as (zygote,):
            assert zygote.find_child() is None
            # A process that waits in a pid namespace of its own is no program.
            assert (watching.find_child(zygote.pid) is not None) == (level >= 3)


@pytest.mark.parametrize("level", [2, 3])
def test_a_program_stays_in_the_session_in_which_its_zygote_gives_way(level: int) -> None:
    # Of another session a nice value does not count: sched(7), "The autogroup feature".
    with Sandbox(workers=1, max_level=level) as sandbox:
        if sandbox.level < level:
            pytest.skip(f"this machine holds level {sandbox.level} only")
        with sandbox._taken("bare", 1) as (zygote,):
            ends = zygote.begin(Limits())
            try:
                while (program := zygote.find_child()) is None:
                    time.sleep(0.01)
                while os.getpgid(program) == os.getpgid(zygote.pid):
                    time.sleep(0.01)
                assert os.getsid(program) == os.getsid(zygote.pid) == zygote.pid != os.getsid(0)
                assert os.getpriority(os.PRIO_PROCESS, program) == priority._NICE
            finally:
                for end in ends:
                    os.close(end)
                zygote.kill()


def test_a_short_pool_of_threads_passes_each_time_and_too_many_fail_each_time() -> None:
    limits = Limits(threads=2)
    for threads, right in ((2 + ENDING_THREADS - 2, Outcome.PASSED), (60, Outcome.RAISED)):
        program = (
            "import threading\n\n\ndef f(n):\n    gate = threading.Barrier(n + 1)\n"
            "    for _ in range(n):\n        threading.Thread(target=gate.wait).start()\n"
            "    gate.wait(2)\n    return n\n"
        )
        with Sandbox(workers=1) as sandbox:
            if sandbox.level < 3:
                pytest.skip("the kernel holds no limit on threads here")
            found = [sandbox.run(program, "f", [(threads,)], limits).calls[0] for _ in range(3)]
        assert {one.outcome for one in found} <= {right, *([Outcome.CRASHED] * (threads > 20))}
