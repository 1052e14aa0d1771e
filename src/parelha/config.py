"""The typed configuration: every hyperparameter is documented where it is declared.

A value is checked once, here; the rest of the program trusts it. `config_file` reads it.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from parelha.config_base import (
    Count,
    NotNegative,
    Positive,
    Section,
    Share,
    Size,
    Temperature,
    user_path,
)
from parelha.config_engine import ClusterConfig, EngineConfig
from parelha.config_eval import HELDOUT, EvalConfig, TrackingConfig
from parelha.errors import UsageError
from parelha.own_modules import is_importable
from parelha.types import Lang, Phase

# Names that a program's rewards have already (docs/rewards.md).
_COMPONENTS = {"correctness", "quality", "pylint", "flake8", "mypy", "structure", "feedback"}
_COMPONENTS |= {"efficiency", "final"}
MOST_STEPS = 100_000  # of a run: what is told of all of them ahead takes seconds


class ModelConfig(Section):
    """Which weights play, and how they are adapted."""

    coder: str = "Qwen2.5-Coder-0.5B-Instruct"
    """The coder's base: a catalogue or hub name, a folder, or a GGUF file."""
    reviewer: str = ""
    """The reviewer's base; empty means the coder's, held in memory once."""
    dtype: Literal["auto", "bfloat16", "float32", "nf4"] = "auto"
    """Of the frozen base's products; adapters are always float32. `auto`: bfloat16 on a GPU and on
    processors that multiply it faster than float32, else float32; a run's `config.json` holds what
    it came to. `nf4`: linear layers in 4 bits (QLoRA, arXiv 2305.14314), the rest bfloat16; it
    needs an NVIDIA GPU and bitsandbytes."""
    sharded: bool = False
    """Spread the base's layers over the trainers that torchrun starts (FSDP2), for a base that one
    GPU cannot hold; vLLM servers answer (docs/scale.md)."""
    shared_policy: bool = False
    """One adapter plays both roles; the reviewer's rounds train the coder's adapter too."""
    train_agents: tuple[Literal["coder", "reviewer"], ...] = ("coder", "reviewer")
    """Who is updated; the other one stays frozen."""
    lora_rank: Size = 16
    """Rank r of both adapters (LoRA, arXiv 2106.09685)."""
    lora_alpha: Size = 32
    """The adapters' product B·A is scaled by alpha / rank."""
    adapter_targets: tuple[str, ...] = ()
    """Names of the layers with an adapter, such as `q_proj,v_proj`; empty means every linear layer
    but the head, and of a mixture of experts the attention (docs/models.md)."""


class TaskConfig(Section):
    """Which tasks are trained and evaluated."""

    families: tuple[str, ...] = ()
    """Names as in `parelha tasks list`; empty means all."""
    only: tuple[str, ...] = ()
    """Train on these alone of them, each `family/parameterisation`; evaluation ignores it."""
    levels: tuple[Annotated[int, Field(ge=1, le=4)], ...] = (1,)
    """Levels of difficulty, 1 to 4."""
    seeds: Annotated[int, Field(ge=1, le=1000)] = 4
    """Instances of each parameterisation; they differ in examples and hidden inputs."""
    curriculum: bool = False
    """Draw what the learner passes half of the time first, retire what it passes; not in turn."""
    suites: tuple[str, ...] = ("families",)
    """Where tasks come from: `families`, a benchmark's name or file, a folder (docs/tasks.md)."""
    eval_suites: tuple[str, ...] = ()
    """Suites of evaluation; empty means those of training, what is trained on left out."""
    train_in_process: bool = False
    """Also train on tasks whose tests run beside the candidate, which can forge them."""


