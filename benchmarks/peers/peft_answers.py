"""Greedy answers by transformers and PEFT, for `benchmarks/exported.py`; in their own environment.

Adapters are loaded as anyone would who has the exported folder and knows nothing of Parelha.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer what is asked in the folder, and write the answers there."""
    # Of an environment without Parelha; PEFT is not installed where this is checked.
    torch: Any = importlib.import_module("torch")
    transformers: Any = importlib.import_module("transformers")
    peft: Any = importlib.import_module("peft")
    folder = Path(sys.argv[1])
    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    base = transformers.AutoModelForCausalLM.from_pretrained(
        asked["model"], dtype=getattr(torch, asked["dtype"])
    )
    # Some models come with sampling settings of their own, which hold for greedy answers too.
    base.generation_config = transformers.GenerationConfig(
        eos_token_id=base.generation_config.eos_token_id, do_sample=False
    )
    adapters = folder / "peft"
    model = peft.PeftModel.from_pretrained(base, str(adapters / "coder"), adapter_name="coder")
    model.load_adapter(str(adapters / "reviewer"), adapter_name="reviewer")
    model.eval()
    answers: list[list[int]] = []
    for row in asked["rows"]:
        model.set_adapter(row["agent"])
        ids = torch.tensor([row["ids"]])
        with torch.inference_mode():
            told = model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=len(row["answer"]),
                pad_token_id=0,
            )
        answers.append(told[0, ids.shape[1] :].tolist())
    (folder / "peft.json").write_text(json.dumps(answers), encoding="utf-8")
    versions = (f"{one.__name__} {one.__version__}" for one in (peft, transformers, torch))
    print(", ".join(versions))


if __name__ == "__main__":
    main()
