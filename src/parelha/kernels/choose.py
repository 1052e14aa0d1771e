"""The one place that decides what the hardware runs: the type of products, and which fast paths.

What a processor says of itself is not what a library uses of it (oneDNN and ATen can be told to use
less, and know less of new processors), so each choice is tried on a small product first.
"""

import os
import platform
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from parelha.kernels.packed import pack, packed_linear, packed_linear_onto

# Names of the fast paths, as in the setting `engine.without`:
# packed     frozen weights in the layout that products of few rows read fastest
# fused      layers with one input as one fused projection, their adapters and gradient with them
# lean       gated blocks and norms that keep less for their gradient
# varlen     packed sequences: each segment attends by itself, without one mask over a pass, and the
#            queries of one head of keys are computed together
# lookup     n-gram lookup proposes tokens ahead of decoding; needs `varlen`
# saved      what a pass keeps for its gradient lies in one mapping
Path = Literal["packed", "fused", "lean", "varlen", "lookup", "saved"]
PATHS: tuple[Path, ...] = get_args(Path)
_ON_GPU: tuple[Path, ...] = ("fused", "lean")
_NEEDS: dict[Path, Path] = {"lookup": "varlen", "lean": "fused"}

Dtype = Literal["auto", "bfloat16", "float32", "nf4"]

# oneDNN's names of instruction sets, ascending, ours, and the flag by which torch reports each.
_TIERS = (
    ("SSE41", "SSE4.1", "sse4_1"),
    ("AVX", "AVX", "avx"),
    ("AVX2", "AVX2", "avx2"),
    ("AVX2_VNNI", "AVX2 with VNNI", "avx_vnni"),
    ("AVX2_VNNI_2", "AVX2 with NE-CONVERT", "avx_ne_convert"),
    ("AVX512_CORE", "AVX-512", "avx512_bw"),
    ("AVX512_CORE_VNNI", "AVX-512 with VNNI", "avx512_vnni"),
    ("AVX512_CORE_BF16", "AVX-512 with bfloat16", "avx512_bf16"),
    ("AVX10_1_512", "AVX-512 with float16", "avx512_fp16"),
    ("AVX10_1_512_AMX", "AMX", "amx_bf16"),
)
_ALIASES = {"AVX512_CORE_FP16": "AVX10_1_512", "AVX512_CORE_AMX": "AVX10_1_512_AMX"}
# Largest difference from plain products, as a share of the largest number, and their roundings.
_AGREE = {torch.bfloat16: 2e-2, torch.float32: 1e-5}


@dataclass(frozen=True)
class Kernels:
    """What the bases of a run are computed with.

    Attributes:
        device: where they are.
        tier: what the processor, or the GPU, is called.
        dtype: of their products.
        paths: the fast paths in use; all others are plain modules of transformers and PEFT.
        left_out: why each other path is not in use.
    """

    device: torch.device
    tier: str
    dtype: torch.dtype
    paths: frozenset[Path] = frozenset()
    left_out: dict[Path, str] = field(default_factory=dict)

    def without(self, paths: Collection[Path], reason: str) -> "Kernels":
        """The same without some paths, and without those that need them."""
        left = dict(self.left_out)
        for path in PATHS:
            if path in self.paths and path in paths:
                left[path] = reason
        kept = self.paths - set(paths)
        for path, needed in reversed(_NEEDS.items()):
            if path in kept and needed not in kept:
                kept -= {path}
                left[path] = f"needs {needed}"
        return replace(self, paths=kept, left_out=left)

    @property
    def dtype_name(self) -> str:
        """The type of products, such as ``float32``."""
        return str(self.dtype).removeprefix("torch.")

    @property
    def is_slow(self) -> bool:
        """Whether products are in a type that this processor has no instructions for."""
        is_bfloat16 = self.device.type == "cpu" and self.dtype == torch.bfloat16
        return is_bfloat16 and not multiplies_bfloat16()

    def record(self) -> dict[str, Any]:
        """JSON-ready values for the run folder."""
        return {
            "device": self.device.type,
            "tier": self.tier,
            "dtype": self.dtype_name,
            "paths": [path for path in PATHS if path in self.paths],
            "left_out": dict(self.left_out),
        }

    def hold(self, model: nn.Module) -> None:
        """Bring a model to where these kernels compute."""
        model.to(self.device)

    def line(self) -> str:
        """The same in a few words."""
        used = ", ".join(path for path in PATHS if path in self.paths) or "plain modules"
        return f"{self.tier}; products in {self.dtype_name}; {used}"


def choose(
    dtype: Dtype | torch.dtype = "auto",
    *,
    device: torch.device | None = None,
    without: Collection[Path] = (),
) -> Kernels:
    """Decide what bases are computed with on this machine.

    Args:
        dtype: ``auto``: bfloat16 on a GPU and where the processor multiplies it faster than
            float32, else float32. ``nf4`` bases multiply in bfloat16.
        device: where; a GPU if torch can use one, by default.
        without: paths that are switched off.
    """
    where = device or torch.device("cuda" if has_gpu() else "cpu")
    if where.type != "cpu":
        wanted = dtype if isinstance(dtype, torch.dtype) else _named(dtype, torch.bfloat16)
        found = Kernels(where, _gpu_name(where), wanted, frozenset(PATHS))
        found = found.without(set(PATHS) - set(_ON_GPU), "needs a CPU")
        return found.without(without, "switched off")
    fast = torch.bfloat16 if dtype == "auto" and multiplies_bfloat16() else torch.float32
    wanted = dtype if isinstance(dtype, torch.dtype) else _named(dtype, fast)
    found = Kernels(where, tier_name(), wanted, frozenset(PATHS)).without(without, "switched off")
    problem = packing_problem(wanted) if "packed" in found.paths else ""
    return found.without(["packed"], problem) if problem else found