class EpisodeConfig(Section):
    """The shape of an episode and of the tree of episodes on one task."""

    drafts: Size = 4
    """K: drafts of one task."""
    reviews: Size = 2
    """M: reviews of each draft."""
    hints: bool = False
    """In training a task of which no draft passes gets as many again, which begin with the first
    half of the reference (GHPO, arXiv 2507.10628); only the rest of them is learned."""
    max_rounds: Size = 1
    """Reviews followed by a revision, at most, on each branch. In training the verdicts of all of
    them are learned, and the words of the first alone: a later program has one review, and a text
    is compared with the other reviews of its program."""
    max_program_tokens: Size = 256
    """Limit of a draft and of a revision; what is cut by it has no program."""
    max_review_tokens: Size = 128
    """Limit of a review, short so that it advises and pastes no solution."""
    tools: Literal["always", "chosen"] = "always"
    """`always`: the reviewer is shown what the tools say before it decides, the run on the visible
    examples first, the linters second. `chosen`: it calls them itself."""
    max_tool_calls: Count = 2
    """Tools of one review round."""
    quotes: bool = True
    """The reviewer may quote a line of what the tools said, or that an answer held no program; else
    the coder sees its words alone."""
    max_tool_tokens: Size = 160
    """Limit of one tool's output in the reviewer's prompt."""
    coder_temperature: Temperature = 0.8
    """Sampling temperature of the coder; also divides the logits in training."""
    reviewer_temperature: Temperature = 0.8
    """Sampling temperature of the reviewer."""
    action_epsilon: Share = 0.1
    """ε: the share of uniform choice mixed into every action."""


class RewardConfig(Section):
    """How scores become rewards (docs/rewards.md)."""

    kind: Literal["gated", "slides", "slides_raw"] = "gated"
    """`gated`: correctness first. `slides`: the deck's own formula. `slides_raw`: its habit too,
    the linters read the whole answer with all that stands around the program."""
    quality_weight: Annotated[float, Field(ge=0.0, le=0.5)] = 0.3
    """What quality adds to the 1.0 of a program that passes everything, at most."""
    pylint_weight: NotNegative = 1.0
    """Share of pylint in the quality (weights are normalised to sum to 1)."""
    flake8_weight: NotNegative = 1.0
    """Share of flake8 in the quality."""
    mypy_weight: NotNegative = 1.0
    """Share of mypy in the quality."""
    structure_weight: NotNegative = 1.0
    """Share of structure (documents, types, complexity, dead code, length) in the quality."""
    efficiency_weight: NotNegative = 0.0
    """Share of time and memory beside the reference in the quality. Not 0: a clock enters the
    rewards, and a resumed run no longer equals the uninterrupted one bit for bit."""
    feedback_weight: NotNegative = 0.5
    """Share of confirmed critical feedback in the quality."""
    draft_final_weight: Share = 0.0
    """Share of the mean final score in a draft's reward; 0 means the draft's own score alone."""
    linter_settings: str = ""
    """A folder with a team's own pylintrc, setup.cfg, mypy.ini or pyproject.toml; empty: defaults.
    The reviewer's tool and the reward both follow it."""
    verdict_weight: NotNegative = 0.25
    """The reviewer's reward for a right verdict (and its loss for a wrong one), beside the cost of
    its tools and what its text changed; logged so, and paid so by other trainers. It changes what
    is learned only with `episode.tools = "chosen"`, and so does `tool_cost` (docs/rewards.md)."""
    tool_cost: NotNegative = 0.01
    """The reviewer's cost of one tool call."""
    own: dict[str, NotNegative] = Field(default_factory=dict)
    """Shares in the quality of components of your own, each by the dotted name of its module
    (docs/extending.md); the last part of that is the component's name."""

    @model_validator(mode="after")
    def _check_own(self) -> Self:
        if self.own and self.kind != "gated":
            raise ValueError("reward.own: only the gated reward has components of your own")
        names = [name.rpartition(".")[2] for name in self.own]
        for module, name in zip(self.own, names, strict=True):
            if not is_importable(module):
                raise ValueError(f"reward.own: no module {module!r} on Python's path")
            if name in _COMPONENTS or names.count(name) > 1:
                raise ValueError(f"reward.own: there is another component {name!r}: rename yours")
        return self


