"""What the linters can see: a virtual environment of links to themselves and to the libraries.

A linter follows imports. Whatever lies beside it, this package and the caller's own projects
included, would be read for an untrusted program and quoted to it (``reveal_type``). So linters run
in an environment of their own that holds what programs may use in the sandbox, stubs for it, and
the tools; warm and by command line alike. What is installed elsewhere changes no finding.
"""

import importlib.metadata
import re
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from parelha.analysis.findings import TOOLS, Tool
from parelha.sandbox.layout import PACKAGES, files_of, find_layout, with_requirements

_STUBS = ("pandas-stubs", "scipy-stubs")
_FLAKE8_PLUGINS = ("flake8.extension", "flake8.report")
# A list of plugins in a settings file: the line, and those after it that are indented.
_PLUGINS = re.compile(
    r"^[ \t]*(?:load[-_]plugins|plugins)[ \t]*[=:](.*(?:\n[ \t]+.*)*)", re.MULTILINE
)


@dataclass(frozen=True)
class Visible:
    """An environment on disk.

    Attributes:
        python: its interpreter.
        readable: everything in it, the standard library's entries and shared libraries.
        listable: the folders of the standard library, whose other entries are not to be read.
    """

    python: Path
    readable: tuple[str, ...]
    listable: tuple[str, ...]


def build(folder: Path, tool: Tool, config: Path | None) -> Visible:
    """Make the environment of one tool, with the plugins that a user's settings name.

    The caller removes the folder.

    Raises:
        OSError: it cannot be written.
    """
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    targets: dict[str, str] = {}
    for name in with_requirements((*TOOLS, *PACKAGES, *_STUBS, *_plugins(tool, config))):
        targets.update(files_of(name, metadata=True))
    for name, target in targets.items():
        (packages / name).symlink_to(target)
    layout = find_layout()
    readable = (str(folder), *targets.values(), *layout.entries.values(), *layout.system)
    return Visible(folder / "bin" / "python", readable, layout.standard)


def _plugins(tool: Tool, config: Path | None) -> set[str]:
    """Distributions that a tool with a user's settings loads; never this one."""
    if config is None:
        return set()
    if tool == "flake8":  # which loads every plugin that is installed
        found = {
            entry.dist.name
            for group in _FLAKE8_PLUGINS
            for entry in importlib.metadata.entry_points(group=group)
            if entry.dist is not None
        }
    else:
        owners = importlib.metadata.packages_distributions()
        text = config.read_text(encoding="utf-8", errors="replace")
        words = {word for value in _PLUGINS.findall(text) for word in re.findall(r"\w+", value)}
        found = {owner for word in words for owner in owners.get(word, ())}
    return found - {__name__.partition(".")[0]}
