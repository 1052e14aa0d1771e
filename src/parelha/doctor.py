"""What this machine has, and what to do about what is missing (`parelha doctor`)."""

import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import psutil

from parelha.errors import ParelhaError
from parelha.models import catalogue, fetch, hub, package_index
from parelha.priority import usable_cores

State = Literal["ok", "warn", "missing"]

_GB = 10**9
_NEEDED = ("products", "linters", "isolation")  # without one of these no run can start
_ROWS = 32  # of a typical batch
_SHARE = 0.5  # of what products alone would allow, as `benchmarks/rollout.py` measures it
# Of an import of torch: it is missing, a library of its own is, or it is not of one piece.
_TORCH_FAULTS = (ImportError, OSError, ValueError)
_LINTERS = ("pylint", "flake8", "mypy", "pandas-stubs")


@dataclass(frozen=True)
class Check:
    """One finding.

    Attributes:
        name: what was looked at.
        state: "ok", "warn" (works, with a limit) or "missing".
        found: what is there.
        advice: what to do; "" when nothing is needed.
    """

    name: str
    state: State
    found: str
    advice: str = ""


def checks_text(checks: Sequence[Check]) -> str:
    """What was found, advice below each finding that needs it."""
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        lines.append(f"{check.state:8} {check.name:{width}}  {check.found}")
        if check.advice:
            lines.append(f"{'':8} {'':{width}}  → {check.advice}")
    return "\n".join(lines)


def examine(cache_dir: Path | None = None) -> list[Check]:
    """Look at the machine; takes a few seconds, changes nothing, downloads nothing.

    Args:
        cache_dir: where converted models are kept; the default cache if None.
    """
    cache = cache_dir or fetch.default_cache_dir()
    looks: list[Callable[[], Check]] = [
        check_python,
        check_cores,
        check_memory,
        check_accelerator,
        lambda: check_disk(cache),
        lambda: check_models(cache),
        check_hub,
        check_package_index,
        check_linters,
        check_isolation,
    ]
    # together, because most of the time goes to waiting for the network
    with ThreadPoolExecutor(max_workers=len(looks)) as pool:
        found = list(pool.map(lambda look: look(), looks))
    return [*found, check_products()]  # alone, because it is timed


def obstacles(checks: Sequence[Check]) -> list[str]:
    """Names of what is missing and without which no run can start."""
    return [check.name for check in checks if check.state == "missing" and check.name in _NEEDED]


def check_python() -> Check:
    """Look at the interpreter."""
    # an older one cannot import this file, so there is nothing to refuse
    return Check("Python", "ok", f"{platform.python_version()} ({sys.executable})")


def check_cores() -> Check:
    """Count the cores that this process may use."""
    num_cores = usable_cores()
    if num_cores < 2:
        return Check("cores", "warn", "1", "two cores or more grade while they generate")
    return Check("cores", "ok", str(num_cores))


def check_memory() -> Check:
    """Look at the memory that is free now."""
    memory = psutil.virtual_memory()
    found = f"{memory.available / _GB:.1f} of {memory.total / _GB:.1f} GB free"
    if memory.available < 6 * _GB:
        return Check("memory", "warn", found, "the quick start wants 6 GB free")
    return Check("memory", "ok", found)


def check_accelerator() -> Check:
    """Ask torch for an accelerator."""
    try:
        import torch  # pylint: disable=import-outside-toplevel  # seconds, needed here only
    except _TORCH_FAULTS as error:
        return _without_torch("accelerator", error)
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        found = (
            f"{torch.cuda.device_count()} x {properties.name}, "
            f"{properties.total_memory / _GB:.0f} GB (torch {torch.__version__}); bases in 4 bits: "
        )
        found += "yes" if find_spec("bitsandbytes") else "no, without bitsandbytes"
        return Check("accelerator", "ok", found)
    advice = "fine for the 0.5B; larger models, and bases in 4 bits, want an NVIDIA GPU"
    if shutil.which("nvidia-smi"):
        advice = "there is a driver, but torch is a CPU build: see Set-up in the README"
    return Check("accelerator", "warn", f"none (torch {torch.__version__})", advice)


