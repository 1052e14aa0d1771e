"""Tokens trained a second: this update beside a plain PEFT step on the same rounds, in one run.

    python -m benchmarks.update

The rounds are those of whole trees on real task prompts (drafts and revisions that share their
prompt), with answers of random tokens of full length. Tokens are counted as
the rounds hold them, whatever is shared or padded. Each runs in a process of its own.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.rollout import files_of, measured, table, timed  # pylint: disable=import-error
from parelha.agents.roles import roles_of
from parelha.agents.turns import Tree
from parelha.config_file import load_config
from parelha.engines.protocol import Completion, EngineStatistics, Request
from parelha.episode import play_tree
from parelha.kernels.choose import choose
from parelha.kernels.memory import keep_freed_memory
from parelha.learning.update import Sample, accumulate_gradients, make_sample
from parelha.loading import load_policy
from parelha.models.load import load_base
from parelha.priority import usable_cores
from parelha.rollout import play_all
from parelha.stage import Stage
from parelha.tasks import load_tasks
from parelha.types import Agent

_HEAP = "parelha, the heap left alone"
_TOKENS = range(1000, 100_000)  # ordinary ones of the default model


def main() -> None:
    """Measure all, print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=2, help="trees of 4 drafts and 8 reviews")
    parser.add_argument(
        "--without", action="append", default=[], choices=list(MEASURES), help="leave this out"
    )
    parser.add_argument(
        "--preload", action="append", default=[], metavar="LIB", help="another malloc, by its file"
    )
    parser.add_argument("--dtype", default="auto", help="of all products: auto, bfloat16, float32")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, path = options.one.split("@")
        record = json.loads(Path(path).read_text("utf-8"))
        samples = [Sample(**fields) for fields in record["samples"]]
        print(json.dumps(MEASURES[name](samples, record["dtype"])))
        return
    with tempfile.TemporaryDirectory(prefix="parelha-update-") as folder:
        path = Path(folder) / "samples.json"
        samples = rounds(options.tasks)
        kernels = choose(options.dtype)
        fields = [vars(sample) for sample in samples]
        record = {"dtype": kernels.dtype_name, "samples": fields}
        path.write_text(json.dumps(record), encoding="utf-8")
        rows: dict[str, dict[str, float]] = {}
        for name in MEASURES:
            if name not in options.without:
                command = [sys.executable, "-m", "benchmarks.update", "--one", f"{name}@{path}"]
                rows[name] = measured(command)
        for library in options.preload:
            named = f"{_HEAP}@{path}"
            command = [sys.executable, "-m", "benchmarks.update", "--one", named]
            rows[Path(library).name] = measured(["env", f"LD_PRELOAD={library}", *command])
    tokens = sum(len(sample.ids) for sample in samples)
    print(kernels.line())
    print(f"{len(samples)} rounds of the coder, {tokens} tokens")
    print(table(rows, "update", "tokens/s"))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


