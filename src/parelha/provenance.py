"""What a run is made from, as hashes: a resumed run goes on with the same, or not at all.

The configuration names tasks, linter settings and models; here is what stood behind the names. The
hashes are kept in the run's ``config.json``.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from parelha.analysis.commands import find_config
from parelha.analysis.findings import TOOLS
from parelha.config import Config
from parelha.config_base import user_path
from parelha.errors import UsageError
from parelha.own_modules import source_of
from parelha.suites import FAMILIES
from parelha.tasks.benchmarks import HUB
from parelha.tasks.benchmarks.load import fetch
from parelha.tasks.families import suite_folder

ENDS = ("toml", "py")  # of a task's files

# What reads and writes a model's text, as its authors laid it out.
TOKENIZER_FILES = (
    "tokenizer*",
    "chat_template*",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.*",
    "merges.txt",
    "*.model",
)
# What decides, beside the weights, what a model reads and computes.
_MODEL_FILES = ("config.json", "additional_chat_templates/*", *TOKENIZER_FILES)
# These differ between two copies of one model.
_SAYS_NOTHING = ("transformers_version", "_name_or_path", "name_or_path")

Hashes = dict[str, str]


def made_from(config: Config) -> dict[str, Hashes]:
    """SHA-256 of everything but the models that a run's configuration names, by kind and file.

    Raises:
        UsageError: something cannot be read.
    """
    return {
        "tasks": _tasks(config),
        "linter settings": _linter_settings(config),
        "modules": _own_modules(config),
    }


def model_files(folder: Path) -> Hashes:
    """SHA-256 of a model's configuration, tokenizer and chat template, by file.

    Raises:
        UsageError: a file cannot be read.
    """
    found = {path for pattern in _MODEL_FILES for path in folder.glob(pattern) if path.is_file()}
    return {str(path.relative_to(folder)): _sha256(path) for path in sorted(found)}


def linter_versions() -> Hashes:
    """The releases of the tools whose findings are paid."""
    return {tool: version(tool) for tool in TOOLS}


def what_differs(stored: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """A line for each part of what a run was begun with that is another one now.

    Such a run goes on, and no longer equals an uninterrupted one.
    """
    lines = []
    for key in ("version", "linters", "sandbox_level", "kernels"):
        before, now = stored.get(key), found.get(key)
        if before not in (None, now):
            told = f"{before} before, {now} now" if key != "kernels" else "other paths than before"
            lines.append(f"warning: the run goes on with another {key.replace('_', ' ')}: {told}")
    return lines


def check_made_from(stored: Mapping[str, Any], found: Mapping[str, Hashes], where: Path) -> None:
    """Refuse to go on with a run when something that it was made from has changed.

    Raises:
        UsageError: naming the first file that differs.
    """
    for kind, files in found.items():
        before = stored.get(kind, files)
        for name in sorted(before.keys() | files.keys()):
            if before.get(name) != files.get(name):
                how = "is new" if name not in before else "has changed"
                how = "is gone" if name not in files else how
                raise UsageError(
                    f"{name} ({kind}) {how} since {where} was made: put it back as it was, or "
                    "begin another run"
                )


def _tasks(config: Config) -> Hashes:
    found: Hashes = {}
    for suite in dict.fromkeys([*config.tasks.suites, *config.tasks.eval_suites]):
        place = user_path(suite)
        if suite == FAMILIES:
            found[FAMILIES] = _together(p for end in ENDS for p in suite_folder().rglob(f"*.{end}"))
        elif place.is_dir():
            files = (path for end in ENDS for path in place.glob(f"*.{end}"))
            found |= {f"{suite.rstrip('/')}/{path.name}": _sha256(path) for path in files}
        elif place.is_file():
            found[suite] = _sha256(place)
        elif suite.lower() in HUB:
            found[suite.lower()] = _sha256(fetch(suite.lower()))
    return found


def _linter_settings(config: Config) -> Hashes:
    if not config.reward.linter_settings:
        return {}
    folder = user_path(config.reward.linter_settings)
    used = {tool: find_config(tool, folder) for tool in TOOLS}
    return {f"{path.name} of {tool}": _sha256(path) for tool, path in used.items() if path}


def _own_modules(config: Config) -> Hashes:
    """Of a user's own modules: an edited one is another algorithm, component or engine."""
    algorithm = config.learning.algorithm
    named = [*([algorithm] if "." in algorithm else []), *config.reward.own]
    named += [config.engine.own] if config.engine.own else []
    files = {name: source_of(name) for name in named}
    return {name: _sha256(path) for name, path in files.items() if path}


def _together(paths: Iterable[Path]) -> str:
    """One hash of many files, their names among it."""
    lines = (f"{_sha256(path)}  {path.parent.name}/{path.name}\n" for path in sorted(paths))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256(path: Path) -> str:
    """Of a file; of JSON, what it says, since libraries write it anew in their own way."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    if path.suffix == ".json":
        try:
            table = json.loads(data)
        except ValueError:
            table = None
        if isinstance(table, dict):
            said = {key: value for key, value in table.items() if key not in _SAYS_NOTHING}
            data = json.dumps(said, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()
