"""The model card of an export: what it was trained on, what was measured, how to load it."""

import json
import shlex
from pathlib import Path

from parelha.export.merge import Comparison
from parelha.export.source import Source
from parelha.report.records import Run, read_run
from parelha.report.summary import SPLITS, changes, headline, points_text, share_text
from parelha.types import Agent

_LICENCES = {"Apache-2.0": "apache-2.0", "MIT": "mit", "BSD-3-Clause": "bsd-3-clause"}
_REWARDS = {
    "gated": (
        "Correctness first: the share of hidden test cases passed, worth at most 0.5 unless all "
        "pass; then 1 and up to {quality:g} more for what Pylint, Flake8, Mypy and the program's "
        "structure say. The reviewer is paid for its verdict against the truth and for what its "
        "review changed."
    ),
    "slides": "A weighted sum of linter findings, structure and critical feedback.",
    "slides_raw": "A weighted sum of linter findings on whole answers, words, critical feedback.",
}


def model_card(source: Source, kind: str, loading: str, compared: dict[Agent, Comparison]) -> str:
    """The text of ``README.md``; `compared` is empty for adapters.

    Raises:
        UsageError: the run folder is damaged.
    """
    run = read_run(source.run_dir)
    names = " and ".join(source.agents)
    parts = [
        _front_matter(source, kind),
        f"# {run.name}: {names}, {kind}\n",
        f"A {names} for data-analysis programming in Python, trained together by reinforcement "
        f"learning with Parelha on {_bases(source)}; the adapters are those of step "
        f"{source.step}.\n",
        _who(source),
        "## How to load it\n",
        loading,
        _told(source, kind),
        "## Data and rewards\n",
        _data(source, run),
        _REWARDS[source.config.reward.kind].format(quality=source.config.reward.quality_weight)
        + "\n",
        "## Results\n",
        _results(source, run),
        _differences(compared),
        "## Licence\n",
        _licence(source),
    ]
    return "\n".join(part for part in parts if part)


def _front_matter(source: Source, kind: str) -> str:
    """What the hub reads of a card; a base that is a folder of this machine is left out."""
    bases = {source.base_name(agent) for agent in source.agents}
    named = sorted(name for name in bases if not Path(name).is_absolute())
    licences = {source.licence(agent) for agent in source.agents}
    licence = _LICENCES.get(licences.pop(), "other") if len(licences) == 1 else "other"
    lines = ["---", f"license: {licence}"]
    if named:
        lines += ["base_model:", *(f"- {name}" for name in named)]
        relation = "adapter" if kind == "peft" else "finetune"
        lines += [f"base_model_relation: {relation}"]
    if kind in ("peft", "merged"):
        lines.append(f"library_name: {'peft' if kind == 'peft' else 'transformers'}")
    lines += ["pipeline_tag: text-generation", "tags:", "- code", "- reinforcement-learning"]
    return "\n".join([*lines, "---\n"])


def _bases(source: Source) -> str:
    told = []
    for agent in source.agents:
        revision = source.revision(agent)
        text = f"`{source.base_name(agent)}`" + (f" at revision `{revision}`" if revision else "")
        text += f" (weights file's SHA-256 `{source.files[agent].sha256[:16]}…`)"
        told.append(text)
    return " and ".join(dict.fromkeys(told))


def _who(source: Source) -> str:
    lines = []
    for agent in source.agents:
        roles = " and the ".join(source.played_by(agent))
        lines.append(f"- `{agent}`: the adapter that plays the {roles}")
    if any(source.converted(agent) for agent in source.agents):
        lines.append(
            "- trained over the weights of the published 4-bit GGUF, widened to 16 bits: over the "
            "hub's own 16-bit weights answers differ a little, and were not measured"
        )
    untrained = [
        a for a in source.roles if not any(a in source.played_by(b) for b in source.agents)
    ]
    lines += [f"- the {agent} was not trained: it is the base itself" for agent in untrained]
    if source.held == "nf4":
        lines.append("- trained over the base in 4 bits (nf4): load the base in the same way")
    return "\n".join(lines) + "\n"


def _data(source: Source, run: Run) -> str:
    config = source.config
    families = ", ".join(config.tasks.families) or "all families"
    return (
        f"Tasks: {', '.join(config.tasks.suites)} ({families}), levels "
        f"{', '.join(map(str, config.tasks.levels))}, in "
        f"{'Portuguese' if config.lang == 'pt' else 'English'}; {source.step} steps of "
        f"{config.train.tasks_per_step} tasks, {len(run.episodes):,} episodes in the whole run. "
        "The data of the tasks are generated; hidden tests stay hidden from both agents.\n"
    )


