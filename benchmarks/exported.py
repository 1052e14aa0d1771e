"""Whether a run's exported adapters answer elsewhere as they do here: greedy tokens, side by side.

    python -m benchmarks.exported RUN --peft PYTHON --llama PYTHON

`--peft` is a Python that has transformers and PEFT alone, `--llama` one that has xllamacpp
(llama.cpp as a package). Both roles answer the same statements of tasks, by our engine over base
and adapter, by PEFT over the base with the exported adapter, in `--dtype`, and by llama.cpp from
the exported GGUF (`--quant`). An answer counts as the same where all of its tokens are.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from parelha.engines.protocol import Request
from parelha.evaluate import say_aside
from parelha.export.write import Kind, export_run
from parelha.loading import find_files
from parelha.rollout import play_all
from parelha.serving.pair import open_pair
from parelha.serving.talk import Message, prompt_ids
from parelha.stage import Part
from parelha.tasks import load_tasks
from parelha.types import Agent

PEERS = Path(__file__).parent / "peers"


def main() -> None:
    """Parse the arguments, export, ask everybody, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--peft", default="")
    parser.add_argument("--llama", default="")
    parser.add_argument("--prompts", type=int, default=20)
    parser.add_argument("--new", type=int, default=32, help="tokens of an answer, at most")
    parser.add_argument("--dtype", default="float32", help="of our engine and of PEFT")
    parser.add_argument("--quant", default="Q8_0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parelha-exported-") as name:
        folder = Path(name)
        asked = ours(options.run, options.prompts, options.new, options.dtype)
        (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        print("| who | role | the same answers | the same up to the first difference | MB |")
        print("|---|---|---|---|---|")
        peers: tuple[tuple[Kind, str], ...] = (("peft", options.peft), ("gguf", options.llama))
        for kind, python in peers:
            if python:
                to = folder / kind
                export_run(options.run, kind, to=to, quant=options.quant, say=say_aside)
                script = PEERS / f"{kind}_answers.py"
                subprocess.run([python, str(script), str(folder)], check=True, stdout=sys.stderr)
                answers = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
                print("\n".join(compared(kind, asked["rows"], answers, to)), flush=True)


def ours(run: Path, prompts: int, new: int, dtype: str) -> dict[str, Any]:
    """What is asked, and what our engine answers.

    Returns: ``model``, the base's folder; ``dtype``; ``rows``, each with ``agent``, the prompt's
    ``ids``, the ``answer``, token ids, and its ``text``.
    """
    pair = open_pair(run, None, say_aside, dtype)
    texts = dict.fromkeys(t.statement["en"] for t in load_tasks("train", levels=(1,)))
    requests = [
        Request(
            agent,
            prompt_ids(pair, agent, [Message("user", text)]),
            new,
            1.0,
            ("exported", place),
            pair.formats[agent].stop_ids,
            top_k=1,
        )
        for agent in Agent
        for place, text in enumerate(list(texts)[:prompts])
    ]
    with pair:
        answers = play_all([_asked(request) for request in requests], pair.engine)
    rows = [
        {
            "agent": str(request.agent),
            "ids": request.prompt_ids,
            "answer": answer.token_ids,
            "text": pair.formats[request.agent].decode(answer.token_ids),
        }
        for request, answer in zip(requests, answers, strict=True)
    ]
    base = find_files(pair.roles, say_aside)[Agent.CODER].folder
    return {"model": str(base), "dtype": dtype, "rows": rows}


def _asked(request: Request) -> Part:
    return (yield request)


def compared(
    kind: str, rows: Sequence[dict[str, Any]], answers: Sequence[str | list[int]], folder: Path
) -> Iterator[str]:
    """A line of the table for each role; what llama.cpp answers is text, counted in characters."""
    for agent in Agent:
        pairs = [
            (row["text"] if isinstance(answer, str) else list(row["answer"]), answer)
            for row, answer in zip(rows, answers, strict=True)
            if row["agent"] == agent
        ]
        same = sum(right == got for right, got in pairs)
        begun = sum(common(right, got) for right, got in pairs)
        total = sum(len(right) for right, _ in pairs)
        files = (one for one in folder.rglob("*") if agent in str(one.relative_to(folder)))
        size = sum(one.stat().st_size for one in files if one.is_file()) / 1e6
        yield f"| {kind} | {agent} | {same} of {len(pairs)} | {begun} of {total} | {size:.0f} |"


def common(one: Sequence[object], other: Sequence[object]) -> int:
    """How long two sequences are the same."""
    return sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(one, other, strict=False)))


if __name__ == "__main__":
    main()
