"""Whether a model's files are what their names say, and whole: what stands in for weights is told.

A clone without git-lfs leaves pointers, a wrong link saves a web page, a full disk or a lost
connection cuts a file. Each has the right name, and loaders say of it what nobody understands.
"""

import zipfile
from pathlib import Path

from safetensors import SafetensorError, safe_open

from parelha.errors import ModelFileError

_KINDS = (".safetensors", ".gguf", ".bin", ".json", ".model", ".jinja", ".txt")
_LFS = b"version https://git-lfs.github.com/spec"
_PAGES = (b"<!doctype", b"<html", b"<head", b"<?xml")
_HEAD_BYTES = 1024


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
    """Why the library does not open a safetensors file, whose size it compares with the header."""
    if not path.stat().st_size:
        return "is empty"
    try:
        with safe_open(path, "np"):
            return ""
    except (OSError, SafetensorError) as error:
        return f"is cut, or no safetensors file ({str(error).partition(chr(10))[0]})"
