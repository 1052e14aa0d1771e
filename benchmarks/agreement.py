"""How far recorded log-probabilities are from those of a plain forward pass, with real weights.

    python -m benchmarks.agreement

Answers to real prompts, both adapters active, sampled as training samples them. Beside the engine
stand what it must agree with, one answer at a time through transformers and PEFT, and how far that
agrees with itself: the same model on padded batches, and in float32. bfloat16 keeps eight bits, and
in another order of the same sums the last ones differ.
"""

import argparse
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.rollout import (  # pylint: disable=import-error
    dtype_of,
    files_of,
    plain_pair,
    prepare,
    read,
)
from parelha.config_file import load_config
from parelha.engines.batching import Decode
from parelha.engines.protocol import Completion, Request
from parelha.engines.torch_engine import TorchEngine
from parelha.loading import load_policy
from parelha.types import Agent

_ROWS_OF_BATCH = 8
_TEMPERATURE = 1.0

Asked = list[tuple[Agent, list[int]]]


def main() -> None:
    """Sample, compute again, print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=64, help="answers, half of them reviews")
    parser.add_argument("--new", type=int, default=160, help="tokens of an answer, at most")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parelha-agreement-") as folder:
        prepare(Path(folder), options.rows, options.new, "bfloat16")
        answers = engine_answers(Path(folder))
        engine = torch.cat([torch.tensor(answer.logprobs) for answer in answers])
        alone = plain(Path(folder), answers, torch.bfloat16, 1)
        batched = plain(Path(folder), answers, torch.bfloat16, _ROWS_OF_BATCH)
        exact = plain(Path(folder), answers, torch.float32, 1)
    print(f"{len(answers)} answers, {len(engine)} tokens")
    print("| log-probabilities | mean difference | 95 % are below | 99 % | largest |")
    print("|---|---|---|---|---|")
    for name, one, other in (
        ("engine, plain pass", engine, alone),
        (f"plain pass in batches of {_ROWS_OF_BATCH}, plain pass", batched, alone),
        ("engine, float32", engine, exact),
        ("plain pass, float32", alone, exact),
    ):
        print(line(name, (one - other).abs()))


def line(name: str, differences: Tensor) -> str:
    """One line of the table."""
    below = [float(differences.quantile(share)) for share in (0.95, 0.99, 1.0)]
    return (
        f"| {name} | {float(differences.mean()):.4f} | "
        + " | ".join(f"{x:.3f}" for x in below)
        + " |"
    )


def engine_answers(folder: Path) -> list[Completion]:
    """What the engine says and records."""
    _, new, asked = read(folder)
    config = load_config(None, {"model.dtype": dtype_of(folder)})
    policy, formats = load_policy(config, files_of(config))
    for agent in Agent:
        policy.load(agent, folder / str(agent))
    decode: dict[Agent, Decode] = {agent: formats[agent].decode for agent in Agent}
    engine = TorchEngine(policy, decode, config.engine.max_batch_tokens)
    requests = [
        Request(agent, tuple(ids), new, _TEMPERATURE, ("agreement", i), formats[agent].stop_ids)
        for i, (agent, ids) in enumerate(asked)
    ]
    return engine.generate(requests)


def plain(folder: Path, answers: list[Completion], dtype: torch.dtype, rows: int) -> Tensor:
    """The same log-probabilities by transformers' and PEFT's own forward pass, without a cache."""
    _, _, asked = read(folder)
    pair = plain_pair(folder, dtype)
    found: dict[int, Tensor] = {}
    for agent in Agent:
        pair.set_adapter(str(agent))
        own = [i for i, (whose, _) in enumerate(asked) if whose is agent]
        for start in range(0, len(own), rows):
            some = own[start : start + rows]
            talks = [[*asked[i][1], *answers[i].token_ids] for i in some]
            longest = max(map(len, talks))
            ids = torch.tensor([talk + [0] * (longest - len(talk)) for talk in talks])
            mask = torch.tensor([[1] * len(t) + [0] * (longest - len(t)) for t in talks])
            with torch.inference_mode():
                logits = pair(input_ids=ids, attention_mask=mask, use_cache=False).logits
            for row, i in enumerate(some):
                said = torch.tensor(answers[i].token_ids)
                first = len(asked[i][1]) - 1
                own_logits = logits[row, first : first + len(said)].float() / _TEMPERATURE
                found[i] = own_logits.log_softmax(-1).gather(-1, said[:, None])[:, 0]
    return torch.cat([found[i] for i in range(len(asked))])


if __name__ == "__main__":
    main()
