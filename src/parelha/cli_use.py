"""Commands that put a trained pair to use. They import what they need when they run."""

# pylint: disable=import-outside-toplevel

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from parelha.errors import UsageError


def export(
    run_dir: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    format: Literal["peft", "merged", "gguf", "ollama"] = "peft",  # pylint: disable=redefined-builtin
    to: Path | None = None,
    step: int | None = None,
    dtype: Literal["bfloat16", "float32"] = "bfloat16",
    quant: Literal["Q8_0", "F16", "BF16", "Q4_K_M"] = "Q8_0",
    push: str = "",
) -> None:
    """Export a run's trained adapters, each with a model card.

    Args:
        run_dir: The folder of the run.
        format: peft: adapters. merged: base and adapter in one, safetensors. gguf: for llama.cpp.
            ollama: the same with a Modelfile for each role.
        to: The folder to make; by default export/FORMAT in the run.
        step: Which checkpoint; by default the newest.
        dtype: Of merged weights.
        quant: Of GGUF files; Q4_K_M needs llama-cpp-python.
        push: Upload to this repository of the hub (owner/name), made private; by default nothing
            leaves this machine.
    """
    if push and push.count("/") != 1:
        raise UsageError(f"--push {push}: must be owner/name")
    from parelha.tracking import RunFolder

    RunFolder.open(run_dir)  # before the slow import below
    from parelha.export.write import export_run
    from parelha.export.write import push as upload

    folder = export_run(
        run_dir, format, to=to, step=step, dtype=dtype, quant=quant, say=_say
    )
    print(folder)
    if push:
        print(upload(folder, push))


def _say(line: str) -> None:
    print(line, flush=True)
