"""What a run would take on given GPUs: what goes where, its memory, its time, its commands.

Arithmetic from what was measured on CPUs and from stated assumptions: nothing is loaded or asked.
"""

import math
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from parelha.agents.formats import make_format
from parelha.agents.roles import roles_of
from parelha.config import Config, EpisodeConfig
from parelha.errors import UsageError
from parelha.heldout import heldout_tasks
from parelha.models.catalogue import MODELS, Bits, Model
from parelha.models.load import load_tokenizer
from parelha.models.shape import find_shape, folder_of
from parelha.pacing import (
    dialogue_tokens,
    draft_tokens,
    graded_programs,
    most_tokens,
    review_tokens,
    written_tokens,
)
from parelha.sizes import AtOnce, LongestDialogues, with_room
from parelha.stage import Stage, task_prompt
from parelha.training_tasks import training_tasks
from parelha.types import Agent, Task

# Assumed in docs/scale.md of one H100 and the 7B. A larger model is slower by its weights; a
# smaller one is taken to be no faster, as nobody measured it.
NEW_TOKENS = 10_000  # a second, by a server whose batches are full
UPDATED_TOKENS = 14_000  # a second, by a trainer
# Seconds between two tokens of one dialogue, until NEW_TOKENS are shared by more than 80 of them.
LATENCY = 0.008
UPDATED_PER_NEW = 3  # tokens: 1,200 and 400 an episode
_ASSUMED_OF = 7_615_616_512  # weights
# Measured on CPUs (docs/analysis.md, docs/sandbox.md): linters, a pandas program in the sandbox.
CORE_SECONDS = 1 / 17.5 + 1 / 160
_MOST_GPUS = 8_192  # every split of them is tried, and each has a line with its command
USABLE = 0.9  # of a GPU's memory: vLLM's default, and as much for a trainer
VLLM_GIB = 2.0  # its own activations and graphs; assumed
_LORA_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)  # that vLLM takes
_LONGEST_TASKS = 8  # whose dialogues are counted
_PROMPT_TOKENS = 1_500  # statement, instructions and glue of a dialogue; assumed
_BITS: dict[str, Bits] = {"auto": 16, "bfloat16": 16, "float32": 32, "nf4": 4}


@dataclass(frozen=True)
class Machines:
    """What there is.

    Attributes:
        gpus: on all nodes together, as many on each.
        gpu_memory: GiB of one of them.
        nodes: machines.
        cores: of the first rank's node, which grades; 0 for as many as it takes.
    """

    gpus: int
    gpu_memory: float
    nodes: int = 1
    cores: int = 0

    @property
    def usable(self) -> float:
        """GiB of one GPU that can be planned with."""
        return USABLE * self.gpu_memory

    def check(self) -> None:
        """Raise UsageError where there is no such set of machines."""
        for flag in ("gpus", "gpu_memory", "nodes"):
            if not 0 < getattr(self, flag) < math.inf:
                raise UsageError(f"--{flag.replace('_', '-')}: must be a number above 0")
        if self.gpus > _MOST_GPUS:
            raise UsageError(f"--gpus {self.gpus}: must be at most {_MOST_GPUS:,}")
        if self.cores < 0:
            raise UsageError("--cores: must be at least 0")
        if self.gpus % self.nodes:
            raise UsageError(
                f"{self.gpus} GPUs are not as many on each of {self.nodes} nodes: "
                f"--gpus {-(-self.gpus // self.nodes) * self.nodes} would be"
            )


@dataclass(frozen=True)
class Work:
    """What one step is at most.

    Attributes:
        tokens: new ones of all its dialogues.
        programs: to be graded.
        chain: new tokens of one dialogue, one after another.
        updated: tokens of its update.
    """

    tokens: int
    programs: int
    chain: int
    updated: int

    @property
    def core_seconds(self) -> float:
        """Seconds of one core to grade its programs."""
        return self.programs * CORE_SECONDS


@dataclass(frozen=True)
class Seconds:
    """How long one step takes; grading goes on beside playing, and the update waits for both."""

    sampling: float
    latency: float
    grading: float
    updating: float

    @property
    def playing(self) -> float:
        """Until the last dialogue has ended."""
        return max(self.sampling, self.latency)

    @property
    def total(self) -> float:
        """Of the whole step."""
        return max(self.playing, self.grading) + self.updating


