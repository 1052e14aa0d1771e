"""How the bytes of a text file are read: by its mark, as UTF-8, or by a guess."""

import codecs
import re
from pathlib import Path
from typing import IO, NamedTuple

from parelha.errors import UsageError

# By the bytes that a file begins with; as Python calls it, and as people do.
_MARKED = {
    codecs.BOM_UTF8: ("utf-8-sig", "UTF-8"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}


class Encoding(NamedTuple):
    """How the bytes of a text file are read, in Python's words; what was guessed, in sentences."""

    name: str
    errors: str = "strict"
    notices: tuple[str, ...] = ()


def encoding_of(path: Path) -> Encoding:
    """The encoding of a text file: what its mark says, else UTF-8, else a guess.

    Raises:
        UsageError: it is no text.
    """
    with path.open("rb") as file:
        start = file.read(4096)
        for mark, (name, called) in _MARKED.items():
            if start.startswith(mark):
                if _is_all(file, name):
                    return Encoding(name)
                notice = f"it is marked as {called}: bytes that are none are read as \ufffd"
                return Encoding(name, "replace", (notice,))
        if b"\0" in start:
            raise UsageError(f"{path.name!r} is no text file")
        if _is_all(file, "utf-8"):
            return Encoding("utf-8")
        file.seek(0)
        # Windows' own set has no character for these bytes; Latin-1 has one for every byte.
        odd = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
        while part := file.read(1 << 24):
            if odd.search(part):
                return Encoding("latin-1", notices=("it is not UTF-8: read as Latin-1",))
        return Encoding("cp1252", notices=("it is not UTF-8: read as Windows-1252",))


def _is_all(file: IO[bytes], encoding: str) -> bool:
    """Whether every byte of a file is of an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while part := file.read(1 << 24):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
