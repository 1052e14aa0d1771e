"""Commands that put a trained pair to use. They import what they need when they run."""

# pylint: disable=import-outside-toplevel

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from parelha.errors import UsageError


def export(
    run_dir: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    kind: Annotated[
        Literal["peft", "merged", "gguf", "ollama"], Parameter(name="--format")
    ] = "peft",
    to: Path | None = None,
    step: int | None = None,
    dtype: Literal["bfloat16", "float32"] | None = None,
    quant: Literal["Q8_0", "F16", "BF16", "Q4_K_M"] | None = None,
    push: str = "",
) -> None:
    """Export a run's trained adapters, each with a model card.

    Args:
        run_dir: The folder of the run.
        kind: peft: adapters. merged: base and adapter in one, safetensors. gguf: for llama.cpp.
            ollama: the same with a Modelfile for each role.
        to: The folder to make; by default one of its own in the run (docs/export.md).
        step: Which checkpoint; by default the newest.
        dtype: Of merged weights, bfloat16 by default.
        quant: Of GGUF files, Q8_0 by default; Q4_K_M needs the extra `gguf`.
        push: Upload to this repository of the hub (owner/name), made private; by default nothing
            leaves this machine.
    """
    if push and push.count("/") != 1:
        raise UsageError(f"--push {push}: must be owner/name")
    if dtype and kind != "merged":
        raise UsageError(f"--dtype {dtype}: is of --format merged, and not of {kind}")
    if quant and kind not in ("gguf", "ollama"):
        raise UsageError(f"--quant {quant}: is of --format gguf or ollama, and not of {kind}")
    from parelha.tracking import RunFolder

    RunFolder.open(run_dir)  # before the slow import below
    from parelha.export.write import export_run
    from parelha.export.write import push as upload

    folder = export_run(
        run_dir,
        kind,
        to=to,
        step=step,
        dtype=dtype or "bfloat16",
        quant=quant or "Q8_0",
        say=_say,
    )
    print(folder)
    if push:
        print(upload(folder, push))


def _say(line: str) -> None:
    print(line, flush=True)


def serve(
    run_dir: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    api_key_env: str = "",
    step: int | None = None,
) -> None:
    """Serve a run's pair over the OpenAI-compatible protocol, as coder, reviewer and pair.

    Args:
        run_dir: The folder of the run.
        host: The address to listen at; one that other machines reach needs a key.
        port: The port.
        api_key_env: Name of the variable that holds the key which clients must show.
        step: Which checkpoint; by default the newest.
    """
    if not 0 <= port < 2**16:
        raise UsageError(f"--port {port}: must be 0 to 65535")
    from parelha.tracking import RunFolder

    RunFolder.open(run_dir)  # before the slow import below
    from parelha.serving.server import serve as serve_until_interrupted

    serve_until_interrupted(run_dir, step=step, host=host, port=port, key_env=api_key_env)


def chat(
    run_dir: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    role: Literal["coder", "reviewer"] = "coder",
    step: int | None = None,
) -> None:
    """Talk with a run's coder or reviewer: a line, an answer.

    Args:
        run_dir: The folder of the run.
        role: Who answers; /role changes it, /reset begins anew, /quit ends.
        step: Which checkpoint; by default the newest.
    """
    from parelha.tracking import RunFolder

    RunFolder.open(run_dir)  # before the slow imports below
    from parelha.evaluate import say_aside
    from parelha.serving.chat import converse
    from parelha.serving.pair import open_pair
    from parelha.types import Agent

    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    with open_pair(run_dir, step, say_aside) as pair:
        converse(pair, Agent(role), sys.stdin, sys.stdout, prompt=sys.stdin.isatty())
