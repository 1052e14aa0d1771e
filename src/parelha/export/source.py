"""What is exported: the adapters of a run at one step, and the base that they belong to."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open

from parelha.agents.roles import Roles, roles_of
from parelha.checkpoint import saved_steps
from parelha.config import Config
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.evaluate import check_files
from parelha.files import read_object
from parelha.loading import find_files
from parelha.models import catalogue
from parelha.models.fetch import ModelFiles
from parelha.models.policy import ADAPTER_FILE, trained_over
from parelha.provenance import TOKENIZER_FILES
from parelha.tracking import RunFolder, step_name
from parelha.types import Agent

ADAPTER_CONFIG = "adapter_config.json"
_SNAPSHOT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Source:
    """The adapters of a run at one step.

    Attributes:
        roles: who plays, with which adapter.
        files: where each role's base was found here.
        agents: those whose adapters are exported: the trained ones, each adapter once.
        held: how the base was held in training, such as ``bfloat16`` or ``nf4``.
    """

    run_dir: Path
    step: int
    config: Config
    roles: Roles
    files: dict[Agent, ModelFiles]
    agents: tuple[Agent, ...]
    held: str

    def checkpoint(self, agent: Agent) -> Path:
        """The folder of the agent's adapter in the run."""
        return self.run_dir / "checkpoints" / step_name(self.step) / agent

    def base_name(self, agent: Agent) -> str:
        """The hub's name of the agent's base; the folder of one that no hub has."""
        return self.files[agent].base_name

    def revision(self, agent: Agent) -> str | None:
        """The hub's commit of the base, where the files came from there; else None."""
        folder = self.files[agent].folder
        known = self.files[agent].source == "hub" and _SNAPSHOT.fullmatch(folder.name)
        return folder.name if known else None

    def converted(self, agent: Agent) -> bool:
        """Whether the agent's base was made from a published GGUF of fewer bits."""
        row = catalogue.find(self.base_name(agent))
        return bool(row and row.parts and row.parts.sha256 == self.files[agent].sha256)

    def licence(self, agent: Agent) -> str:
        """Of the agent's base; "" where the catalogue does not know it."""
        row = catalogue.find(self.base_name(agent))
        return row.licence if row else ""

    def has_chat_template(self, agent: Agent) -> bool:
        """Whether the agent's base has one: without it the project has a format of its own."""
        folder = self.files[agent].folder
        if any(folder.glob("chat_template*")):
            return True
        told = read_object(folder / "tokenizer_config.json") or {}
        return bool(told.get("chat_template"))

    def played_by(self, agent: Agent) -> list[Agent]:
        """The roles that the agent's adapter plays: two where they share it."""
        return [a for a, role in self.roles.items() if role.adapter == self.roles[agent].adapter]

    def write_adapter(self, agent: Agent, folder: Path) -> None:
        """Write the agent's adapter as PEFT loads it, its base under the hub's name.

        Raises:
            UsageError: it is damaged.
            OSError: it cannot be read or written.
        """
        weights = self.checkpoint(agent) / ADAPTER_FILE
        try:
            with safe_open(str(weights), framework="pt"):
                pass  # what is cut short does not open
        except SafetensorError as error:
            raise UsageError(f"{weights} is damaged: {error}") from None
        told = read_object(self.checkpoint(agent) / ADAPTER_CONFIG)
        if told is None:
            raise UsageError(f"{self.checkpoint(agent)} has no {ADAPTER_CONFIG}")
        folder.mkdir(parents=True)
        shutil.copyfile(weights, folder / ADAPTER_FILE)
        told["base_model_name_or_path"] = self.base_name(agent)
        told["revision"] = self.revision(agent)
        if isinstance(told.get("target_modules"), list):
            told["target_modules"].sort()  # PEFT keeps a set: another order each time
        text = json.dumps(told, indent=2) + "\n"
        (folder / ADAPTER_CONFIG).write_text(text, encoding="utf-8")

    def write_tokenizer(self, agent: Agent, folder: Path) -> None:
        """Copy the files of the base's tokenizer and its chat template as they are."""
        for pattern in TOKENIZER_FILES:
            for path in self.files[agent].folder.glob(pattern):
                if path.is_file():
                    shutil.copyfile(path, folder / path.name)


def open_source(run_dir: Path, step: int | None, say: Callable[[str], None]) -> Source:
    """Find what is to be exported, by default of the newest step, and the base that it belongs to.

    Raises:
        UsageError: no run, no such checkpoint, nothing trained, or a base that is not the run's.
    """
    stored = RunFolder.open(run_dir).read_config()
    config = from_dict(stored["config"])
    chosen = chosen_step(run_dir, step)
    roles = roles_of(config)
    agents = tuple(a for a, role in roles.items() if role.trained and role.adapter == a)
    if not agents:
        raise UsageError(
            f"nothing was trained in {run_dir} (model.train_agents): nothing to export"
        )
    for agent in roles:
        if roles[agent].adapter == agent and agent not in agents:
            say(f"the {agent} was not trained: it is the base as it was, and is left out")
    folder = run_dir / "checkpoints" / step_name(chosen)
    for agent in agents:
        for name in (ADAPTER_FILE, ADAPTER_CONFIG):
            if not (folder / agent / name).is_file():
                raise UsageError(f"{folder / agent} holds no {name}: choose another --step")
    files = find_files(roles, say)
    check_files(stored, files, run_dir)
    held = trained_over(folder / agents[0])
    return Source(run_dir, chosen, config, roles, files, agents, held)


def chosen_step(run_dir: Path, step: int | None) -> int:
    """The step that is asked for, or the newest.

    Raises:
        UsageError: the run has no such checkpoint, or none at all.
    """
    steps = saved_steps(run_dir / "checkpoints")
    if not steps:
        place = shlex.quote(str(run_dir))
        raise UsageError(
            f"{run_dir} has no checkpoint yet: train it with `parelha train --resume {place}`"
        )
    if step is None:
        return steps[-1]
    if step not in steps:
        there = ", ".join(map(str, steps))
        raise UsageError(f"--step {step}: {run_dir} has no such checkpoint; there are {there}")
    return step
