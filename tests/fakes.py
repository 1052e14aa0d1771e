"""Stand-ins for the parts of the core that are slow or random: grader, engine, tasks, progress."""

# pylint: disable=missing-function-docstring
# pylint: disable=unexpected-keyword-arg  # transformers' configurations make __init__ late

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import CodeGenConfig, CodeGenForCausalLM

from parelha.agents.formats import Format, make_format
from parelha.agents.roles import roles_of
from parelha.agents.turns import Branch, Round, Tree, Turn
from parelha.config import Config, EpisodeConfig, ModelConfig
from parelha.config_file import from_dict
from parelha.engines.protocol import Completion
from parelha.engines.torch_engine import TorchEngine
from parelha.episode import play_tree
from parelha.kernels.choose import Kernels
from parelha.learning.update import Sample, make_sample
from parelha.live import Progress
from parelha.models.policy import Policy
from parelha.rollout import play_all
from parelha.stage import Stage
from parelha.train import train
from parelha.types import (
    Agent,
    Case,
    CoderAction,
    Limits,
    ReviewerAction,
    Score,
    Severity,
    Task,
)
from tests.fake_grading import FakeGrader
from tests.tiny import VOCABULARY, tiny_model, tiny_tokenizer

# Matrices this small gain nothing from a second thread, which waits by spinning.
torch.set_num_threads(1)


@lru_cache(maxsize=1)
def tiny_format() -> Format:
    """Return the chat format of the tiny tokenizer."""
    return make_format(tiny_tokenizer())


ACTIONS = tuple(CoderAction)
OWN_TASKS = Path(__file__).parents[1] / "examples" / "own_tasks"


def fake_task(number: int = 0, split: Any = "train") -> Task:
    """Return a task with a short statement; tasks differ by their number."""
    return Task(
        id=f"fake.add/n={number}/L1/s0",
        family="fake.add",
        action=ACTIONS[number % len(ACTIONS)],
        level=1,
        split=split,
        statement={"en": f"Add {number}.", "pt": f"Some {number}."},
        signature="def f(x: int) -> int:",
        entry_point="f",
        examples=(Case((1,)),),
        make_cases=lambda seed: (Case((seed,)),),
        reference=f"def f(x):\n    return x + {number}\n",
        compare=lambda right, actual: None if right == actual else "differs",
        limits=Limits(),
    )


def fake_tasks(split: Any, **kwargs: Any) -> tuple[Task, ...]:
    """Stand in for `parelha.tasks.load_tasks`: four tasks of a seed in every split."""
    first = {"train": 0, "heldout_seeds": 100, "heldout_params": 200}[split]
    seeds = kwargs.get("seeds", range(1))
    return tuple(fake_task(first + 4 * seed + n, split) for seed in seeds for n in range(4))


