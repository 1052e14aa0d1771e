"""Products of few rows in int8 beside our packed ones, and what they do to log-probabilities.

    python -m benchmarks.int8
    ONEDNN_MAX_CPU_ISA=AVX2_VNNI ATEN_CPU_CAPABILITY=avx2 python -m benchmarks.int8
    python -m benchmarks.int8 --logprobs

Weights have a scale for each output. Products are timed with oneDNN, which can act a poorer
processor; log-probabilities are of program text, each row of the activations with its own scale.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.rollout import files_of  # pylint: disable=import-error
from parelha.config_file import load_config
from parelha.kernels.choose import choose
from parelha.kernels.packed import pack, packed_linear
from parelha.models.load import load_base, load_tokenizer
from parelha.types import Agent

_LAYERS = {"gate and up": (896, 9728), "down": (4864, 896), "head": (896, 151936)}
_ROWS = (8, 16, 32, 64)
_TIMES = 5  # of three products each, of which the best counts
_TEXTS, _CHARACTERS = 10, 1500
_LEFT_OUT = {"all layers": (), "all but the head": ("head",), "neither": ("head", "down")}


def main() -> None:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--logprobs", action="store_true", help="log-probabilities, not speed")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # torch's quantised tensors are deprecated
    with torch.inference_mode():
        if options.logprobs:
            print_logprobs()
        else:
            print_speeds()


def print_speeds() -> None:
    """How many times as fast as packed products, by layer and number of rows."""
    kernels = choose("auto")
    torch.backends.quantized.engine = "onednn"
    print(kernels.line())
    for name, (inputs, outputs) in _LAYERS.items():
        weight = torch.randn(outputs, inputs) * 0.05
        ours, theirs = pack(weight.to(kernels.dtype)), in_bytes(weight)
        ratios = []
        for rows in _ROWS:
            x = torch.randn(rows, inputs)
            narrow = x.to(kernels.dtype)
            before = seconds(partial(packed_linear, narrow, ours))
            after = seconds(partial(torch.ops.quantized.linear_dynamic, x, theirs, False))
            ratios.append(f"{before / after:.1f}")
        print(f"| {name}, {inputs} to {outputs} | {' / '.join(ratios)} |", flush=True)


def in_bytes(weight: Tensor) -> Any:
    """An (N, K) weight in int8 with a scale for each of N outputs, packed."""
    scales = (weight.abs().amax(1) / 127).clamp_min(1e-12).double()
    zeros = torch.zeros(len(weight), dtype=torch.long)
    quantised = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
    return torch.ops.quantized.linear_prepack(quantised, None)


def seconds(work: Callable[[], object]) -> float:
    """Of one call, the best of several times three."""
    work()
    best = float("inf")
    for _ in range(_TIMES):
        began = time.perf_counter()
        for _ in range(3):
            work()
        best = min(best, (time.perf_counter() - began) / 3)
    return best


def print_logprobs() -> None:
    """Differences of the log-probabilities of some references from those in float32."""
    config = load_config(None, {})
    files = files_of(config)[Agent.CODER]
    model: Any = load_base(files.folder, torch.float32, name=files.base_name)
    tokenizer: Any = load_tokenizer(files.folder)
    sources = sorted((Path(__file__).parents[1] / "suite").glob("*/*/*.py"))
    texts = [path.read_text("utf-8")[:_CHARACTERS] for path in sources[:: len(sources) // _TEXTS]]
    ids = [torch.tensor([tokenizer(text)["input_ids"]]) for text in texts[:_TEXTS]]
    exact = logprobs(model, ids)
    torch.backends.quantized.engine = "fbgemm"
    plain = {name: one for name, one in model.named_modules() if isinstance(one, nn.Linear)}
    print(f"{len(exact)} tokens")
    for title, left_out in _LEFT_OUT.items():
        for name, layer in plain.items():
            layer.__dict__.pop("forward", None)
            if not any(part in name for part in left_out):
                layer.__dict__["forward"] = by_bytes(layer)
        wrong = (logprobs(model, ids) - exact).abs()
        points = [wrong.mean(), wrong.quantile(0.95), wrong.quantile(0.99), wrong.max()]
        print(f"| {title} | {' | '.join(f'{float(one):.3f}' for one in points)} |", flush=True)


def by_bytes(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    """The layer's forward pass in int8, where each row of its input has its own scale."""
    packed = in_bytes(layer.weight.detach())
    product = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32

    def forward(x: Tensor) -> Tensor:
        scale = x.abs().amax(-1, keepdim=True).clamp_min(1e-12)
        y: Tensor = product((x / scale).flatten(0, -2), 1 / 127, 128, packed)
        y = y.view(*x.shape[:-1], -1) * scale
        return y if layer.bias is None else y + layer.bias

    return forward


def logprobs(model: Any, texts: list[Tensor]) -> Tensor:
    """Of every token but the first of each text, by the tokens before it."""
    found = []
    for ids in texts:
        logits = model(input_ids=ids).logits[0, :-1].float().log_softmax(-1)
        found.append(logits.gather(-1, ids[0, 1:, None])[:, 0])
    return torch.cat(found)


if __name__ == "__main__":
    main()