def check_products() -> Check:
    """Try what a run would compute with, and time it."""
    try:
        # pylint: disable-next=import-outside-toplevel  # torch takes seconds
        from parelha.kernels.choose import choose, gigaflops
    except _TORCH_FAULTS as error:
        return _without_torch("products", error)
    try:
        kernels = choose()
        if kernels.device.type != "cpu":
            return Check("products", "ok", kernels.line())
        few, many = gigaflops(kernels, _ROWS), gigaflops(kernels, 512)
    except (RuntimeError, OSError) as error:
        line = str(error).partition("\n")[0]
        return Check("products", "missing", line, "this torch does not multiply here: reinstall it")
    default = catalogue.find(catalogue.DEFAULT_MODEL)
    assert default is not None
    tokens = _SHARE * few * 1e9 / (2 * default.parameters)
    found = (
        f"{kernels.line()}; {few:.0f} GFLOP/s with {_ROWS} rows and {many:.0f} with 512: about "
        f"{tokens:.0f} new tokens/s of {default.name}"
    )
    left = [f"{path}: {reason}" for path, reason in kernels.left_out.items()]
    if left:
        return Check("products", "warn", found, "slower without " + "; ".join(left))
    return Check("products", "ok", found)


def _without_torch(name: str, error: Exception) -> Check:
    if isinstance(error, ModuleNotFoundError) and error.name == "torch":
        return Check(name, "missing", "torch is not installed", "run `make setup`")
    line = str(error).partition("\n")[0]
    return Check(name, "missing", f"torch cannot be imported: {line}", "reinstall it: `make setup`")


def check_disk(cache: Path) -> Check:
    """Look at the disk that holds the cache."""
    folder = cache
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    default = catalogue.find(catalogue.DEFAULT_MODEL)
    assert default is not None and default.parts is not None
    needed = default.parts.num_bytes + 2 * default.parameters + _GB
    found = f"{free / _GB:.1f} GB free for {cache}"
    if free < needed:
        advice = f"make room for {needed / _GB:.1f} GB, or set PARELHA_CACHE to another disk"
        return Check("disk", "warn", found, advice)
    return Check("disk", "ok", found)


def check_models(cache: Path) -> Check:
    """List the models that need no download any more."""
    found = [
        f"{files.name} ({num_bytes / _GB:.2f} GB, from {files.source})"
        for files, num_bytes in fetch.kept_models(cache)
    ]
    found += [
        f"{model.name} (Hugging Face cache)"
        for model in catalogue.MODELS
        if hub.cached(model.hub) is not None
    ]
    if found:
        return Check("model files", "ok", "; ".join(found))
    advice = f"run `parelha models fetch {catalogue.DEFAULT_MODEL}` (or just train)"
    return Check("model files", "missing", f"none in {cache}", advice)


def check_hub() -> Check:
    """Ask the Hugging Face hub for a sign of life."""
    if hub.is_offline():
        return Check("hub", "warn", "HF_HUB_OFFLINE is set", "unset it to fetch from the hub")
    if hub.is_reachable():
        return Check("hub", "ok", "answers")
    advice = "models with a copy in the package index, and local folders, work without it"
    return Check("hub", "warn", "does not answer", advice)


def check_package_index() -> Check:
    """Ask the package index for the default model's first part."""
    default = catalogue.find(catalogue.DEFAULT_MODEL)
    assert default is not None and default.parts is not None
    if package_index.is_reachable(default.parts.packages[0][0]):
        return Check("package index", "ok", f"has {default.name}")
    advice = "look at `python -m pip config list`; or give the path of a local model"
    return Check("package index", "warn", f"does not give {default.name}", advice)


def check_linters() -> Check:
    """Look for the tools that grade."""
    found, missing = [], []
    for name in _LINTERS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        names = ", ".join(missing)
        return Check("linters", "missing", f"no {names}", "run `make setup`")
    return Check("linters", "ok", ", ".join(found))


def check_isolation() -> Check:
    """Try what the sandbox really holds back."""
    try:
        # pylint: disable-next=import-outside-toplevel  # its absence is a finding, not a crash
        from parelha.sandbox import probe

        result = probe()
    except (ImportError, OSError, ParelhaError) as error:
        line = str(error).partition("\n")[0]
        return Check("isolation", "missing", f"no sandbox: {line}", "see docs/sandbox.md")
    found = f"level {result.level} of 3 ({'; '.join(result.lines)})"
    if result.refusal:
        return Check("isolation", "missing", found, result.refusal)
    if result.level < 3:
        return Check("isolation", "warn", found, "see docs/sandbox.md for what is missing")
    return Check("isolation", "ok", found)
