"""A run's pair, opened to answer: base, adapters and engine, without graders or sandboxes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parelha.agents.formats import Format
from parelha.agents.roles import Roles, roles_of
from parelha.checkpoint import load_checkpoint
from parelha.closing import Closing
from parelha.config import Config
from parelha.config_file import from_dict, lay_over
from parelha.engines.protocol import Engine
from parelha.engines.torch_engine import TorchEngine
from parelha.evaluate import check_files
from parelha.export.source import chosen_step
from parelha.loading import find_files, load_policy, prepare_torch
from parelha.models.load import check_four_bit
from parelha.tracking import RunFolder
from parelha.types import Agent


@dataclass
class Pair(Closing):
    """What answers; `limits` are tokens of prompt and answer together, at most, by role."""

    name: str
    config: Config
    roles: Roles
    formats: dict[Agent, Format]
    engine: Engine
    limits: dict[Agent, int]

    def close(self) -> None:
        """Free what the engine holds."""
        self.engine.close()


def open_pair(run_dir: Path, step: int | None, say: Callable[[str], None], dtype: str = "") -> Pair:
    """Load a run's pair as it was after a step, the newest by default.

    Raises:
        UsageError: no run, no such checkpoint, or a base that is not the run's.
    """
    stored = RunFolder.open(run_dir).read_config()
    config = lay_over(from_dict(stored["config"]), {"model.dtype": dtype} if dtype else {})
    chosen = chosen_step(run_dir, step)
    if config.model.dtype == "nf4":
        check_four_bit()
    roles = roles_of(config)
    files = find_files(roles, say)
    check_files(stored, files, run_dir)
    prepare_torch(config)
    say(f"loading {next(iter(files.values())).name}")
    policy, formats = load_policy(config, files)
    load_checkpoint(run_dir / "checkpoints", chosen, policy, {})
    most = config.engine.max_batch_tokens
    engine = TorchEngine(policy, {agent: form.decode for agent, form in formats.items()}, most)
    for agent in roles:
        engine.weights_changed(agent)
    limits = {agent: min(policy.window(agent) or most, most) for agent in roles}
    return Pair(f"{config.name} step {chosen}", config, roles, formats, engine, limits)
