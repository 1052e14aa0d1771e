"""vLLM for CPU on the prompts of `benchmarks/rollout.py`; runs in vLLM's own environment."""

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Measure; the last line printed is the record."""
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "3")
    os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # vLLM reads these when it is imported, and is not installed where this is checked.
    vllm: Any = importlib.import_module("vllm")
    lora: Any = importlib.import_module("vllm.lora.request")
    folder = Path(sys.argv[1])
    record = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    asked = record["prompts"]
    llm = vllm.LLM(
        model=record["model"],
        dtype=record["dtype"],
        enable_lora=True,
        max_loras=2,
        max_lora_rank=16,
        max_model_len=2048,
        max_num_seqs=len(asked),
        seed=0,
    )
    numbers = {"coder": 1, "reviewer": 2}
    adapters = [
        lora.LoRARequest(row["agent"], numbers[row["agent"]], str(folder / row["agent"]))
        for row in asked
    ]
    prompts = [{"prompt_token_ids": row["ids"]} for row in asked]

    def work(count: int) -> int:
        params = vllm.SamplingParams(temperature=1.0, max_tokens=count, ignore_eos=True)
        out = llm.generate(prompts, params, lora_request=adapters, use_tqdm=False)
        return sum(len(one.outputs[0].token_ids) for one in out)

    work(2)
    llm.reset_prefix_cache()
    began = time.perf_counter()
    tokens = work(record["new"])
    seconds = time.perf_counter() - began
    peak = 1024 * sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    figures = {"tokens_per_second": tokens / seconds, "seconds": seconds, "peak": peak}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
