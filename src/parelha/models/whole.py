"""Whether a model's files are what their names say, and whole: what stands in for weights is told.

A clone without git-lfs leaves pointers, a wrong link saves a web page, a full disk or a lost
connection cuts a file. Each has the right name, and loaders say of it what nobody understands.
"""

import json
import zipfile
from pathlib import Path

from safetensors import SafetensorError, safe_open

from parelha.errors import ModelFileError

_KINDS = (".safetensors", ".gguf", ".bin", ".json", ".model", ".jinja", ".txt")
_LFS = b"version https://git-lfs.github.com/spec"
_PAGES = (b"<!doctype", b"<html", b"<head", b"<?xml")
_HEAD_BYTES = 1024
_LONGEST_HEADER = 100_000_000  # of safetensors, by its own specification


def check_folder(folder: Path) -> None:
    """Refuse a model's folder with a file that is not what it seems.

    Raises:
        ModelFileError: naming the file, and what to do.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix in _KINDS and path.is_file():
            check_file(path)


def check_file(path: Path) -> None:
    """Refuse a file that is a git-lfs pointer, a web page, empty, or cut; reads no weights.

    Raises:
        ModelFileError: naming the file, and what to do.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror}") from None
    if head.startswith(_LFS):
        raise ModelFileError(
            f"{path} is a git-lfs pointer and not the file: run `git lfs pull` in {path.parent}"
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        raise ModelFileError(
            f"{path} is a web page and not the file: download it anew, by the link to the raw file"
        )
    fault = ""
    if path.suffix == ".safetensors":
        fault = _safetensors_fault(path)
    elif path.suffix == ".gguf" and head[:4] != b"GGUF":
        fault = "is empty" if not head else "is no GGUF file"
    elif path.suffix == ".bin" and head[:4] == b"PK\x03\x04" and not zipfile.is_zipfile(path):
        fault = "is cut"  # a zip's directory stands at its end
    elif path.suffix in (".bin", ".json", ".model") and not head:
        fault = "is empty"
    if fault:
        raise ModelFileError(f"{path} {fault}: download it anew")


def _safetensors_fault(path: Path) -> str:
    """What is wrong with a safetensors file, by its header and its size; "" where nothing is.

    The file is the header's length (8 bytes), the header (JSON), and the tensors without a gap.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 + 2:
            return "is empty" if not size else f"is cut (it has {size} bytes)"
        if length > _LONGEST_HEADER:
            return "is no safetensors file"
        header = file.read(length)
    if len(header) < length:
        if not header.startswith(b"{"):
            return "is no safetensors file"
        return f"is cut (it has {size} of at least {8 + length} bytes)"
    try:
        tensors = json.loads(header)
        ends = [t["data_offsets"][1] for name, t in tensors.items() if name != "__metadata__"]
        whole = 8 + length + max(ends, default=0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return "is no safetensors file"
    return f"is cut (it has {size} of {whole} bytes)" if size < whole else _refusal(path)


def _refusal(path: Path) -> str:
    """Why the library itself does not open a whole file; "" where it does."""
    try:
        with safe_open(path, "np"):
            return ""
    except (OSError, SafetensorError) as error:
        return f"is damaged ({str(error).partition(chr(10))[0]})"
