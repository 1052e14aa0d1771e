"""Settings on the command line: ``--steps 8`` becomes ``{"train.steps": "8"}``."""

import difflib
from collections.abc import Collection, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from parelha.config import Config
from parelha.config_file import default_of, from_dict, known_keys, nearest_key
from parelha.errors import UsageError

# How much is computed at once, which memory decides: it changes nothing that is learned.
_AT_ONCE = ("engine.max_batch_tokens", "learning.max_pass_tokens")
# What `train.minutes` changes beside `train.steps` (`pacing`).
_FITTED = ("train.draft_steps", "train.verdict_steps", "train.review_steps")


def split_arguments(arguments: Sequence[str]) -> tuple[Path | None, dict[str, str]]:
    """Split ``[CONFIG] [--key value | --key=value | --switch ...]`` into file and overrides.

    Raises:
        UsageError: two files, an unknown or ambiguous key, or a key without a value.
    """
    path: Path | None = None
    overrides: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        token = rest.pop(0)
        if not token.startswith("--"):
            if token.startswith("-") or path is not None:
                raise UsageError(f"unexpected argument {token!r}; settings are --key value")
            path = Path(token)
            continue
        name, given, value = token.removeprefix("--").partition("=")
        key = whole_key(name)
        if not given:
            if rest and not rest[0].startswith("--"):
                value = rest.pop(0)
            elif isinstance(default_of(key.split(".")), bool):
                value = "true"
            else:
                raise UsageError(f"--{name} needs a value")
        if key in overrides:
            raise UsageError(f"{key} is given twice")
        overrides[key] = value
    return path, overrides


def whole_key(name: str) -> str:
    """The dotted key that a name on the command line means, ``steps`` being ``train.steps``.

    Raises:
        UsageError: there is no such key (the nearest is named), or several end like it.
    """
    keys = known_keys()
    key = name.replace("-", "_")
    if key in keys:
        return key
    ends = [known for known in keys if known.rsplit(".", 1)[-1] == key]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise UsageError(f"--{name} may be any of {', '.join(ends)}: write it whole")
    flags = difflib.get_close_matches(name, ["resume", "dry-run"], n=1, cutoff=0.8)
    near = flags[0] if flags else nearest_key(key)
    raise UsageError(f"unknown key {name}" + (f"; did you mean --{near}?" if near else ""))


def resumed_config(
    stored: Config, asked: Config, from_file: bool, overrides: Collection[str]
) -> Config:
    """The configuration to go on with: the run's own, with what may change as asked for.

    Args:
        stored: what the run was made with.
        asked: what the command line says.
        from_file: True when it names a file: then all of `asked` counts, its name and folder aside.
        overrides: keys given one by one.

    Raises:
        UsageError: more than that was asked for, or fewer steps.
    """
    old, new = _settings(stored), _settings(asked)
    keys = [key for key in old if key in overrides]
    if from_file:
        keys += [key for key in old if key not in (*overrides, "name", "runs_dir")]
    table = stored.to_dict()
    for key in keys:
        if key == "train.steps" and new[key] >= old[key]:
            table["train"]["steps"] = new[key]
        elif key == "engine.servers" and new[key] and old[key]:
            table["engine"]["servers"] = new[key]  # they may have moved
        elif (section := key.partition(".")[0]) in ("tracking", "cluster") or key in _AT_ONCE:
            # Who is told, and where a run's parts are, changes nothing that is learned either.
            table[section][key.partition(".")[2]] = new[key]
        elif key == "model.dtype" and new[key] == "auto":
            continue  # the run keeps what it came to
        elif key in _FITTED and key not in overrides and stored.train.minutes:
            continue  # a run that had to end in time has phases of its own
        elif new[key] != old[key]:
            raise UsageError(
                f"the run was made with another configuration: {key} is {old[key]!r} there, "
                f"{new[key]!r} was asked for"
            )
    return from_dict(table)


def _settings(config: Config) -> dict[str, Any]:
    """The value of every dotted key; that of `reward.own` is a table."""
    table = config.to_dict()
    return {key: reduce(dict.__getitem__, key.split("."), table) for key in known_keys()}


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A configuration as one table of dotted keys."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        inner = flat(value, f"{prefix}{key}.") if isinstance(value, dict) else None
        found.update(inner if inner is not None else {prefix + key: value})
    return found
