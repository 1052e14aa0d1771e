"""Files appear whole or not at all, and what cannot be written or read is one line to the user."""

import errno
import glob
import json
import math
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic_core import to_jsonable_python
from safetensors import SafetensorError

from parelha.errors import UsageError, WorkFailedError

Line = dict[str, Any]

_FULL = (errno.ENOSPC, errno.EDQUOT)
_LOCK = "lock"
_OLD_SECONDS = 3600.0  # of what has no lock: whoever made it is gone


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a file so that readers see the old content or the new, and never a part.

    A hidden sibling is written, flushed to the disk and renamed; then the folder is flushed, so
    that the name survives a loss of power as well. Of a symbolic link the file that it leads to is
    written.

    Raises:
        UsageError: the disk is full or the place cannot be written; what was there is untouched
            and nothing partial is left.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    place = Path(os.path.realpath(path))  # not `resolve`, which raises where links go round
    sibling = place.with_name(f".{place.name}.{unique()}.tmp")
    try:
        try:
            with sibling.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            sibling.replace(place)
        except BaseException:
            sibling.unlink(missing_ok=True)
            raise
        sync_to_disk(place.parent)
    except OSError as error:
        raise cannot_write(path, error) from None


def sync_to_disk(path: Path) -> None:
    """Return when a file, or the names in a folder, would survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot_write(path: Path, error: OSError | SafetensorError) -> UsageError:
    """The one line for a file that could not be written, by us or by safetensors."""
    error = _as_os_error(error)
    if error.errno in _FULL:
        return UsageError(f"the disk is full: {path} was not written; free some space and go on")
    links = (one for one in (path, *path.parents) if one.is_symlink() and not one.exists())
    if error.errno == errno.EEXIST and (link := next(links, None)):
        return UsageError(f"cannot write {path}: {link} is a link that leads nowhere; remove it")
    return UsageError(f"cannot write {path}: {error.strerror or error}")


def _as_os_error(error: OSError | SafetensorError) -> OSError:
    """The system's error that safetensors wrapped into text: ``I/O error: ... (os error 28)``."""
    if isinstance(error, OSError):
        return error
    found = re.search(r"os error (\d+)", str(error))
    number = int(found[1]) if found else errno.EIO
    return OSError(number, os.strerror(number))


def check_absent(final: Path) -> None:
    """Raise UsageError where something stands in the place of a folder that is to be made."""
    if final.exists() or final.is_symlink():
        raise UsageError(f"{final} exists already: remove it, or choose another place by --to")


@contextmanager
def whole_folder(final: Path) -> Iterator[Path]:
    """A hidden folder that takes its name when all that is in it is on the disk.

    What a killed process left of the same folder is removed first.

    Raises:
        UsageError: it cannot be written; nothing is left of it.
    """
    around = final.with_name(f".{final.name}.{unique()}.tmp")  # holds the lock, which stays behind
    hidden = around / final.name
    try:
        remove_left(final.parent.glob(f".{glob.escape(final.name)}.*.tmp"))
        around.mkdir(parents=True)
        held = hold_folder(around)
        try:
            hidden.mkdir()
            yield hidden
            for path in (*hidden.rglob("*"), hidden):
                sync_to_disk(path)
            check_absent(final)
            hidden.rename(final)
            sync_to_disk(final.parent)
        finally:
            give_up_folder(around, held)
    except (OSError, SafetensorError) as error:
        raise cannot_write(final, error) from None
    finally:
        shutil.rmtree(around, ignore_errors=True)


def unique() -> str:
    """Part of a name that nobody else chooses: a process's number is one in its container alone."""
    return secrets.token_hex(4)


def hold_folder(folder: Path) -> FileLock:
    """Claim a folder until this process ends; another machine that shares it sees that too.

    Raises:
        OSError: somebody has it.
    """
    held = FileLock(folder / _LOCK, thread_local=False)  # any thread may give it up
    held.acquire(timeout=0)
    return held


def give_up_folder(folder: Path, held: FileLock) -> None:
    """Remove a folder that this process claimed by `hold_folder`: a fork of it claims none."""
    if held.is_locked:
        shutil.rmtree(folder, ignore_errors=True)
        held.release()


@contextmanager
def taking_turns(path: Path) -> Iterator[None]:
    """Wait for whoever writes a file and what belongs to it, and hold up who comes next.

    Raises:
        UsageError: its folder cannot be written.
    """
    place = path.with_name(f".{path.name}.{_LOCK}")
    held = FileLock(place, thread_local=False)
    try:
        held.acquire()
    except OSError as error:
        raise cannot_write(path, error) from None
    try:
        yield
    finally:
        with suppress(OSError):
            place.unlink()  # before it is given up: who waited for it sees that it is gone
        held.release()


def remove_left(folders: Iterable[Path]) -> None:
    """Remove those of the folders that killed processes held: gigabytes may lie there unseen."""
    for folder in folders:
        with suppress(OSError):  # somebody else's, or held
            old = time.time() - folder.stat().st_mtime > _OLD_SECONDS
            if old or (folder / _LOCK).exists():  # else it is being made
                give_up_folder(folder, hold_folder(folder))


def remove_unfinished(folder: Path, *own: str) -> None:
    """Remove what killed processes left of files in a folder, not of those below it.

    Args:
        folder: where.
        own: names, or patterns of them, that nobody else can be writing now; of other files only
            what is old is removed, since somebody may be writing them.
    """
    for path in folder.glob(".*.tmp"):
        with suppress(OSError):  # somebody else's, or renamed by now
            is_own = any(path.match(f".{name}.*.tmp") for name in own)
            if not path.is_dir() and (is_own or time.time() - path.stat().st_mtime > _OLD_SECONDS):
                path.unlink()


def to_json_line(record: Mapping[str, Any]) -> str:
    """One line of JSON; NaN and infinities become null, keys keep their order."""
    return json.dumps(_plain(record), allow_nan=False, ensure_ascii=False) + "\n"


def read_lines(path: Path) -> list[Line]:
    """The records of a JSON-lines file; an absent file has none.

    Text after the last line break is a line still being written by someone, and is ignored.

    Raises:
        UsageError: the file cannot be read, or a whole line in it is no JSON object.
    """
    # Not splitlines(): model text may hold other characters that Python counts as line breaks.
    lines = (_text_of(path) or "").split("\n")[:-1]
    return [_parse(line, f"{path}:{number}") for number, line in enumerate(lines, 1)]


def write_object(path: Path, table: Mapping[str, Any]) -> None:
    """Write a JSON file as `write_atomic` does; NaN and infinities become null."""
    write_atomic(path, json.dumps(_plain(table), indent=1, allow_nan=False) + "\n")


def read_object(path: Path) -> Line | None:
    """The object in a JSON file; None without the file, UsageError where it is damaged."""
    text = _text_of(path)
    return None if text is None else _parse(text, str(path))


def _text_of(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _parse(text: str, where: str) -> Line:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise UsageError(f"{where} is damaged: no JSON object")
    return record


def _plain(value: Any) -> Any:
    """The same value without NaN, tuples and scalars of numerical libraries."""
    return to_jsonable_python(value, inf_nan_mode="null", fallback=_scalar)


def _scalar(value: Any) -> Any:
    """What a scalar of a numerical library holds."""
    if not hasattr(value, "item"):
        raise WorkFailedError(f"cannot record a {type(value).__name__}")
    held = value.item()
    return held if not isinstance(held, float) or math.isfinite(held) else None


def make_folder(folder: Path) -> None:
    """Make a folder, where it is not there already, and those above it.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