class DirectExecutor(Executor):
    """Runs what is submitted at once, so that tests have no threads."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # pylint: disable=broad-exception-caught
            future.set_exception(error)
        return future


def fake_stage(grader: FakeGrader | None = None, **episode: Any) -> Stage:
    """Return a stage with the tiny tokenizer, no threads and a fake grader."""
    form = tiny_format()
    shape: dict[str, Any] = {
        "drafts": 2,
        "reviews": 2,
        "max_program_tokens": 64,
        "max_review_tokens": 16,
        "coder_temperature": 1.0,
        "reviewer_temperature": 1.0,
        "tools": "chosen",
        "quotes": False,
    }
    fake: Any = grader or FakeGrader()
    config = Config(episode=EpisodeConfig(**(shape | episode)))
    return Stage(
        config=config.episode,
        lang="en",
        roles=roles_of(config),
        formats=dict.fromkeys(Agent, form),
        grader=fake,
        pool=DirectExecutor(),
        stream=(0, 1),
    )


# --- whole runs of the tiny model ----------------------------------------------------------------


class Quiet(Progress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(1, plain=True)
        self.messages: list[str] = []
        self.steps: list[int] = []

    def phase(self, text: str) -> None:
        """Nobody is looking."""

    def step(self, metrics: Mapping[str, Any], timings: Mapping[str, Any]) -> None:
        self.steps.append(metrics["step"])

    def message(self, text: str) -> None:
        self.messages.append(text)


def tiny_config(folder: Path, runs: Path, name: str = "run", **sections: dict[str, Any]) -> Config:
    """Return the configuration of a run that takes some milliseconds a step."""
    table: dict[str, Any] = {
        "name": name,
        "runs_dir": str(runs),
        "model": {"coder": str(folder), "dtype": "float32", "lora_rank": 4, "lora_alpha": 8},
        "episode": {
            "drafts": 3,
            "reviews": 2,
            "max_program_tokens": 8,
            "max_review_tokens": 4,
            "max_tool_calls": 1,
            "max_tool_tokens": 8,
        },
        "learning": {"learning_rate": 1e-2},
        "train": {"steps": 3, "tasks_per_step": 1},
        "eval": {"episodes": 0},
        "engine": {"threads": 1, "workers": 1},
    }
    for section, values in sections.items():
        table[section] = table.get(section, {}) | values
    return from_dict(table)


def use_fakes(
    patch: pytest.MonkeyPatch, faulty: Callable[[str, str], bool] = lambda what, program: False
) -> None:
    """Let whole runs play fake tasks: every answer is a program, scored by its text."""
    patch.setattr("parelha.training_tasks.load_tasks", fake_tasks)
    patch.setattr("parelha.heldout.load_tasks", fake_tasks)
    # Each run would hash the suite's files, hundreds, and plays none of them.
    patch.setattr("parelha.provenance.suite_folder", lambda: OWN_TASKS)
    patch.setattr("parelha.runtime.Grader", lambda **kwargs: FakeGrader(faulty=faulty, **kwargs))
    patch.setattr("parelha.stage.extract_program", lambda answer, finish: (answer or "-", ""))


def run_tiny(config: Config, resume: Path | None = None) -> Path:
    """Train quietly; returns the run folder."""
    return train(config, resume=resume, progress=Quiet())


# --- the tiny policy, in memory ------------------------------------------------------------------


def tiny_policy(
    moved: float = 0.3, base: Any = None, reviewer_base: Any = None, **model: Any
) -> Policy:
    """Return a policy whose adapters have left the base, each its own way.

    Args:
        moved: standard deviation of the B halves; 0 leaves them at the base.
        base: the frozen base; a tiny model where None.
        reviewer_base: the reviewer's; `base` where None.
        model: fields of `ModelConfig`.
    """
    shape: dict[str, Any] = {"lora_rank": 4, "lora_alpha": 8}
    base = base or tiny_model()
    policy = pair_of(base, ModelConfig(**(shape | model)), reviewer_base)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for agent in Agent:
            for name, parameter in policy.parameters(agent).items():
                if moved and "lora_B" in name:
                    parameter.copy_(moved * torch.randn(parameter.shape, generator=generator))
    return policy


def pair_of(
    base: Any, config: ModelConfig, reviewer_base: Any = None, kernels: Kernels | None = None
) -> Policy:
    """Return an untrained pair on one base, or on two."""
    bases = {Agent.CODER: base, Agent.REVIEWER: reviewer_base or base}
    return Policy(bases, roles_of(Config(model=config)), config, 0, kernels)


def tiny_codegen() -> Any:
    """Return a random CodeGen: an architecture with its own attention, with no boolean mask."""
    shape: dict[str, Any] = {
        "vocab_size": VOCABULARY,
        "n_positions": 4096,
        "n_embd": 32,
        "n_layer": 2,
        "n_head": 4,
        "rotary_dim": 4,
        "initializer_range": 0.2,
        "bos_token_id": 0,
        "eos_token_id": 0,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return CodeGenForCausalLM(CodeGenConfig(**shape)).train(False)


def tiny_engine(policy: Policy, max_batch_tokens: int = 32768) -> TorchEngine:
    """Return the in-process engine of a policy, with the tiny tokenizer."""
    return TorchEngine(policy, dict.fromkeys(Agent, tiny_format().decode), max_batch_tokens)


def tiny_trees(engine: TorchEngine, tasks: int = 1, **episode: Any) -> list[Tree]:
    """Play trees with an engine; every answer is a program, every round has an advantage."""
    stage = fake_stage(**({"max_program_tokens": 8, "max_review_tokens": 4} | episode))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parelha.stage.extract_program", lambda answer, _: (answer or "-", ""))
        trees: list[Tree] = play_all([play_tree(fake_task(n), stage) for n in range(tasks)], engine)
    for i, play in enumerate(play for tree in trees for play in tree.rounds):
        play.advantages = [(-1.0) ** i * (0.5 + i % 3)] * len(play.turns)
    return trees


def tiny_samples(trees: Sequence[Tree], agent: Agent) -> list[Sample]:
    """Return the rounds of one agent as the learner sees them."""
    return [make_sample(p, 1.0) for tree in trees for p in tree.rounds if p.agent is agent]


# --- trees without a dialogue --------------------------------------------------------------------

# One review, and the score of the revision that followed; None as severity is an approval.
Exchange = tuple[Severity | None, Score | None]


def fake_tree(
    rows: Sequence[tuple[Score | None, Sequence[Sequence[Exchange]]]], task_id: str = "t"
) -> Tree:
    """Return a tree of rounds that hold scores alone: (draft, branches of exchanges) per row."""
    branches = []
    for k, (score, exchanges) in enumerate(rows):
        draft = _with_turns(Round(f"d{k}", Agent.CODER, "draft", score=score), "action", "program")
        row = [_fake_branch(draft, branch, m) for m, branch in enumerate(exchanges)]
        branches.append(row)
    return Tree(task_id, branches)


def _fake_branch(draft: Round, exchanges: Sequence[Exchange], m: int) -> Branch:
    branch, name = Branch(draft), f"{draft.name}.r{m}"
    for severity, score in exchanges:
        review = Round(name, Agent.REVIEWER, "review", severity=severity)
        review.action = str(ReviewerAction.PROPOSE_REFACTORING if severity else "approve")
        review.review = "Mend it." if severity else ""
        written: tuple[str, ...] = ("severity", "review") if severity else ()
        branch.rounds.append(_with_turns(review, "action", *written))
        if severity:
            revision = Round(f"{name}.d", Agent.CODER, "revision", score=score)
            branch.rounds.append(_with_turns(revision, "program"))
        name = f"{name}.d.r"
    return branch


def _with_turns(play: Round, *kinds: str) -> Round:
    """Give a round turns without tokens."""
    play.turns = [Turn(kind, 0, Completion((), (), "action"), "", "") for kind in kinds]
    return play
