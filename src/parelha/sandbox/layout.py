"""What a program may see of this machine's files: the standard library and four packages.

The import path of a sandboxed program is one folder of links (the "farm") to exactly the entries
it may read. The folders behind the links are never readable as a whole, because a project
installed beside numpy, this one included, must stay out of reach.
"""

import functools
import importlib.metadata
import re
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn")
_FOREIGN = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True)
class Layout:
    """Absolute paths.

    Attributes:
        entries: name on the import path to what it links to.
        system: shared libraries and time zones, readable as they are.
        standard: the folders of the standard library.
        packages: the files and folders of the packages, a part of `entries`.
        hidden: folders inside `standard` that belong to others.
    """

    entries: dict[str, str]
    packages: tuple[str, ...]
    system: tuple[str, ...]
    standard: tuple[str, ...]
    hidden: tuple[str, ...]

    def build_farm(self, folder: Path) -> None:
        """Fill `folder` with the links."""
        for name, target in self.entries.items():
            (folder / name).symlink_to(target)


@functools.cache
def find_layout(also: tuple[str, ...] = ()) -> Layout:
    """The layout of this installation, with distributions `also` allowed beside `PACKAGES`."""
    standard = dict.fromkeys(
        str(Path(sysconfig.get_path(key)).resolve()) for key in ("stdlib", "platstdlib")
    )
    entries: dict[str, str] = {}
    hidden = []
    for folder in standard:
        for entry in sorted(path.name for path in Path(folder).iterdir()):
            if entry in _FOREIGN:
                hidden.append(f"{folder}/{entry}")
            else:
                entries.setdefault(entry, f"{folder}/{entry}")
    packages: dict[str, str] = {}
    for name in with_requirements((*PACKAGES, *also)):
        packages.update(files_of(name))
    entries.update(packages)
    return Layout(
        entries, tuple(packages.values()), _system_libraries(), tuple(standard), tuple(hidden)
    )


def with_requirements(names: Iterable[str]) -> list[str]:
    """Distributions and what they need (extras left out), each once; without what is missing."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            required = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # not for this platform (a marker), or not installed
        found[key] = None
        for requirement in required:
            match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
            if match and "extra ==" not in requirement:
                waiting.append(match[0])
    return list(found)


def files_of(name: str, *, metadata: bool = False) -> dict[str, str]:
    """What a distribution puts on the import path: name there to absolute path.

    Its metadata, by which others find its entry points, only where it is asked for.
    """
    left_out = (".pth",) if metadata else (".pth", ".dist-info")
    distribution = importlib.metadata.distribution(name)
    tops = {path.parts[0] for path in distribution.files or ()}
    base = Path(str(distribution.locate_file(""))).resolve()
    return {
        top: str(base / top)
        for top in sorted(tops)
        if top not in {"..", "__pycache__"} and not top.endswith(left_out)
    }


def _system_libraries() -> tuple[str, ...]:
    triplet = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
    # Not /lib itself: as a link to usr/lib it would open all of that.
    paths = ["/lib64", "/usr/lib64", f"/lib/{triplet}", f"/usr/lib/{triplet}"]
    paths += ["/etc/ld.so.cache", "/usr/share/zoneinfo"]
    library = Path(sysconfig.get_config_var("LIBDIR") or "/usr/lib")
    paths += [str(path) for path in sorted(library.glob("libpython3*.so*"))]
    return tuple(path for path in paths if Path(path).is_symlink() or Path(path).exists())
