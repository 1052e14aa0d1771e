"""Exports a run: everything is written under a hidden name and appears whole, or not at all."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import huggingface_hub
from transformers import AutoConfig

from parelha.agents.formats import make_format
from parelha.errors import UsageError
from parelha.export.card import how_to_load, model_card
from parelha.export.gguf_model import Quant, check_gguf, write_adapter, write_model
from parelha.export.merge import Comparison, Dtype, check_merging, merged, write_merged
from parelha.export.ollama import modelfile
from parelha.export.source import Source, open_source
from parelha.files import check_absent, whole_folder
from parelha.models.load import load_tokenizer
from parelha.types import Agent

Kind = Literal["peft", "merged", "gguf", "ollama"]
Say = Callable[[str], None]

MERGING = "merging.json"


def export_run(
    run_dir: Path,
    kind: Kind,
    *,
    to: Path | None = None,
    step: int | None = None,
    dtype: Dtype = "bfloat16",
    quant: Quant = "Q8_0",
    say: Say,
) -> Path:
    """Export the trained adapters of a run.

    Args:
        run_dir: the run.
        kind: the format.
        to: the folder to make; None means ``export/KIND`` in the run, with `dtype` or `quant`
            behind KIND where the format has one.
        step: whose adapters; None means the newest.
        dtype: of merged weights.
        quant: of GGUF files.
        say: told of each stage and figure, a line each.

    Returns:
        the folder.

    Raises:
        UsageError: no run, checkpoint, place or memory for it, or a base that this format cannot
            hold; nothing is left behind.
    """
    final = to or run_dir / "export" / _folder_name(kind, dtype, quant)
    check_absent(final)
    source = open_source(run_dir, step, say)
    for base in sorted({source.base_name(agent) for agent in source.agents}):
        if kind == "peft" and Path(base).is_absolute():
            say(f"the base is {base} on this machine: who loads the adapters needs a copy of it")
    if kind != "peft":
        check_merging(source)
    if kind in ("gguf", "ollama"):
        for agent in source.agents:
            folder = source.files[agent].folder
            config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
            check_gguf(config, load_tokenizer(folder), quant)
    with whole_folder(final) as hidden:
        compared = {}
        for agent in source.agents:
            if kind == "peft":
                source.write_adapter(agent, hidden / agent)
                source.write_tokenizer(agent, hidden / agent)
                continue
            say(f"merging the {agent}")
            compared[agent] = _write(source, agent, hidden, kind, dtype, quant)
            say(f"the {agent}, beside the unmerged pair: {compared[agent].told}")
        card = model_card(source, kind, how_to_load(source, kind, quant), compared)
        (hidden / "README.md").write_text(card, encoding="utf-8")
        if compared:
            record = {agent: asdict(one) for agent, one in compared.items()}
            (hidden / MERGING).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return final


def _folder_name(kind: Kind, dtype: Dtype, quant: Quant) -> str:
    """One for each way in which the same weights may be held, so that several can be kept."""
    held = {"peft": "", "merged": f"-{dtype}"}.get(kind, f"-{quant.lower()}")
    return f"{kind}{held}"


def _write(
    source: Source, agent: Agent, hidden: Path, kind: Kind, dtype: Dtype, quant: Quant
) -> Comparison:
    """Write what belongs to one agent, in any format with merged weights."""
    name = f"{source.base_name(agent).rpartition('/')[2]} {agent}"
    file = f"{agent}-{quant}.gguf"
    with merged(source, agent) as model:
        if kind == "merged":
            return write_merged(model, source, agent, hidden / agent, dtype)
        if kind == "gguf":
            adapter = hidden / f"{agent}-lora.gguf"
            write_adapter(source.checkpoint(agent), adapter, model.model.config, name)
            return write_model(model, hidden / file, name, quant)
        form = make_format(model.tokenizer)
        for played in source.played_by(agent):
            (hidden / played).mkdir()
            beside = f"./{file}" if played is agent else f"../{agent}/{file}"
            role = source.roles[played]
            system = role.system[source.config.lang]
            writes = played is Agent.CODER
            text = modelfile(form, beside, system, role.temperature, writes_programs=writes)
            (hidden / played / "Modelfile").write_text(text, encoding="utf-8")
        return write_model(model, hidden / agent / file, name, quant)


def push(folder: Path, repository: str, api: Any = None) -> str:
    """Upload an export to a private repository of the hub; returns where it is.

    Raises:
        UsageError: the hub refuses or is not reached; what was exported stays where it is.
    """
    client = api or huggingface_hub.HfApi()
    try:
        client.create_repo(repository, private=True, exist_ok=True)
        return str(client.upload_folder(repo_id=repository, folder_path=str(folder)))
    # Its errors are OSError and ValueError, and those of whatever client it has underneath.
    except Exception as error:  # pylint: disable=broad-exception-caught
        line = str(error).strip().partition("\n")[0]
        raise UsageError(
            f"{repository} was not pushed ({line}): log in with `hf auth login`, or upload {folder}"
        ) from error
