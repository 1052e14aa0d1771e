"""Whole training episodes a second: this package beside CoMLRL, in one run.

    python -m benchmarks.end_to_end --comlrl ENVIRONMENT/bin/python

Ours is `parelha train` as a user calls it, with the model and the limits of tokens of `--config`,
in steps of whole dialogues: drafts, reviews with their tools, revisions, sandbox, linters, updates
of both adapters. CoMLRL (MAGRPO, two agents, two turns, four generations) gets the same model,
prompts of the same tasks, and answers so long that a joint sample has as many tokens as an episode
had; its reward is a constant that costs nothing. An episode of its tree is one joint sample: two
answers and their share of the update. Loading is left out; workers count.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.rollout import files_of  # pylint: disable=import-error
from parelha.config import Config
from parelha.config_file import load_config
from parelha.kernels.choose import choose
from parelha.runtime import used_bytes
from parelha.tasks import load_tasks
from parelha.types import Agent

PEER = Path(__file__).parent / "peers" / "comlrl_train.py"


def main() -> None:
    """Measure both, print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=Path("configs/quickstart.toml"))
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--tasks", type=int, default=8, help="tasks in a step")
    parser.add_argument("--comlrl", help="the Python of an environment with CoMLRL")
    parser.add_argument("--samples", type=int, default=1, help="trees of 20 joint samples there")
    parser.add_argument("--dtype", default="auto", help="of all products: auto, bfloat16, float32")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parelha-end-to-end-") as folder:
        rows = {"parelha": parelha(options, Path(folder))}
        if options.comlrl:
            new = round(rows["parelha"]["new_tokens"] / rows["parelha"]["episodes"] / 2)
            rows["CoMLRL"] = comlrl(options, Path(folder), new)
        else:
            print("CoMLRL is left out: name its environment with --comlrl", file=sys.stderr)
    print(choose(options.dtype).line())
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def table(rows: dict[str, dict[str, float]]) -> str:
    """One line for each."""
    lines = [
        "| system | episodes | new tokens an episode | seconds an episode | ours is times as fast "
        "| peak memory, GB | times ours |",
        "|---|---|---|---|---|---|---|",
    ]
    ours = rows["parelha"]
    for name, row in rows.items():
        each, mine = (one["seconds"] / one["episodes"] for one in (row, ours))
        lines.append(
            f"| {name} | {row['episodes']:.0f} | {row['new_tokens'] / row['episodes']:.0f} "
            f"| {each:.2f} | {each / mine:.2f} | {row['peak'] / 1e9:.1f} "
            f"| {row['peak'] / ours['peak']:.2f} |"
        )
    return "\n".join(lines)


def watched(command: list[str]) -> tuple[str, float]:
    """What a process prints, and the peak of its memory and its children's (PSS), in bytes."""
    peak = 0.0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        with subprocess.Popen(command, stdout=out) as process:
            own = psutil.Process(process.pid)
            while process.poll() is None:
                peak = max(peak, used_bytes(own))
                time.sleep(1)
        if process.returncode:
            raise SystemExit(f"{command[0]} ended with {process.returncode}")
        out.seek(0)
        return out.read(), peak


def parelha(options: argparse.Namespace, folder: Path) -> dict[str, float]:
    """`parelha train` without evaluation."""
    program = Path(sys.executable).parent / "parelha"
    command = [str(program), "train", str(options.config), "--name", "run"]
    settings: dict[str, Any] = {
        "runs_dir": folder,
        "train.steps": options.steps,
        "train.draft_steps": 0,
        "train.verdict_steps": 0,
        "train.review_steps": 0,
        "train.minutes": 0,
        "train.tasks_per_step": options.tasks,
        "tasks.seeds": 4,
        "eval.episodes": 0,
        "model.dtype": options.dtype,
    }
    for key, value in settings.items():
        command += [f"--{key}", str(value)]
    _, peak = watched(command)
    lines = (folder / "run" / "timings.jsonl").read_text(encoding="utf-8").splitlines()
    steps = [json.loads(line) for line in lines]
    shape = load_config(options.config).episode
    return {
        "episodes": len(steps) * options.tasks * shape.drafts * shape.reviews,
        "seconds": sum(step["seconds"] for step in steps),
        "new_tokens": sum(step["new_tokens"] for step in steps),
        "peak": peak,
    }


def comlrl(options: argparse.Namespace, folder: Path, new: int) -> dict[str, float]:
    """CoMLRL's trainer with `new` tokens in every answer."""
    config: Config = load_config(options.config)
    tasks = load_tasks("train", levels=config.tasks.levels, families=config.tasks.families)
    asked = [
        {
            "coder": f"{task.statement['en']}\nWrite the program.",
            "reviewer": f"{task.statement['en']}\n{task.reference}\nReview the program.",
        }
        for task in tasks[: options.samples]
    ]
    record = {
        "model": str(files_of(config)[Agent.CODER].folder),
        "new": new,
        "dtype": choose(options.dtype).dtype_name,
        "prompts": asked,
    }
    path = folder / "comlrl.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    out, peak = watched([options.comlrl, str(PEER), str(path)])
    figures: dict[str, float] = json.loads(out.strip().splitlines()[-1])
    return figures | {"peak": peak}


if __name__ == "__main__":
    main()
