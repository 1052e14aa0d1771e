"""CoMLRL on the prompts of `benchmarks/end_to_end.py`; runs in an environment of its own.

MAGRPO with two agents and two turns: in both turns the coder and the reviewer answer side by side,
in the second one they are shown what was said. Every answer has the number of tokens asked for.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Train on the prompts once; the last line printed is the record."""
    record = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    # Not installed where this is checked.
    torch: Any = importlib.import_module("torch")
    datasets: Any = importlib.import_module("datasets")
    transformers: Any = importlib.import_module("transformers")
    magrpo: Any = importlib.import_module("comlrl.trainers.reinforce.magrpo")
    agents = []
    for _ in range(2):
        agent = transformers.AutoModelForCausalLM.from_pretrained(
            record["model"], dtype=getattr(torch, record["dtype"])
        )
        agent.generation_config.min_new_tokens = record["new"]
        agents.append(agent)
    tokenizer = transformers.AutoTokenizer.from_pretrained(record["model"])
    written: list[int] = []

    def reward(*answers: Any, **_: Any) -> list[float]:
        """Another one for each, so that every sample is learnt from."""
        written.append(sum(len(tokenizer.encode(text)) for texts in answers for text in texts))
        return [-1.0 - 0.1 * i for i in range(len(answers[0]))]

    def transition(**told: Any) -> list[str]:
        code, review = told["agent_completions"]
        return [f"\nThe review:\n{review}\nRevise.", f"\nThe program:\n{code}\nReview it again."]

    def formatter(agent: str) -> Any:
        return lambda item, external_prompts=None: item[agent] + (external_prompts or "")

    trainer = magrpo.MAGRPOTrainer(
        agents=agents,
        num_agents=2,
        tokenizer=tokenizer,
        train_dataset=datasets.Dataset.from_list(
            [row | {"prompt": row["coder"]} for row in record["prompts"]]
        ),
        reward_func=reward,
        formatters=[formatter("coder"), formatter("reviewer")],
        external_transition=transition,
        args=magrpo.MAGRPOConfig(
            num_train_epochs=1,
            num_generations=4,
            num_turns=2,
            max_new_tokens=record["new"],
            temperature=0.8,
            top_p=1.0,
            top_k=0,
            eval_interval=0,
            agent_learning_rate=1e-6,
        ),
    )
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began
    figures = {"episodes": trainer.env_step, "seconds": seconds, "new_tokens": sum(written)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
