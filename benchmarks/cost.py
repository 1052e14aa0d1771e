"""What a token costs: against the number of rows, and against the length of the prompt.

    python -m benchmarks.cost [--plot benchmarks/cost.svg]

Half of the rows are the coder's, half the reviewer's, each by its own adapter. Prompts are random
tokens and share nothing, so that reading them is counted in full; answers have all the same length.
"""

import argparse
import importlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rollout import files_of, move_adapters  # pylint: disable=import-error
from parelha.config_file import load_config
from parelha.engines.protocol import Request
from parelha.engines.torch_engine import TorchEngine
from parelha.kernels.memory import keep_freed_memory
from parelha.loading import load_policy
from parelha.types import Agent

ROWS = (1, 2, 4, 8, 16, 32, 64, 128)
PROMPTS = (100, 250, 500, 1000, 2000)
_ROWS_OF_PROMPTS = 16
_PROMPT_OF_ROWS = 300


def main() -> None:
    """Measure, print two tables, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--new", type=int, default=32, help="tokens of every answer")
    parser.add_argument("--plot", type=Path, help="draw the figures into this SVG file")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    keep_freed_memory()
    config = load_config(None, {})
    policy, formats = load_policy(config, files_of(config))
    move_adapters(policy)
    engine = TorchEngine(policy, {agent: formats[agent].decode for agent in Agent}, 10**9)
    cost(engine, 2, 64, 2)
    points = [
        cost(engine, rows, prompt, options.new)
        for rows, prompt in (
            *((rows, _PROMPT_OF_ROWS) for rows in ROWS),
            *((_ROWS_OF_PROMPTS, prompt) for prompt in PROMPTS),
        )
    ]
    by_rows, by_prompt = points[: len(ROWS)], points[len(ROWS) :]
    print(table("rows", ROWS, by_rows))
    print()
    print(table("prompt", PROMPTS, by_prompt))
    if options.json:
        options.json.write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        draw(by_rows, by_prompt, options.plot)


def cost(engine: TorchEngine, rows: int, prompt: int, new: int) -> dict[str, float]:
    """Seconds of reading the prompts, and of a step of decoding."""
    rng = np.random.default_rng(rows * 10_000 + prompt)
    engine.reset()
    engine.submit(
        [
            Request(
                list(Agent)[i % 2],
                tuple(rng.integers(1000, 100_000, prompt).tolist()),
                new,
                1.0,
                ("cost", i),
            )
            for i in range(rows)
        ]
    )
    done = 0
    began = time.perf_counter()
    while done < rows:
        done += len(engine.step())
    seconds = time.perf_counter() - began
    steps = engine.statistics.steps
    return {
        "rows": rows,
        "prompt": prompt,
        "prefill_per_second": rows * prompt / engine.statistics.prefill_seconds,
        "step_seconds": engine.statistics.decode_seconds / steps,
        "decode_per_second": engine.statistics.new_tokens / engine.statistics.decode_seconds,
        "seconds": seconds,
    }


def table(name: str, values: tuple[int, ...], points: list[dict[str, float]]) -> str:
    """One line a point."""
    lines = [
        f"| {name} | prompt tokens/s | a decoding step, s | new tokens/s | ms a new token |",
        "|---|---|---|---|---|",
    ]
    for value, point in zip(values, points, strict=True):
        speed = point["decode_per_second"]
        lines.append(
            f"| {value} | {point['prefill_per_second']:.0f} | {point['step_seconds']:.3f} "
            f"| {speed:.0f} | {1000 / speed:.1f} |"
        )
    return "\n".join(lines)


def draw(by_rows: list[dict[str, float]], by_prompt: list[dict[str, float]], path: Path) -> None:
    """Two curves side by side: the cost of a new token, in milliseconds."""
    plt: Any = importlib.import_module("matplotlib.pyplot")  # of the extra `benchmarks`
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2))
    for axis, points, name in (
        (axes[0], by_rows, "rows"),
        (axes[1], by_prompt, "prompt"),
    ):
        x = [point[name] for point in points]
        axis.plot(x, [1000 / point["decode_per_second"] for point in points], marker="o")
        axis.set_xscale("log", base=2)
        axis.set_xticks(x, [f"{int(value)}" for value in x])
        axis.set_ylim(bottom=0)
        axis.set_ylabel("ms a new token")
        axis.grid(alpha=0.3)
    axes[0].set_xlabel(f"rows decoded together (prompts of {_PROMPT_OF_ROWS} tokens)")
    axes[1].set_xlabel(f"tokens of the prompt ({_ROWS_OF_PROMPTS} rows)")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
