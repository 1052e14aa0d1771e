"""Arms and their runs, and what a table of an experiment's file says of an arm."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from parelha.config import Config
from parelha.config_base import user_path
from parelha.config_file import checked
from parelha.errors import UsageError
from parelha.experiment.trained import OF_EVALUATION
from parelha.tracking import RunFolder

PAIR = "pair"

_SET_HERE = ("name", "seed", "runs_dir")


class Arm(BaseModel):
    """One of the ways that are compared, as the table ``[arms.NAME]`` says.

    Attributes:
        name: of the arm.
        untrained: it is evaluated alone.
        trained_in: run folders of an earlier experiment without ``-SEED`` at the end, which are
            evaluated alone; empty means that the arm has runs of its own.
        plays: who counts in its evaluation, `PAIR` or one of ``eval.arms``.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    name: str
    untrained: bool = False
    trained_in: str = ""
    plays: str = PAIR

    @model_validator(mode="after")
    def _check_trained(self) -> Self:
        if not self.trained_in:
            return self
        if self.untrained:
            raise ValueError("trained_in: it is of an arm that is not `untrained`")
        for key in self.overrides:
            if key not in OF_EVALUATION:
                raise ValueError(
                    f"{key}: it belongs to {self.trained_in}; what can be given is "
                    + ", ".join(OF_EVALUATION)
                )
        return self

    @property
    def overrides(self) -> dict[str, Any]:
        """What differs from the base configuration."""
        return self.model_extra or {}

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


def read_arm(name: str, table: dict[str, Any]) -> Arm:
    """What the table ``[arms.NAME]`` says.

    Raises:
        UsageError: a value of another kind, or a key that is not an arm's to set.
    """
    where = f"arms.{name}."
    for key in _SET_HERE:
        if key in table:
            raise UsageError(f"{where}{key}: the experiment sets it for every run")
    return checked(Arm, {**table, "name": name}, where)
