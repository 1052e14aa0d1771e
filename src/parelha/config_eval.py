"""The tables of the configuration on what is measured: held-out evaluation, and who is told."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from parelha.config_base import Count, OwnTemperature, Section, Size, Temperature

HeldoutSplit = Literal["heldout_seeds", "heldout_params", "heldout_families"]
HELDOUT: tuple[HeldoutSplit, ...] = get_args(HeldoutSplit)


class EvalConfig(Section):
    """Held-out evaluation before and after training."""

    episodes: Count = 24
    """Episodes of each evaluation; 0 switches it off."""
    splits: tuple[HeldoutSplit, ...] = (
        "heldout_seeds",
        "heldout_params",
    )
    """Held-out splits, visited in turn; `heldout_families` are tasks of kinds never trained on."""
    quota: dict[str, Size] = Field(default_factory=dict)
    """Episodes of each split and suite, as in `{ heldout_params = 96, heldout_families = 64 }`, in
    place of `episodes` (but for 0) and `splits`. A suite is named as in `tasks`."""
    unseen_families: tuple[str, ...] = ()
    """Families of the split `heldout_families`, named as in `tasks.families`; empty means those
    that `tasks.families` holds. The other splits are of families that the run trains on."""
    parameterisations: tuple[str, ...] = ()
    """Evaluate on these alone of the families, each `family/parameterisation`; empty means all."""
    revisions: bool = True
    """False: the coder never sees a review, as in the deck's own runs."""
    samples: Size = 1
    """Independently sampled drafts of each task, the one that the episode begins with among them.
    More than one tell pass@k (docs/experiments.md)."""
    arms: tuple[Literal["coder", "best_of_n", "tools", "linters", "frozen_reviewer"], ...] = ()
    """Other ways to solve the same tasks, played beside the pair: the `coder` alone; the first of
    its drafts with right examples, for as many tokens as the pair spends (`best_of_n`); the coder
    revising after the run on the examples (`tools`) or the `linters`, without a reviewer; the
    untrained reviewer (`frozen_reviewer`)."""
    temperature: Temperature = 0.7
    """Sampling temperature of both agents in evaluation."""
    action_temperature: OwnTemperature = 0.0
    """That of their actions, verdicts among them; 0 means the same. A decision that is drawn is
    worse than the likelier one, which 0.01 gives."""
    top_p: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Evaluation samples free answers from the likeliest tokens that have this mass together."""
    top_k: Count = 0
    """Evaluation samples free answers from the k likeliest tokens; 0 means all."""
    no_repeat_ngram: Count = 0
    """Size of the n-grams that may not repeat in prompt and answer in evaluation; 0: all may. The
    deck's settings: `temperature = 0.8`, `top_p = 0.9`, `top_k = 50`, `no_repeat_ngram = 2`."""

    @field_validator("splits")
    @classmethod
    def _name_each_once(cls, splits: Sequence[str]) -> Sequence[str]:
        if len(set(splits)) < len(splits):  # its tasks would count twice
            raise ValueError("name each split once")
        return splits

    @model_validator(mode="after")
    def _follow_quota(self) -> Self:
        if not self.quota:
            return self
        if "families" in self.quota:
            raise ValueError(
                f"eval.quota: in place of 'families' name their splits: {', '.join(HELDOUT)}"
            )
        told = {
            "episodes": sum(self.quota.values()),
            "splits": tuple(name for name in self.quota if name in HELDOUT),
        }
        for key, value in told.items():
            given = getattr(self, key) if key in self.model_fields_set else value
            if key == "episodes" and given == 0:
                continue  # switched off, whatever it would have been
            # A run's record holds both, and they agree there.
            if given != value:
                raise ValueError(f"eval.{key} follows from eval.quota: leave it out")
            object.__setattr__(self, key, value)  # frozen from here on
        return self


class TrackingConfig(Section):
    """Who is told of a run's figures beside its own folder (docs/experiments.md#trackers)."""

    to: tuple[Literal["tensorboard", "mlflow", "wandb", "trackio"], ...] = ()
    """Trackers; each needs its package, as an extra of the same name (`parelha[tensorboard]`)."""
    project: str = "parelha"
    """What a tracker files the runs under."""
