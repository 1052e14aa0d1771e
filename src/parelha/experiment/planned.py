"""Arms and their runs, and what a table of an experiment's file says of an arm."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parelha.config import Config
from parelha.config_base import user_path
from parelha.errors import UsageError
from parelha.experiment.trained import OF_EVALUATION
from parelha.tracking import RunFolder

PAIR = "pair"

_OF_ARM = ("untrained", "trained_in", "plays")
_SET_HERE = ("name", "seed", "runs_dir")


@dataclass(frozen=True)
class Arm:
    """One of the ways that are compared.

    Attributes:
        name: of the arm.
        overrides: what differs from the base configuration.
        untrained: it is evaluated alone.
        trained_in: run folders of an earlier experiment without ``-SEED`` at the end, which are
            evaluated alone; empty means that the arm has runs of its own.
        plays: who counts in its evaluation, `PAIR` or one of ``eval.arms``.
    """

    name: str
    overrides: dict[str, Any]
    untrained: bool = False
    trained_in: str = ""
    plays: str = PAIR

    @property
    def trains(self) -> bool:
        """True where its runs are trained, and not evaluated alone."""
        return not self.untrained and not self.trained_in

    def source(self, seed: int) -> Path | None:
        """The folder of the trained run that its run with this seed evaluates."""
        return user_path(f"{self.trained_in}-{seed}") if self.trained_in else None


@dataclass(frozen=True)
class Planned:
    """One run: an arm with a seed."""

    arm: Arm
    seed: int
    config: Config

    @property
    def name(self) -> str:
        """Its name below the experiment's folder."""
        return f"{self.arm.name}-{self.seed}"

    @property
    def folder(self) -> Path:
        """Its run folder."""
        return self.config.run_dir

    @property
    def steps(self) -> int:
        """Steps that it is trained for."""
        return 0 if self.arm.untrained else self.config.train.steps

    @property
    def steps_done(self) -> int:
        """Steps on record."""
        return len(RunFolder(self.folder).read_metrics())

    @property
    def sides(self) -> dict[str, str]:
        """Names under which whoever plays in its evaluation is compared, by who that is."""
        return {
            who: self.arm.name if who == self.arm.plays else f"{self.arm.name}/{who}"
            for who in (PAIR, *self.config.eval.arms)
        }

    @property
    def is_done(self) -> bool:
        """True when the evaluation that it ends with is on record."""
        table = RunFolder(self.folder).read_eval("before" if self.arm.untrained else "after")
        return table is not None and table.get("step") == self.steps

    @property
    def begun(self) -> bool:
        """True when there is something to go on with."""
        return (self.folder / "config.json").is_file()


def read_arm(name: str, table: Any) -> Arm:
    """What the table ``[arms.NAME]`` says.

    Raises:
        UsageError: no table, an unknown key, a value of another kind, or a key that is not an
            arm's to set.
    """
    if not isinstance(table, dict):
        raise UsageError(f"arms.{name} is a value: write a table [arms.{name}]")
    over = dict(table)
    untrained, plays = over.pop("untrained", False), over.pop("plays", PAIR)
    trained_in = over.pop("trained_in", "")
    if not isinstance(untrained, bool):
        raise UsageError(f"arms.{name}.untrained = {untrained!r}: true or false")
    if not isinstance(trained_in, str) or (untrained and trained_in):
        raise UsageError(
            f"arms.{name}.trained_in = {trained_in!r}: runs without their seeds, such as "
            '"runs/EXPERIMENT/ARM", of an arm that is not `untrained`'
        )
    if not isinstance(plays, str):
        raise UsageError(f"arms.{name}.plays = {plays!r}: {PAIR}, or one of eval.arms")
    check_known(over, (*Config.model_fields, *_OF_ARM), f"arms.{name}.")
    for key in _SET_HERE:
        if key in over:
            raise UsageError(f"arms.{name}.{key}: the experiment sets it for every run")
    for key in over if trained_in else ():
        if key not in OF_EVALUATION:
            raise UsageError(
                f"arms.{name}.{key}: it belongs to {trained_in}; what can be given is "
                + ", ".join(OF_EVALUATION)
            )
    return Arm(name, over, untrained, trained_in, plays)


def check_known(table: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    """Raise UsageError for a key that is none of these, with the nearest one."""
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f"; did you mean {where}{near[0]}?" if near else f": {', '.join(keys)}"
            raise UsageError(f"unknown key {where}{key}{hint}")
