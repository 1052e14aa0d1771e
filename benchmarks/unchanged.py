"""Whether a commit's runs and this tree's runs are the same, byte for byte: for changes of form.

    python -m benchmarks.unchanged COMMIT

Plays short runs of tiny random models with both sources, on the CPU, and compares every file that
holds no clock: metrics, episodes, evaluations, checkpoints.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tiny import (  # pylint: disable=import-error
    tiny_folder,
    tiny_model,
    tiny_tokenizer,
)

ROOT = Path(__file__).resolve().parent.parent

_COMMON = """
seed = 3
[tasks]
seeds = 1
[episode]
drafts = 2
reviews = 2
max_program_tokens = 120
max_review_tokens = 24
{episode}
[train]
steps = 2
tasks_per_step = 1
[eval]
episodes = 2
[learning]
kl_weight = 0.01
[engine]
threads = 1
workers = 1
[model]
lora_rank = 4
dtype = "float32"
{model}
"""
# A base without a chat template gets its program begun, so that even random text often is one.
_RUNS = {
    "pair": ('coder = "chat"', ""),
    "shared": ('coder = "plain"\nshared_policy = true', "max_rounds = 2"),
    "two_bases": (
        'coder = "plain"\nreviewer = "chat"\ntrain_agents = ["reviewer"]',
        "max_rounds = 2\ncoder_temperature = 0.7\nreviewer_temperature = 1.1",
    ),
}
_CLOCKS = ("timings.jsonl", "report.html")


def main() -> int:
    """Play with both sources and compare; 1 where a file differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("commit", help="whose runs are compared with the working tree's")
    commit = parser.parse_args().commit
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        tiny_folder(work).rename(work / "chat")
        tokenizer = tiny_tokenizer()
        tokenizer.chat_template = None
        tokenizer.save_pretrained(work / "plain")
        tiny_model(1).save_pretrained(work / "plain")
        tar = subprocess.run(
            ["git", "archive", commit, "src"], cwd=ROOT, capture_output=True, check=True
        )
        (work / "then").mkdir()
        subprocess.run(["tar", "-x"], input=tar.stdout, cwd=work / "then", check=True)
        now = work / "now"
        now.mkdir()
        sources = {work / "then": work / "then" / "src", now: ROOT / "src"}
        for name in _RUNS:
            running = [start(name, work, *side) for side in sources.items()]
            for command in running:
                if command.wait():
                    raise SystemExit(f"failed: {command.args!r}")
        then, now_files = (files(side / "runs") for side in sources)
    differing = [n for n in sorted({*then, *now_files}) if then.get(n) != now_files.get(n)]
    print(f"{len(then)} files of {len(_RUNS)} runs, {sum(map(len, then.values()))} bytes: ", end="")
    print("all equal" if not differing else f"different: {', '.join(differing)}")
    return bool(differing)


def start(name: str, work: Path, side: Path, source: Path) -> "subprocess.Popen[bytes]":
    """Begin a run with a source, in a folder of its side."""
    model, episode = _RUNS[name]
    model = model.replace('"chat"', f'"{work}/chat"').replace('"plain"', f'"{work}/plain"')
    config = side / f"{name}.toml"
    config.write_text(_COMMON.format(model=model, episode=episode))
    # PEFT writes a set of layers into adapter_config.json, in the order of the hashes.
    environment = os.environ | {"PYTHONHASHSEED": "0", "CUDA_VISIBLE_DEVICES": ""}
    environment |= {"PYTHONPATH": str(source)}
    command = [sys.executable, "-m", "parelha", "train", str(config), "--name", name]
    return subprocess.Popen(command, cwd=side, env=environment, stdout=subprocess.DEVNULL)


def files(runs: Path) -> dict[str, bytes]:
    """What runs wrote, by path, without what holds a clock."""
    paths = [p for p in sorted(runs.rglob("*")) if p.is_file() and p.name not in _CLOCKS]
    return {str(path.relative_to(runs)): path.read_bytes() for path in paths}


if __name__ == "__main__":
    sys.exit(main())
