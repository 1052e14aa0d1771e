"""Tokens a second beside other work: alone, beside one busy process, beside a second run.

    python -m benchmarks.crowded [--dtype float32]

Both halves of a step are measured: a rollout (`benchmarks.rollout`) and an update
(`benchmarks.update`), each in a process of its own. The first row waits as libgomp does by default.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.rollout import measured, prepare  # pylint: disable=import-error
from benchmarks.update import rounds  # pylint: disable=import-error
from parelha.kernels.choose import choose

_DEFAULT_SPINS = "300000"  # of libgomp where nobody says otherwise
_BUSY = [sys.executable, "-c", "while True: pass"]


def main() -> None:
    """Measure all, print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--new", type=int, default=32, help="tokens of every answer")
    parser.add_argument("--dtype", default="auto", help="of all products: auto, bfloat16, float32")
    options = parser.parse_args()
    kernels = choose(options.dtype)
    with tempfile.TemporaryDirectory(prefix="parelha-crowded-") as folder:
        prepare(Path(folder), options.rows, options.new, kernels.dtype_name)
        path = Path(folder) / "samples.json"
        fields = [vars(sample) for sample in rounds(1)]
        path.write_text(json.dumps({"dtype": kernels.dtype_name, "samples": fields}), "utf-8")
        rollout = [sys.executable, "benchmarks/rollout.py", "--one", f"parelha@{folder}"]
        update = [sys.executable, "-m", "benchmarks.update", "--one", f"parelha@{path}"]
        print(kernels.line())
        print("| beside | rollout, new tokens/s | update, tokens/s |\n|---|---|---|")
        for name in ("nothing, libgomp's own waiting", "nothing", "a busy process", "a second run"):
            speeds = [beside(name, command) for command in (rollout, update)]
            print(f"| {name} | {speeds[0]:.0f} | {speeds[1]:.0f} |", flush=True)


def beside(name: str, command: list[str]) -> float:
    """Tokens a second of a command beside what is named."""
    if name == "a busy process":
        with subprocess.Popen(_BUSY) as busy:
            try:
                return measured(command)["tokens_per_second"]
            finally:
                busy.kill()
    if name == "a second run":
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(measured, [command, command]))
        return min(one["tokens_per_second"] for one in both)
    if name.endswith("waiting"):
        command = ["env", f"GOMP_SPINCOUNT={_DEFAULT_SPINS}", *command]
    return measured(command)["tokens_per_second"]


if __name__ == "__main__":
    os.chdir(Path(__file__).parent.parent)
    main()
