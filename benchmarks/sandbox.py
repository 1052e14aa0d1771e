"""Isolated executions per second, beside plain subprocesses and bubblewrap; and a soak test.

    python -m benchmarks.sandbox                    the table of docs/sandbox.md
    python -m benchmarks.sandbox --soak 20000       8 callers, a tenth attacks: leaks, wrong scores

Each execution runs one program on 8 inputs. Rates are per core: one worker, and the processor
time of everything involved is measured too, so that a loaded machine shows.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from parelha.errors import InfrastructureError
from parelha.sandbox import Sandbox
from parelha.types import Limits, Outcome

PROGRAMS = {
    "bare": "def f(x):\n    return sum(x) / len(x)\n",
    "numpy": "import numpy as np\ndef f(x):\n    return float(np.mean(np.asarray(x)))\n",
    "pandas": "import pandas as pd\ndef f(x):\n    return float(pd.Series(x).mean())\n",
    "scikit-learn": (
        "import numpy as np\nfrom sklearn.linear_model import LinearRegression\n"
        "def f(x):\n    a = np.arange(len(x)).reshape(-1, 1)\n"
        "    return float(LinearRegression().fit(a, x).coef_[0])\n"
    ),
}
ATTACKS = (
    "import os\ndef f(x):\n    os._exit(0)\n",
    "def f(x):\n    while True: pass\n",
    "def f(x):\n    return bytearray(1 << 40)\n",
    "import os\ndef f(x):\n    os.write(201, b'x' * 100)\n    return 0.0\n",
    "import os\ndef f(x):\n    os.fork()\n",
    "import ctypes\ndef f(x):\n    return ctypes.string_at(0)\n",
    "import os\ndef f(x):\n    os.kill(os.getppid(), 9)\n",
    "import threading, time\ndef f(x): threading.Thread(target=time.sleep, args=[9]).start()\n",
)
INPUT = [1.0, 2.5, 4.0, 5.5]
CALLS = 8


def main() -> None:
    """Parse the arguments and run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--soak", type=int, default=0, help="executions of the soak test")
    parser.add_argument("--kill-parents", action="store_true", help="kill one now and then")
    options = parser.parse_args()
    if options.soak:
        soak(options.soak, options.kill_parents)
    else:
        compare(options.seconds)


def compare(seconds: float) -> None:
    """Print executions per second of every way to run every program."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version[:6]}")
    print(f"{'':14}{'level 3':>18}{'level 2':>18}{'subprocess':>14}{'bubblewrap':>14}{'ratio':>8}")
    for name, source in PROGRAMS.items():
        cells = []
        for level in (3, 2):
            with Sandbox(workers=1, max_level=level) as sandbox:
                if sandbox.level < level:
                    cells.append((0.0, 0.0))
                else:
                    cells.append(_sandbox_rate(sandbox, source, seconds))
        plain, wrapped = _process_rates(source, seconds)
        ratio = cells[1][0] / plain if plain else 0.0
        rates = "".join(f"{rate:>9.0f}/s {cpu * 1e3:>4.1f} ms" for rate, cpu in cells)
        print(f"{name:14}{rates}{plain:>12.2f}/s{wrapped:>12.2f}/s{ratio:>7.0f}x", flush=True)


def _sandbox_rate(sandbox: Sandbox, source: str, seconds: float) -> tuple[float, float]:
    """Executions per second, and processor seconds of each, owner and parent included."""
    inputs = [(INPUT,)] * CALLS
    sandbox.run(source, "f", inputs, Limits())
    before, start, count = _processor_seconds(), time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        result = sandbox.run(source, "f", inputs, Limits(wall_seconds=60.0))
        assert result.calls[-1].outcome is Outcome.PASSED, result
        count += 1
    rate = count / (time.perf_counter() - start)
    return rate, (_processor_seconds() - before) / count


def _processor_seconds() -> float:
    """Of this process, its children, and everything they have waited for."""
    total = 0.0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _process_rates(source: str, seconds: float) -> tuple[float, float]:
    """Executions per second of a fresh interpreter: bare, and inside bubblewrap."""
    code = f"{source}\nfor _ in range({CALLS}): f({INPUT})\n"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "program.py"
        file.write_text(code)
        plain = _command_rate([sys.executable, str(file)], seconds)
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            return plain, 0.0
        command = [bwrap, "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent"]
        return plain, _command_rate([*command, sys.executable, str(file)], seconds)


def _command_rate(command: list[str], seconds: float) -> float:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    subprocess.run(command, check=True, env=environment)
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds or count < 3:
        subprocess.run(command, check=True, env=environment)
        count += 1
    return count / (time.perf_counter() - start)


def soak(executions: int, kill_parents: bool) -> None:
    """Run programs from 8 callers, a tenth of them attacks, and look for what is left behind."""
    limits = Limits(wall_seconds=0.5, cpu_seconds=1.0, memory_bytes=128 << 20)
    honest = Limits(wall_seconds=60.0, cpu_seconds=20.0)
    right = {}
    counts: Counter[str] = Counter()
    lock = threading.Lock()
    with Sandbox(workers=os.cpu_count() or 2) as sandbox:
        for name in ("bare", "numpy", "pandas"):  # the serial run to compare with
            right[name] = sandbox.run(PROGRAMS[name], "f", [(INPUT,)] * 3, honest).calls
        for attack in ATTACKS:
            sandbox.run(attack, "f", [(INPUT,)], limits)

        def task(number: int) -> None:
            dice = random.Random(number)
            try:
                if number % 10 == 0:
                    result = sandbox.run(dice.choice(ATTACKS), "f", [(INPUT,)], limits)
                    verdict = "attack contained"
                    if result.calls[0].value is not None:
                        verdict = "attack answered"
                else:
                    name = dice.choices(("bare", "numpy", "pandas"), (70, 20, 10))[0]
                    calls = sandbox.run(PROGRAMS[name], "f", [(INPUT,)] * 3, honest).calls
                    verdict = "right" if calls == right[name] else "WRONG"
            except InfrastructureError:
                verdict = "dropped"
            with lock:
                counts[verdict] += 1

        stop = threading.Event()

        def kill() -> None:
            while kill_parents and not stop.wait(0.5):
                children = psutil.Process().children()
                if children:
                    random.choice(children).kill()

        killer = threading.Thread(target=kill)
        killer.start()
        before, start = _belongings(), time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            for done, _ in enumerate(pool.map(task, range(executions)), 1):
                if done % max(1, executions // 10) == 0:
                    print(f"{done:>8} {time.perf_counter() - start:7.0f} s  {_belongings()}")
        stop.set()
        killer.join()
        print("before", before)
        print("after ", _belongings())
        print("scores", dict(counts), "faults", sandbox.faults)
    print("closed", _belongings())


def _belongings() -> str:
    """What this process holds: processes, descriptors, files, shared memory, memory in MiB."""
    me = psutil.Process()
    children = me.children(recursive=True)
    memory = 0
    for child in children:
        try:
            memory += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    folders = len(list(Path(tempfile.gettempdir()).glob(f"parelha-sandbox-{os.getpid()}-*")))
    shared = len(list(Path("/dev/shm").iterdir()))
    return (
        f"processes {len(children)}, descriptors {me.num_fds()}, folders {folders}, "
        f"shared {shared}, owner {me.memory_info().rss >> 20} MiB, parents {memory >> 20} MiB"
    )


if __name__ == "__main__":
    main()