def _results(source: Source, run: Run) -> str:
    found = [
        change for change in changes(run.before, run.after) if change.measure == "final_passed"
    ]
    lines = [" ".join(headline(run)) + "\n"]
    if not found or run.after is None:
        return "\n".join(lines)
    after = int(run.after.get("step") or 0)
    lines.append(
        f"Final program passes all hidden cases, before training and after step {after}"
        + ("" if after == source.step else f" (exported is step {source.step})")
        + ", with 95 % intervals:\n"
    )
    lines += [
        "| held-out tasks | episodes | before | after | difference |",
        "|---|---|---|---|---|",
    ]
    for change in found:
        lines.append(
            f"| {SPLITS.get(change.split, change.split)} | {change.pairs} "
            f"| {share_text(change.before)} | {share_text(change.after)} "
            f"| {points_text(change.difference)} |"
        )
    return "\n".join(lines) + "\n"


def _differences(compared: dict[Agent, Comparison]) -> str:
    if not compared:
        return ""
    lines = [
        "Beside the base with its adapter unmerged, in float32, on four prompts and answers:\n"
    ]
    lines += [f"- {agent}: {one.told}" for agent, one in compared.items()]
    return "\n".join(lines) + "\n"


def _told(source: Source, kind: str) -> str:
    """What each role is told first, and how it was sampled."""
    lines = [
        "Each role was trained with a system message of its own and answers as in training only "
        "with that; sampled from all tokens (`top_p` 1, `top_k` 0, `repetition_penalty` 1).\n"
    ]
    for agent in source.agents:
        for played in source.played_by(agent):
            role = source.roles[played]
            system = role.system[source.config.lang]
            lines.append(f"The {played}, at temperature {role.temperature:g}:\n\n> {system}\n")
    first = source.agents[0]
    if kind in ("peft", "merged") and source.has_chat_template(first):
        system = source.roles[first].system[source.config.lang]
        told = json.dumps(system, ensure_ascii=False)
        lines += [
            "```python",
            f'messages = [{{"role": "system", "content": {told}}},',
            '            {"role": "user", "content": "Write a function that returns the median."}]',
            "prompt = tokenizer.apply_chat_template(",
            "    messages, add_generation_prompt=True, tokenize=False)",
            "```\n",
        ]
    return "\n".join(lines)


def _licence(source: Source) -> str:
    """Of each base; they may differ."""
    bases = {source.base_name(agent): source.licence(agent) for agent in source.agents}
    lines = [
        f"The base's licence holds: {told} ({name}).\n"
        if told
        else f"That of the base, {name}; look there.\n"
        for name, told in bases.items()
    ]
    return "\n".join(lines)


def how_to_load(source: Source, kind: str, quant: str) -> str:
    """A fenced block of code that loads the first agent's export."""
    agent = source.agents[0]
    base, revision = source.base_name(agent), source.revision(agent)
    pinned = f', revision="{revision}"' if revision else ""
    file = f"{agent}-{quant}.gguf"
    system = source.roles[agent].system[source.config.lang]
    python = {
        "peft": [
            "from peft import PeftModel",
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            f'base = AutoModelForCausalLM.from_pretrained("{base}"{pinned})',
            f'model = PeftModel.from_pretrained(base, "{agent}")  # the folder beside this file',
            f'tokenizer = AutoTokenizer.from_pretrained("{agent}")',
        ],
        "merged": [
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            f'model = AutoModelForCausalLM.from_pretrained("{agent}", dtype="auto")',
            f'tokenizer = AutoTokenizer.from_pretrained("{agent}")',
        ],
    }
    shell = {
        "gguf": [
            f"llama-cli -m {file} -sys {shlex.quote(system)}",
            f"llama-cli -m BASE.gguf --lora {agent}-lora.gguf  # the same over the base's own GGUF",
        ],
        "ollama": [
            f"cd {agent}",
            f"ollama create parelha-{agent} -f Modelfile",
            f"ollama run parelha-{agent}",
        ],
    }
    lines = python.get(kind) or shell[kind]
    return "\n".join([f"```{'python' if kind in python else 'sh'}", *lines, "```\n"])