@dataclass(frozen=True)
class Plan:
    """A run on machines that hold it.

    Attributes:
        base: of both roles.
        longest: tokens of the longest dialogue.
        is_exact: whether `longest` is that of the run's tasks and tokenizer, and no assumption.
    """

    config: Config
    machines: Machines
    base: Model
    longest: int
    is_exact: bool

    @property
    def bits(self) -> Bits:
        """Of a base weight."""
        return _BITS[self.config.model.dtype]

    @cached_property
    def servers(self) -> int:
        """GPUs with a vLLM server; none where one GPU plays and updates by our own engine."""
        splits = range(1, self.machines.gpus)
        return min(splits, key=lambda servers: (self.hours(servers), servers), default=0)

    @property
    def trainers(self) -> int:
        """GPUs with a trainer."""
        return self.machines.gpus - self.servers

    def server_memory(self) -> dict[str, float]:
        """GiB of a server that holds one longest dialogue, by part."""
        base, rank = self.base, lora_rank(self.config.model.lora_rank)
        wide = 4 if self.bits == 32 else 2
        return {
            "base weights": base.weights_gib(self.bits),
            "adapters": 2 * rank * base.adapted * wide / 2**30,
            "KV cache": base.cache_gib(self.longest, self.bits),
            "vLLM": VLLM_GIB,
        }

    def trainer_memory(self) -> dict[str, float]:
        """GiB of a trainer by part; with the cache of our own engine where it plays as well."""
        base, model = self.base, self.config.model
        adapters = 1 if model.shared_policy else 2
        tokens = self.config.learning.max_pass_tokens
        known = max(8192, self.longest)
        parts = {
            "base weights": base.weights_gib(self.bits),
            "adapters": base.adapters_gib(model.lora_rank, adapters),
            "pass": base.pass_gib(tokens, known, self.bits),
        }
        if self.machines.gpus == 1:
            batch = self.config.engine.max_batch_tokens
            # What is decoded together, and the prefixes that are kept for each adapter.
            kept = max(batch, self.longest) + adapters * (batch // 2)
            parts["KV cache"] = base.cache_gib(kept, self.bits)
        return parts

    @property
    def dialogues(self) -> int:
        """Longest ones that a server holds at once."""
        rest = self.machines.usable - sum(self.server_memory().values())
        return 1 + int(rest / self.base.cache_gib(self.longest, self.bits))

    @cached_property
    def steps(self) -> Counter[Work]:
        """How many steps of a kind the run has."""
        return Counter(work_of(self.config, n + 1) for n in range(self.config.train.steps))

    @property
    def largest(self) -> Work:
        """The step with the most tokens."""
        return max(self.steps, key=lambda work: work.tokens)

    def seconds(self, work: Work, servers: int | None = None) -> Seconds:
        """How long a step takes, with the best number of servers or another."""
        servers = self.servers if servers is None else servers
        trainers, cores = self.machines.gpus - servers, self.machines.cores
        slow = max(1.0, self.base.parameters / _ASSUMED_OF)
        return Seconds(
            sampling=slow * work.tokens / (NEW_TOKENS * max(servers, 1)),
            latency=slow * work.chain * LATENCY,
            grading=work.core_seconds / cores if cores else 0.0,
            updating=slow * work.updated / (UPDATED_TOKENS * trainers),
        )

    def hours(self, servers: int | None = None) -> float:
        """Of the whole run without its evaluations."""
        return sum(self.seconds(w, servers).total * n for w, n in self.steps.items()) / 3600

    @property
    def cores(self) -> int:
        """Cores with which grading takes no longer than playing."""
        needs = (work.core_seconds / self.seconds(work).playing for work in self.steps)
        return math.ceil(max(needs))


def make_plan(config: Config, machines: Machines) -> Plan:
    """The plan of a run.

    Raises:
        UsageError: in one line what does not fit, and what would.
    """
    machines.check()
    model = config.model
    if model.reviewer not in ("", model.coder):
        raise UsageError("a plan has one base: leave model.reviewer empty")
    if config.engine.own or config.engine.server:
        raise UsageError(
            "a plan says who answers, vLLM servers or our own engine: leave engine.own and "
            "engine.server out"
        )
    if config.model.sharded:
        raise UsageError("a plan has the whole base on every GPU: leave model.sharded out")
    plan = Plan(config, machines, find_shape(model.coder), *longest_dialogue(config))
    window = plan.base.window or plan.base.context
    if window and plan.longest > window:
        raise UsageError(
            f"dialogues have up to {plan.longest:,} tokens and {plan.base.name} a window of "
            f"{window:,}: lower episode.max_program_tokens or choose another model"
        )
    if machines.gpus > 1:
        _check_for_servers(config)
    _check_memory(plan)
    return plan


def _check_for_servers(config: Config) -> None:
    """Refuse settings that vLLM's servers cannot follow."""
    if config.model.dtype == "nf4":
        raise UsageError(
            "model.dtype nf4: a server would answer with other weights; --gpus 1, or "
            "--model.dtype bfloat16"
        )
    if config.model.lora_rank > _LORA_RANKS[-1]:
        raise UsageError(f"model.lora_rank: vLLM's servers take {_LORA_RANKS[-1]} at most")
    if config.eval.no_repeat_ngram:
        raise UsageError(
            "eval.no_repeat_ngram: servers do not know it; --gpus 1, or --eval.no_repeat_ngram 0"
        )


def longest_dialogue(config: Config) -> tuple[int, bool]:
    """Tokens of the longest dialogue, and whether they were counted rather than assumed.

    They are counted where the tokenizer is on this machine; else they are what the limits of the
    episode allow, behind a prompt of an assumed length.
    """
    episode = with_room(config.episode, config.eval.arms)
    folder = folder_of(config.model.coder)
    if folder is None or not (folder / "tokenizer_config.json").is_file():
        return _PROMPT_TOKENS + _limits(episode), False
    form = make_format(load_tokenizer(folder))
    formats, nobody = dict.fromkeys(Agent, form), cast(Any, None)  # nothing is graded
    stage = Stage(episode, config.lang, roles_of(config), formats, nobody, AtOnce(), (0,))
    longest = LongestDialogues(replace(stage, hints=config.gives_hints))
    # The same is said of every task: the longest dialogues are those of the longest statements.
    tasks = sorted(
        _tasks_of(config), key=lambda task: len(form.text_ids(task_prompt(task, config.lang)))
    )
    return max(max(longest.of(task).values()) for task in tasks[-_LONGEST_TASKS:]), True


def _tasks_of(config: Config) -> tuple[Task, ...]:
    """All that a run plays, as it looks at them before its first step."""
    episodes = config.eval.episodes
    return training_tasks(config) + (heldout_tasks(config, episodes) if episodes else ())


def _limits(episode: EpisodeConfig) -> int:
    """New tokens and what is shown of them and of the tools, in the longer role's dialogue."""
    # A program under review, or to be edited, is shown up to twice its limit.
    shown = 2 * episode.max_program_tokens
    tools = max(2, episode.max_tool_calls) * episode.max_tool_tokens
    coder = shown + episode.max_program_tokens + episode.max_review_tokens
    return max(coder, shown + tools + episode.max_review_tokens)


def work_of(config: Config, step: int) -> Work:
    """What a step is at most."""
    episode, tokens = config.episode, written_tokens(config, step)
    choices = review_tokens(episode) - episode.max_review_tokens  # a verdict is one of them
    after = {"draft": 0, "verdict": choices}.get(config.train.phase(step), dialogue_tokens(episode))
    return Work(
        tokens=tokens,
        programs=graded_programs(config, step),
        chain=(1 + config.gives_hints) * draft_tokens(episode) + after,
        # What was stored is no new token, and is updated on as if it were.
        updated=UPDATED_PER_NEW * max(tokens, most_tokens(config, step)),
    )


def lora_rank(rank: int) -> int:
    """The least --max-lora-rank of vLLM that holds a rank; the rank itself beyond all of them."""
    return next((one for one in _LORA_RANKS if one >= rank), rank)


def needs_of(plan: Plan) -> float:
    """GiB that a GPU must have for each part of the plan to fit."""
    needs = [sum(plan.trainer_memory().values())]
    if plan.machines.gpus > 1:
        needs.append(sum(plan.server_memory().values()))
    return max(needs) / USABLE


def _check_memory(plan: Plan) -> None:
    """Refuse a plan that needs more than a GPU has; says how much, and which models would fit."""
    memory, needed = plan.machines.gpu_memory, needs_of(plan)
    if needed <= memory:
        return
    others = (
        replace(plan, base=row) for row in MODELS if (row.window or row.context) >= plan.longest
    )
    fits = [other.base for other in others if needs_of(other) <= memory]
    largest = max(fits, key=lambda row: row.parameters, default=None)
    raise UsageError(
        f"{plan.base.name} needs {needed:.1f} GiB on each GPU (a cluster spreads no base over "
        f"several) and there are {memory:g}: --gpu-memory {math.ceil(needed)} would do"
        + (f", or --model.coder {largest.name}" if largest else "")
    )