class LearningConfig(Section):
    """The update."""

    algorithm: str = "grpo"
    """A file of `learning/algorithms`: `grpo` (arXiv 2402.03300) or `cispo` (arXiv 2506.13585); or
    a module of your own by its dotted name (docs/extending.md)."""
    learning_rate: NotNegative = 2e-4
    """AdamW's, for both adapters."""
    warmup_updates: Count = 0
    """An adapter's learning rate rises linearly over its first updates, this many, up to that of
    `schedule`: AdamW's first steps are as long as any, whatever the gradient (arXiv 1711.05101)."""
    schedule: Literal["constant", "linear"] = "constant"
    """`linear`: rates fall linearly over the steps of the run, the last one's is 1/`train.steps` of
    the first one's. A run that is made longer (`--resume --train.steps`) falls anew from there."""
    clip_low: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.2
    """The ratio of a token is clipped below at 1 - clip_low (arXiv 1707.06347)."""
    clip_high: Positive = 0.28
    """... and above at 1 + clip_high (asymmetric: DAPO, arXiv 2503.14476)."""
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.5
    """AdamW's β₁. A run has few updates: at the usual 0.9 verdicts overshoot (docs/learning.md)."""
    max_grad_norm: Positive = 1.0
    """Gradients of an adapter are scaled down to this norm."""
    kl_weight: NotNegative = 0.0
    """Weight of the KL divergence to the base with its adapters off (k3 estimator)."""
    action_weight: NotNegative = 0.05
    """Weight of the sampled action tokens' loss beside the text tokens' loss, each a mean of its
    own. They are few: at 1 a step's 40 choices have 16 times the gradient of its 3,700 words."""
    known_weight: NotNegative = 0.02
    """The same of choices whose right one is known: the reviewer's verdicts. At 1 the gradient of
    each step is cut to `max_grad_norm`, so none is shorter than another (docs/learning.md)."""
    normalise_std: bool = True
    """Divide an agent's advantages by their root mean square over the step (Dr.MAS), each kind of
    credit by its own, and scale them by the share that was not dropped (docs/learning.md)."""
    max_pass_tokens: Annotated[int, Field(ge=16)] = 768
    """Tokens of one forward and backward pass, at most; the memory of an update grows with it."""

    @field_validator("algorithm")
    @classmethod
    def _check_algorithm(cls, name: str) -> str:
        # Named by its file, which is not imported: this module comes before torch.
        files = (Path(__file__).parent / "learning" / "algorithms").glob("[!_]*.py")
        known = sorted(file.stem for file in files)
        if name not in known and not ("." in name and is_importable(name)):
            raise ValueError(f"no such algorithm: {' or '.join(known)}, or a module of your own")
        return name


class TrainConfig(Section):
    """The loop."""

    steps: Annotated[int, Field(ge=1, le=MOST_STEPS)] = 4
    """Updates of the pair. In steps of drafts the coder alone learns; in verdict steps, as long as
    what they judge is stored, the reviewer alone."""
    draft_steps: Count = 0
    """The first of them play drafts alone: the coder learns, and the reviewer waits for it."""
    verdict_steps: Count = 0
    """Those after play verdicts alone, of drafts that the run has stored; of new ones while it has
    none that pass, or none that fail."""
    review_steps: Count = 0
    """Those after have stored drafts that fail reviewed, whatever the reviewer would choose; the
    others play whole dialogues."""
    stored_drafts: Size = 24
    """Of a verdict step, half of them passing and half failing (one of each at least), and of a
    review step."""
    replayed_drafts: Count = 0
    """Stored drafts that fail, reviewed in each step of whole dialogues beside new ones: a
    coder that fails rarely gives few reviews to learn from."""
    minutes: NotNegative = 0.0
    """A run that would take longer on this machine is shortened: after its first step all phases by
    the same share, after each further one at its end; `train.steps` and the `schedule` of rates
    follow. A clock decides, so a shortened run does not repeat. 0: all steps, however long."""
    tasks_per_step: Size = 2
    """Trees in one step; each is drafts x reviews episodes."""
    keep_every: Size = 1
    """Adapters of every n-th step are kept; those of the newest two steps always are."""
    overlap: bool = False
    """Play the next step while this one is learned from, so that what is learned from is one update
    old; needs `engine.kind = "vllm"`. Two runs of one seed are then less alike."""
    canary_every: Count = 10
    """Every n-th step its programs are also graded against random answers, which none can
    pass: one that does ends the run (docs/tasks.md). 0: never."""

    def phase(self, step: int) -> Phase:
        """What of the dialogue a step plays; the first is 1."""
        phases: tuple[tuple[Phase, int], ...] = (
            ("draft", self.draft_steps),
            ("verdict", self.verdict_steps),
            ("review", self.review_steps),
        )
        for phase, length in phases:
            if step <= length:
                return phase
            step -= length
        return "free"


