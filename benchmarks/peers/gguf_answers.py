"""Greedy answers by llama.cpp, for `benchmarks/exported.py`; in an environment with xllamacpp."""

import importlib
import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer what is asked in the folder, and write the answers' texts there."""
    xllamacpp: Any = importlib.import_module("xllamacpp")  # not installed where this is checked
    folder = Path(sys.argv[1])
    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    answers: list[str] = []
    for agent in dict.fromkeys(row["agent"] for row in asked["rows"]):
        (model,) = (p for p in (folder / "gguf").rglob("*.gguf") if is_whole(p, agent))
        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 4096, 1, False, -1
        server = xllamacpp.Server(params)
        answers += [
            answer(server, row["ids"], len(row["answer"]))
            for row in asked["rows"]
            if row["agent"] == agent
        ]
        del server
    (folder / "gguf.json").write_text(json.dumps(answers), encoding="utf-8")
    print("xllamacpp", importlib.metadata.version("xllamacpp"))


def is_whole(path: Path, agent: str) -> bool:
    """Whether this file is the role's base and adapter in one."""
    return path.name.startswith(agent) and "lora" not in path.name


def answer(server: Any, ids: list[int], new: int) -> str:
    """The likeliest continuation of a prompt of token ids, as text."""
    asked = {"prompt": ids, "n_predict": new, "temperature": 0, "top_k": 1, "cache_prompt": True}
    said = server.handle_completions(asked)
    said = said if isinstance(said, dict) else json.loads(said)
    text: str = said["content"] if "content" in said else said["choices"][0]["text"]
    return text


if __name__ == "__main__":
    main()