class Babbler:
    """An engine that proposes whenever it may choose, and else says random tokens to the limit."""

    def __init__(self) -> None:
        self.on_tokens: Callable[[int], None] = lambda _: None
        self.statistics = EngineStatistics()
        self.rng = np.random.default_rng(0)
        self.waiting: list[tuple[int, Request]] = []
        self.tickets = 0

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in."""
        first, self.tickets = self.tickets, self.tickets + len(requests)
        self.waiting += enumerate(requests, first)
        return list(range(first, self.tickets))

    def step(self) -> dict[int, Completion]:
        """Answer all."""
        due, self.waiting = self.waiting, []
        return {ticket: self._answer(request) for ticket, request in due}

    def weights_changed(self, agent: Agent) -> None:
        """Random tokens have no weights."""

    def reset(self) -> None:
        """Forget the requests."""
        self.waiting = []

    def record(self) -> dict[str, Any]:
        """Who answered."""
        return {"engine": "random tokens"}

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, request: Request) -> Completion:
        if request.choices:
            ids = request.choices[-2]  # the reviewer's last but one is to propose a refactoring
            legal: Any = tuple((token,) for token in ids)
        else:
            n = request.max_new_tokens
            ids = tuple(self.rng.integers(_TOKENS.start, _TOKENS.stop, n).tolist())
            legal = (None,) * n
        return Completion(ids, (-5.0,) * len(ids), "length", legal)


class NoGrades:
    """A grader that grades nothing, and a pool that is done with it at once."""

    def grade(self, *_: Any) -> None:
        """Nothing."""

    def submit(self, *_: Any) -> "Future[None]":
        """Done."""
        future: Future[None] = Future()
        future.set_result(None)
        return future


def rounds(tasks: int) -> list[Sample]:
    """The coder's rounds of some trees, with advantages of both signs."""
    config = load_config(None, {})
    _, formats = load_policy(config, files_of(config))
    nothing: Any = NoGrades()
    episode = config.episode.model_copy(update={"tools": "chosen", "quotes": False})
    stage = Stage(episode, "en", roles_of(config), formats, nothing, nothing, (0, 0))
    chosen = load_tasks("train", levels=(1,))[:: len(load_tasks("train", levels=(1,))) // tasks]
    trees: list[Tree] = play_all([play_tree(task, stage) for task in chosen[:tasks]], Babbler())
    assert all(branch.revisions for tree in trees for row in tree.branches for branch in row)
    plays = [play for tree in trees for play in tree.rounds if play.agent is Agent.CODER]
    for i, play in enumerate(plays):
        play.advantages = [(-1.0) ** i] * len(play.turns)
    return [make_sample(play, 1.0) for play in plays]


def parelha(
    samples: list[Sample], dtype: str, *, without: str = "[]", keeps: bool = True
) -> dict[str, float]:
    """This package's update, as training calls it; without what it does about the heap as well."""
    torch.set_num_threads(usable_cores())
    if keeps:
        keep_freed_memory()
    config = load_config(None, {"model.dtype": dtype, "engine.without": without})
    policy, _ = load_policy(config, files_of(config))

    def work() -> int:
        accumulate_gradients(policy, Agent.CODER, samples, config.learning)
        return sum(len(sample.ids) for sample in samples)

    with policy.plain_weights():
        accumulate_gradients(policy, Agent.CODER, samples[:2], config.learning)
        return timed(work)


def plain_peft(samples: list[Sample], dtype: str, rows: int, recompute: bool) -> dict[str, float]:
    """Padded batches through PEFT's own layers, log-probabilities from full logits."""
    from peft import LoraConfig, get_peft_model  # pylint: disable=import-outside-toplevel

    config = load_config(None, {})
    base: Any = load_base(files_of(config)[Agent.CODER].folder, getattr(torch, dtype))
    lora = LoraConfig(
        r=config.model.lora_rank,
        lora_alpha=config.model.lora_alpha,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    model: Any = get_peft_model(base, lora)
    if recompute:
        model.gradient_checkpointing_enable({"use_reentrant": False})
        model.enable_input_require_grads()
        model.train()

    def step(batch: list[Sample]) -> Tensor:
        longest = max(len(sample.ids) for sample in batch)
        ids = torch.tensor([s.ids + [0] * (longest - len(s.ids)) for s in batch])
        mask = torch.tensor([[1] * len(s.ids) + [0] * (longest - len(s.ids)) for s in batch])
        logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
        logprobs = nn.functional.log_softmax(logits, -1).gather(-1, ids[:, 1:, None])[..., 0]
        loss = torch.zeros(())
        for row, sample in enumerate(batch):
            at = torch.tensor(sample.targets) - 1
            ratio = (logprobs[row, at] - logprobs[row, at].detach()).exp()
            loss = loss - (torch.tensor(sample.advantages) * ratio).sum()
        return loss

    def work(some: list[Sample]) -> int:
        for start in range(0, len(some), rows):
            loss: Any = step(some[start : start + rows])
            loss.backward()
        return sum(len(sample.ids) for sample in some)

    work(samples[:1])
    ordered = sorted(samples, key=lambda sample: len(sample.ids))
    return timed(lambda: work(ordered))


MEASURES: dict[str, Callable[[list[Sample], str], dict[str, float]]] = {
    "parelha": parelha,
    "parelha, `saved` off": lambda samples, dtype: parelha(samples, dtype, without="saved"),
    _HEAP: lambda samples, dtype: parelha(samples, dtype, without="saved", keeps=False),
    "PEFT, checkpointing, 4 rows": lambda samples, dtype: plain_peft(samples, dtype, 4, True),
    "PEFT, checkpointing, 1 row": lambda samples, dtype: plain_peft(samples, dtype, 1, True),
    "PEFT, 1 row": lambda samples, dtype: plain_peft(samples, dtype, 1, False),
}

if __name__ == "__main__":
    main()
