"""The evaluation before training is the same for all runs on one base with one seed: played once.

What a run takes over from another one, its record names (``taken_from`` in ``eval/before.json``).
"""

import json
from collections.abc import Iterable
from typing import Any

from parelha import __version__
from parelha.config import Config
from parelha.config_file import lay_over
from parelha.experiment.plan import as_begun
from parelha.experiment.planned import Planned
from parelha.provenance import made_from
from parelha.tracking import RunFolder

# Of the configuration, what the untrained pair's evaluation does not depend on.
_ASIDE: dict[str, Any] = {
    **dict.fromkeys(("name", "runs_dir", "train", "learning", "tracking", "cluster"), True),
    "model": {"train_agents"},
    "episode": {"drafts", "reviews", "action_epsilon", "hints"},
    "tasks": {"only", "curriculum"},
}


def key_of(config: Config) -> str:
    """What the evaluation before training depends on, as text: equal keys, equal evaluations."""
    return json.dumps(config.model_dump(mode="json", exclude=_ASIDE), sort_keys=True)


def take_before(planned: Planned, runs: Iterable[Planned]) -> Config:
    """Begin a run with the evaluation before training that another one has on record.

    The folder is then that of a run which was interrupted behind this evaluation, made with the
    other's weights: going on checks that they are its own.

    Returns:
        its configuration; where something was taken over, with the type of products that `auto`
        came to there.

    Raises:
        UsageError: something else stands in the run's folder, or it cannot be written.
    """
    for source in runs:
        folder = RunFolder(source.folder)
        table = folder.read_eval("before") if source.begun else None
        if source is planned or table is None or table.get("step") != 0:
            continue
        # It may have begun in this sitting, and what was planned then does not say what `auto` is.
        record, begun = folder.read_config(), as_begun(source).config
        config = planned.config
        if config.model.dtype == "auto":
            config = lay_over(config, {"model.dtype": begun.model.dtype})
        same_code = record.get("version") == __version__
        if not same_code or record.get("made_from") != made_from(config):
            continue
        if key_of(config) != key_of(begun):
            continue
        own = RunFolder.create(planned.folder)
        kept = {key: record[key] for key in ("models", "made_from", "version")}
        own.write_config({"config": config.to_dict(), **kept})
        taken = {**table, "taken_from": table.get("taken_from", source.name)}
        own.write_eval("before", taken, folder.read_rounds("eval_before"))
        return config
    return planned.config