class Config(Section):
    """The whole configuration of a run."""

    name: str = "run"
    """Folder of the run below `runs_dir`."""
    runs_dir: str = "runs"
    """Where run folders are made."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Of everything random in the run."""
    lang: Lang = "en"
    """Language of statements and prompts."""
    model: ModelConfig = ModelConfig()
    tasks: TaskConfig = TaskConfig()
    episode: EpisodeConfig = EpisodeConfig()
    reward: RewardConfig = RewardConfig()
    learning: LearningConfig = LearningConfig()
    train: TrainConfig = TrainConfig()
    eval: EvalConfig = EvalConfig()
    engine: EngineConfig = EngineConfig()
    cluster: ClusterConfig = ClusterConfig()
    tracking: TrackingConfig = TrackingConfig()

    @model_validator(mode="after")
    def _check_overlap(self) -> Self:
        if self.train.overlap and self.engine.kind != "vllm" and not self.cluster.num_servers:
            raise ValueError('train.overlap needs engine.kind = "vllm"')
        return self

    @model_validator(mode="after")
    def _check_shared_policy(self) -> Self:
        if self.model.shared_policy and self.model.reviewer not in ("", self.model.coder):
            raise ValueError("model.shared_policy needs one base: leave model.reviewer empty")
        if self.model.shared_policy and len(set(self.model.train_agents)) == 1:
            raise ValueError("model.shared_policy trains both roles: leave model.train_agents out")
        if self.model.shared_policy and "frozen_reviewer" in self.eval.arms:
            raise ValueError(
                "eval.arms: frozen_reviewer needs a reviewer of its own, not model.shared_policy"
            )
        if self.engine.server and "frozen_reviewer" in self.eval.arms:
            raise ValueError(
                "eval.arms: engine.server has no untrained reviewer, leave frozen_reviewer out"
            )
        return self

    @model_validator(mode="after")
    def _check_across(self) -> Self:
        if not self.model.train_agents:
            raise ValueError("model.train_agents is empty: name coder, reviewer or both")
        if not self.engine.server and (
            self.engine.server_model or self.engine.server_reviewer_model
        ):
            raise ValueError("engine.server_model names a model of engine.server: give its URL")
        if self.engine.own and self.engine.server:
            raise ValueError("engine.own and engine.server: only one of them can answer")
        if self.engine.own and not is_importable(self.engine.own):
            raise ValueError(f"engine.own: no module {self.engine.own!r} on Python's path")
        served = bool(self.engine.servers or self.cluster.num_servers)
        if self.engine.server_key_env and not (self.engine.server or served):
            raise ValueError("engine.server_key_env is the key of engine.server: give its URL")
        if (self.engine.kind == "vllm") != bool(self.engine.servers):
            raise ValueError('engine.servers are those of engine.kind = "vllm": give both or none')
        if served and (self.engine.server or self.engine.own):
            raise ValueError("engine.servers, engine.server, engine.own: only one can answer")
        if served and self.model.reviewer not in ("", self.model.coder):
            raise ValueError("engine.servers hold one base: leave model.reviewer empty")
        if (self.engine.server or served) and self.eval.no_repeat_ngram:
            raise ValueError("eval.no_repeat_ngram: servers do not know it, leave it 0")
        is_plain = Path(self.name).name == self.name and self.name.isprintable()
        if not is_plain or self.name in ("", ".."):
            raise ValueError(f"name: {self.name!r} is not a plain folder name")
        return self

    @model_validator(mode="after")
    def _check_quota(self) -> Self:
        for name in self.eval.quota:
            if name not in (*HELDOUT, *self.tasks.suites, *self.tasks.eval_suites):
                raise ValueError(
                    f"eval.quota: {name!r} is no held-out split and none of tasks.eval_suites"
                )
        for name in self.tasks.eval_suites if self.eval.quota else ():
            if name not in ("families", *self.eval.quota):
                raise ValueError(f"eval.quota: say how many of {name!r}, or leave the quota out")
        return self

    @property
    def gives_hints(self) -> bool:
        """Whether there are hinted drafts: where the coder learns from them."""
        learns = self.model.shared_policy or "coder" in self.model.train_agents
        return self.episode.hints and learns

    @property
    def run_dir(self) -> Path:
        """The run's folder."""
        return user_path(self.runs_dir) / self.name

    def check_servers(self) -> None:
        """Raise UsageError where a run has servers and is to start others.

        No validator does: of the configuration that a run plays with both hold, once they are up.
        """
        if self.engine.servers and self.cluster.num_servers:
            raise UsageError(
                "engine.servers and cluster.num_servers: give one of them, such as "
                "--cluster.num_servers 0"
            )

    def to_dict(self) -> dict[str, Any]:
        """The configuration as JSON-ready values."""
        return self.model_dump(mode="json")