def choose_for(base: Any) -> Kernels:
    """The same for a base that is somewhere already, in the type that it has."""
    return choose(base.dtype, device=base.device)


def has_gpu() -> bool:
    """Whether torch can use a GPU."""
    return torch.cuda.is_available()


def use_gpu(number: int) -> None:
    """Let this process compute on the GPU of that number, where there are any."""
    if has_gpu():
        torch.cuda.set_device(number)


def use_no_gpu() -> None:
    """Let this process compute on the processor; before torch has looked for GPUs."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""


def gpu_in_use() -> int:
    """The number of the GPU that this process computes on: the one of its rank."""
    return torch.cuda.current_device()


def beside(like: Tensor, values: Sequence[Any] | Tensor) -> Tensor:
    """Values as a tensor, or a tensor itself, where `like` is."""
    return torch.as_tensor(values, device=like.device)


def wait_for(like: Tensor) -> None:
    """Return when a GPU that holds `like` has done what it was given; a processor always has."""
    if like.device.type == "cuda":
        torch.cuda.synchronize(like.device)


def _gpu_name(device: torch.device) -> str:
    try:
        return str(torch.cuda.get_device_name(device))
    # No GPU of NVIDIA's, or its driver fails.
    except (AssertionError, RuntimeError, ValueError):
        return device.type


def _named(dtype: Dtype, fast: torch.dtype) -> torch.dtype:
    """The type that a setting means, `fast` being that of ``auto``."""
    if dtype == "auto":
        return fast
    return torch.float32 if dtype == "float32" else torch.bfloat16


@lru_cache(maxsize=1)
def multiplies_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 faster than float32; takes a tenth of a second.

    What is compared is the processor time of one thread, in which other processes do not count:
    the elapsed time of products so short is mostly theirs on a busy machine.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        types = (torch.bfloat16, torch.float32)
        times = product_seconds(types, rows=256, tries=5, clock=time.thread_time)
    finally:
        torch.set_num_threads(threads)
    return times[0] < times[1]


def product_seconds(
    dtypes: Collection[torch.dtype],
    *,
    rows: int,
    tries: int,
    packed: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Seconds of a (rows, 1024) x (1024, 1024) product in each type, the best of `tries`."""
    torch.manual_seed(0)
    works: list[Callable[[], Tensor]] = []
    for dtype in dtypes:
        x, weight = torch.randn(rows, 1024).to(dtype), torch.randn(1024, 1024).to(dtype)
        works.append(_product(x, weight, packed))
    best = [float("inf")] * len(works)
    with torch.no_grad():
        for attempt in range(tries + 1):
            for i, work in enumerate(works):
                began = clock()
                work()
                took = clock() - began
                if attempt:  # the first one compiles
                    best[i] = min(best[i], took)
    return best


def _product(x: Tensor, weight: Tensor, packed: bool) -> Callable[[], Tensor]:
    if packed:
        laid_out = pack(weight)
        return lambda: packed_linear(x, laid_out)
    return lambda: nn.functional.linear(x, weight)


@lru_cache(maxsize=4)
def packing_problem(dtype: torch.dtype) -> str:
    """Why weights of a type are not packed on this processor; "" where packing them works."""
    if dtype not in _AGREE:
        return f"no packed layout for {dtype}"
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(80, 48, generator=generator).to(dtype)
    try:
        packed = pack(weight)
        for rows in (1, 3, 16, 70):
            x = torch.randn(rows, 48, generator=generator).to(dtype)
            y = torch.randn(rows, 80, generator=generator).to(dtype)
            exact = x.double() @ weight.double().T
            for found, right in (
                (packed_linear(x, packed), exact),
                (packed_linear_onto(y.clone(), x, packed), exact + y.double()),
            ):
                wrong = float((found.double() - right).abs().max() / right.abs().max())
                if not wrong <= _AGREE[dtype]:
                    return f"packed products differ by {wrong:.0e}"
    except (RuntimeError, AttributeError, NotImplementedError) as error:
        return str(error).strip().partition("\n")[0]
    return ""


def gigaflops(kernels: Kernels, rows: int) -> float:
    """Speed of products of `rows` rows on this processor; takes a fraction of a second."""
    packed = "packed" in kernels.paths
    best = product_seconds((kernels.dtype,), rows=rows, tries=40, packed=packed)
    return 2 * rows * 1024 * 1024 / best[0] / 1e9


def tier_name() -> str:
    """What oneDNN uses of this processor: the newest set of instructions that both have."""
    try:
        has = dict(torch.cpu.get_capabilities())
    except (AttributeError, RuntimeError):
        has = {}
    names = [name for name, _, _ in _TIERS]
    told = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or ""
    told = _ALIASES.get(told.upper(), told.upper())
    limit = names.index(told) if told in names else len(names)
    found = [ours for i, (_, ours, flag) in enumerate(_TIERS) if i <= limit and has.get(flag)]
    return found[-1] if found else platform.machine()
