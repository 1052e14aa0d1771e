"""The sandbox: outcomes told apart, limits held, faults of the machine never scored."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from parelha.errors import InfrastructureError, UsageError
from parelha.sandbox import Sandbox, probe, profile_of
from parelha.sandbox.process import ZygoteError, ZygoteProcess, judge_death
from parelha.sandbox.runner import encode_messages
from parelha.types import Limits, Outcome, RunResult

pytestmark = pytest.mark.slow

LIMITS = Limits(wall_seconds=20.0, cpu_seconds=5.0)
DOUBLE = "def f(x):\n    return x * 2\n"


@pytest.fixture(scope="module", params=[3, 2], ids=["level3", "level2"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(workers=2, max_level=request.param) as box:
        if box.level < request.param:
            pytest.skip(f"this machine holds level {box.level} only")
        yield box


def run(sandbox: Sandbox, source: str, *inputs: Any, limits: Limits = LIMITS) -> RunResult:
    return sandbox.run(source, "f", [(value,) for value in inputs], limits)


def test_values_come_back_in_order(sandbox: Sandbox) -> None:
    result = run(sandbox, DOUBLE, 1, 2.5, "ab", [1])
    assert [call.value for call in result.calls] == [2, 5.0, "abab", [1, 1]]
    assert all(call.outcome is Outcome.PASSED for call in result.calls)
    assert result.sandbox_level == sandbox.level
    assert result.cpu_seconds > 0
    assert result.peak_bytes > 1_000_000


def test_arrays_and_tables_come_back(sandbox: Sandbox) -> None:
    result = run(sandbox, DOUBLE, np.arange(3), pd.DataFrame({"a": [1, 2]}), pd.Series(["x"]))
    array, frame, series = (call.value for call in result.calls)
    assert isinstance(array, np.ndarray)
    assert array.tolist() == [0, 2, 4]
    assert isinstance(frame, pd.DataFrame)
    assert frame["a"].tolist() == [2, 4]
    assert isinstance(series, pd.Series)
    assert series.tolist() == ["xx"]


def test_a_named_tuple_comes_back_as_a_tuple(sandbox: Sandbox) -> None:
    program = (
        "import typing\nimport collections\n\n\nclass Range(typing.NamedTuple):\n"
        "    low: float\n    high: float\n\n\nPair = collections.namedtuple('Pair', 'a b')\n\n\n"
        "def f(x):\n    return [Range(x, x + 1), Pair(x, ())]\n"
    )
    (call,) = run(sandbox, program, 1.5).calls
    assert repr(call.value) == "[(1.5, 2.5), (1.5, ())]"


def test_outcomes_are_told_apart(sandbox: Sandbox) -> None:
    short = Limits(wall_seconds=0.3, cpu_seconds=5.0, memory_bytes=64 << 20)
    expected = {
        "def f(x): return 1 / x": Outcome.RAISED,
        "def f(x): return object()": Outcome.BAD_VALUE,
        "def f(x):\n    while True: pass": Outcome.TIMEOUT,
        "def f(x): return bytearray(1 << 30)": Outcome.MEMORY,
        "import os\ndef f(x): os._exit(0)": Outcome.CRASHED,
        "import ctypes\ndef f(x): ctypes.string_at(0)": Outcome.CRASHED,
    }
    for source, outcome in expected.items():
        assert run(sandbox, source, 0, limits=short).calls[0].outcome is outcome, source


def test_a_failed_call_leaves_the_others_alone(sandbox: Sandbox) -> None:
    calls = run(sandbox, "def f(x):\n    return 1 / x\n", 1, 0, 2).calls
    assert [call.outcome for call in calls] == [Outcome.PASSED, Outcome.RAISED, Outcome.PASSED]
    assert calls[1].detail == "ZeroDivisionError: division by zero (line 2)"


def test_a_crash_fails_every_later_call_and_no_earlier_one(sandbox: Sandbox) -> None:
    source = "import os\ndef f(x):\n    if x: os._exit(0)\n    return x\n"
    calls = run(sandbox, source, 0, 1, 0).calls
    assert [call.outcome for call in calls] == [Outcome.PASSED, Outcome.CRASHED, Outcome.CRASHED]


def test_programs_that_do_not_load_fail_every_call(sandbox: Sandbox) -> None:
    for source in ("def f(:", "x = 1", "import nowhere_to_be_found", "raise SystemExit", "\0", ""):
        calls = run(sandbox, source, 1, 2).calls
        assert [call.outcome for call in calls] == [Outcome.RAISED] * 2, source


def test_details_are_one_short_line(sandbox: Sandbox) -> None:
    detail = run(sandbox, "def f(x): raise ValueError('a\\nb\\x1b[2J' * 500)", 1).calls[0].detail
    assert len(detail) <= 200
    assert detail.isprintable()


def test_the_cpu_limit_holds_before_the_wall_clock(sandbox: Sandbox) -> None:
    limits = Limits(wall_seconds=60.0, cpu_seconds=0.5)
    start = time.monotonic()
    result = run(sandbox, "def f(x):\n    while True: pass", 1, limits=limits)
    assert result.calls[0].outcome is Outcome.TIMEOUT
    assert time.monotonic() - start < 30
    assert 0.4 < result.cpu_seconds < 2.5


def test_time_in_which_the_grader_itself_stood_still_is_not_the_programs() -> None:
    """A run that is stopped (Ctrl-Z, a frozen container) and goes on."""
    code = (
        "from parelha.sandbox import Sandbox\nfrom parelha.types import Limits\n"
        "source = 'import time\\ndef f(x):\\n    time.sleep(0.4)\\n    return x\\n'\n"
        "with Sandbox(workers=1) as sandbox:\n"
        "    sandbox.run(source, 'f', [(0,)], Limits())\n"
        "    print('begins', flush=True)\n"
        "    calls = sandbox.run(source, 'f', [(0,)] * 4, Limits(wall_seconds=3.0)).calls\n"
        "    print(*[call.outcome for call in calls], flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None and owner.stdout.readline() == "begins\n"
        time.sleep(0.3)
        owner.send_signal(signal.SIGSTOP)
        time.sleep(4.0)
        owner.send_signal(signal.SIGCONT)
        assert owner.stdout.read().split() == ["passed"] * 4


def test_the_main_guard_does_not_run(sandbox: Sandbox) -> None:
    source = DOUBLE + "if __name__ == '__main__':\n    raise SystemExit\n"
    assert run(sandbox, source, 1).calls[0].value == 2


def test_one_program_leaves_no_trace_in_the_next(sandbox: Sandbox) -> None:
    run(sandbox, "import builtins, math\nbuiltins.len = math.pi = None\ndef f(x): return 1", 1)
    source = "import math\ndef f(x): return len(x) + math.floor(math.pi)"
    assert run(sandbox, source, [1]).calls[0].value == 4


def test_the_same_program_gives_the_same_random_numbers(sandbox: Sandbox) -> None:
    source = "import random, numpy\ndef f(x): return random.random() + numpy.random.rand()"
    values = {run(sandbox, source, 1).calls[0].value for _ in range(3)}
    assert len(values) == 1


def test_many_threads_may_call_at_once(sandbox: Sandbox) -> None:
    def task(number: int) -> object:
        return run(sandbox, DOUBLE, number, number + 1).calls[1].value

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(task, range(60))) == [2 * (n + 1) for n in range(60)]


def test_large_values_pass_both_ways(sandbox: Sandbox) -> None:
    array = np.arange(300_000.0)
    value = run(sandbox, "import numpy\ndef f(x): return x[::-1]", array).calls[0].value
    assert isinstance(value, np.ndarray)
    assert value[0] == 299_999.0


def test_a_killed_parent_is_replaced_and_the_sample_kept() -> None:
    with Sandbox(workers=1) as sandbox:
        run(sandbox, DOUBLE, 1)
        for zygote in list(sandbox._all):
            os.kill(zygote.pid, signal.SIGKILL)
        assert run(sandbox, DOUBLE, 3).calls[0].value == 6


def test_parents_killed_at_random_give_no_wrong_score_and_no_hang() -> None:
    """Kills go on until three have met a parent at work, on a fast machine as on a slow one.

    Some answers come between two of them: where a start takes longer than the time between kills,
    most would meet parents that are not at work yet, and the test would go on for a minute.
    """
    slow = "import time\ndef f(x):\n    time.sleep(0.02)\n    return x * 2\n"
    stop = threading.Event()
    deadline = time.monotonic() + 120
    chance = random.Random(0)
    answered: list[int] = []
    with Sandbox(workers=2) as sandbox:
        run(sandbox, slow, 1)

        def kill_now_and_then() -> None:
            next_kill = 4
            while not stop.wait(chance.uniform(0.05, 0.1)):
                if len(answered) < next_kill:
                    continue
                next_kill = len(answered) + 4
                for zygote in list(sandbox._all)[:1]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(zygote.pid, signal.SIGKILL)

        def scored(number: int) -> bool:
            try:
                assert run(sandbox, slow, number).calls[0].value == 2 * number
            except InfrastructureError:
                return False  # allowed: it is not a score
            finally:
                answered.append(number)
            return True

        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        right: list[bool] = []
        try:
            with ThreadPoolExecutor(4) as pool:
                while (sandbox.faults < 3 or len(right) < 80) and time.monotonic() < deadline:
                    right += pool.map(scored, range(20))
        finally:
            stop.set()
            killer.join()
        assert sandbox.faults >= 3
        # An answer is given up only after two faults of its own: all others came.
        assert right.count(False) <= sandbox.faults // 2


def test_a_child_killed_from_outside_is_a_fault_and_not_a_score() -> None:
    with pytest.raises(ZygoteError):
        judge_death(signal.SIGKILL, False, 0.1, LIMITS, level=2)
    assert judge_death(signal.SIGKILL, False, 5.0, LIMITS, 2).outcome is Outcome.TIMEOUT
    assert judge_death(signal.SIGSEGV, False, 0.1, LIMITS, 2).outcome is Outcome.CRASHED
    assert judge_death(signal.SIGSYS, False, 0.1, LIMITS, 2).outcome is Outcome.CRASHED


def test_two_faults_drop_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZygoteError("no descriptors")

    with Sandbox(workers=1) as sandbox:
        run(sandbox, DOUBLE, 1)
        monkeypatch.setattr(ZygoteProcess, "run", broken)
        with pytest.raises(InfrastructureError, match="no descriptors; then no descriptors"):
            run(sandbox, DOUBLE, 1)
        assert sandbox.faults == 2


def test_weak_isolation_is_refused_with_one_sentence() -> None:
    with Sandbox(workers=1, max_level=1) as sandbox:
        with pytest.raises(UsageError, match="not isolated here") as caught:
            run(sandbox, DOUBLE, 1)
        assert "\n" not in str(caught.value)
        assert "--allow-unsafe-sandbox" in str(caught.value)


def test_weak_isolation_is_stamped_into_results_when_allowed() -> None:
    with Sandbox(workers=1, max_level=1, allow_unsafe=True) as sandbox:
        result = run(sandbox, DOUBLE, 1)
        assert result.calls[0].value == 2
        assert result.sandbox_level == sandbox.level == 1


def test_the_probe_has_a_line_for_each_layer() -> None:
    found = probe()
    assert [layer.name for layer in found.layers] == [
        "limits",
        "files",
        "system calls",
        "namespaces",
    ]
    assert all(line.count("\n") == 0 for line in found.lines)


def test_misuse_is_told() -> None:
    with pytest.raises(UsageError):
        Sandbox(workers=0)
    with Sandbox() as sandbox:
        with pytest.raises(UsageError, match="at least one input"):
            sandbox.run(DOUBLE, "f", [], LIMITS)
        with pytest.raises(UsageError, match="cannot be sent"):
            run(sandbox, DOUBLE, object())
    with pytest.raises(UsageError, match="closed"):
        run(sandbox, DOUBLE, 1)


def test_imports_choose_the_warm_parent() -> None:
    def profile(source: str, *inputs: tuple[object, ...]) -> str:
        return encode_messages(source, "f", inputs or ((1,),))[2]

    assert profile(DOUBLE) == "bare"
    assert profile("import numpy as np") == "numpy"
    assert profile("from pandas import DataFrame") == "pandas"
    assert profile("import os, scipy.stats") == "sklearn"
    assert profile(DOUBLE, (np.zeros(1),)) == "numpy"
    assert profile(DOUBLE, (pd.Series([1]),)) == "pandas"


def test_nothing_is_left_behind() -> None:
    def folders() -> set[Path]:
        return set(Path(tempfile.gettempdir()).glob(f"parelha-sandbox-{os.getpid()}-*"))

    before, descriptors = folders(), len(list(Path("/proc/self/fd").iterdir()))
    with Sandbox(workers=2) as sandbox:
        run(sandbox, DOUBLE, 1)
        assert len(folders() - before) == 1  # where it is looked for
        pids = [zygote.pid for zygote in sandbox._all]
    assert folders() == before
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_parents_hold_no_variable_and_no_descriptor_of_ours() -> None:
    with Sandbox(workers=1, max_level=2) as sandbox:
        run(sandbox, DOUBLE, 1)
        (zygote,) = sandbox._all
        environment = Path(f"/proc/{zygote.pid}/environ").read_bytes()
        assert b"HOME=" not in environment
        assert b"PATH=" not in environment
        targets = [str(path.readlink()) for path in Path(f"/proc/{zygote.pid}/fd").iterdir()]
        assert sum("socket" in target for target in targets) == 1
        assert sum("/dev/null" in target for target in targets) == 3
        assert len(targets) <= 6  # and its memory statistics, and the Landlock ruleset


def test_words_choose_the_warm_parent() -> None:
    assert profile_of("import numpy") == "numpy"
    assert profile_of("# bare pandas\n") == "pandas"
    assert profile_of("x = 1") == "bare"
