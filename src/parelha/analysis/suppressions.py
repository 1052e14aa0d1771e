"""Takes the effect out of comments that silence a linter, and counts them.

A policy rewarded for few findings learns to silence the linters long before it learns to write
clean code. The tools therefore read a copy of the program in which such comments are masked:
letters become dots, so that no line gets longer or shorter and no finding moves.
"""

import codecs
import io
import re
import tokenize
from collections.abc import Iterator

_MARKER = re.compile(
    r"""
      \bpylint\s*:
    | \bflake8\s*[:=]\s*noqa
    | \bnoqa                       # flake8 also honours "# noqaANYTHING"
    | \#\s*type\s*:\s*ignore    # mypy obeys it at the beginning of a comment alone
    | \bmypy\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)
# mypy looks for these at the start of any line, even inside a string that spans lines.
_MYPY_LINE = re.compile(r"^# mypy: ", re.MULTILINE)
_COOKIE = re.compile(r"[ \t\f]*#.*?(coding)[:=][ \t]*([-\w.]+)", re.ASCII)
_UTF8_NAMES = frozenset({"utf-8", "utf8", "u8", "utf", "cp65001", "utf8-sig", "utf-8-sig"})
_LETTER = re.compile(r"\w")
_COMMENT = re.compile(r"#[^\n]*")


def neutralise(source: str) -> tuple[str, int]:
    """Mask the comments that silence pylint, flake8 or mypy in any text, Python or not.

    Comments are found by ``tokenize``; text in strings is left alone, but for lines that start with
    ``# mypy:``, which mypy obeys even there. An encoding cookie other than UTF-8 is masked too, as
    the program is run from text, not from bytes; it is no suppression and is not counted here.

    Returns:
        The text with masked comments, of the same length line by line, and how many suppressions
        were masked.
    """
    # A lone carriage return ends a line for CPython and for the linters, but not for tokenize.
    text = re.sub(r"\r(?!\n)", "\n", source)
    spans: set[tuple[int, int]] = set()
    for start, comment in comments(text):
        spans.update(
            (start + found.start(), start + found.end()) for found in _MARKER.finditer(comment)
        )
    spans.update((found.start(), found.end() - 1) for found in _MYPY_LINE.finditer(text))
    count = len({start for start, _ in _merge(spans)})
    cookie = foreign_cookie(text)
    if cookie is not None:
        spans.add(cookie)
    pieces: list[str] = []
    done = 0
    for start, end in _merge(spans):
        pieces += [source[done:start], _LETTER.sub(".", source[start:end])]
        done = end
    pieces.append(source[done:])
    return "".join(pieces), count


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Comments of a program as (offset in the text, comment with its ``#``).

    Where ``tokenize`` gives up (a program that does not parse), the rest is searched line by line
    for what looks like one.
    """
    starts = [0]
    starts += [found.end() for found in re.finditer("\n", text)]
    line, column = 1, 0  # tokenised so far
    try:
        for token in read_tokens(text):
            line, column = token.end
            if token.type == tokenize.COMMENT:
                yield starts[token.start[0] - 1] + token.start[1], token.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        for found in _COMMENT.finditer(text, starts[min(line, len(starts)) - 1] + column):
            yield found.start(), found.group()


def read_tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """Tokens of a program, up to the first place where there is none.

    Python 3.11 goes on behind such a place, one character after the other and each as slowly as
    the rest of the line is long: a line of 16,000 blanks took it 44 seconds.

    Raises:
        tokenize.TokenError, SyntaxError, ValueError: the program does not parse, or holds a name
            that only later versions can read.
    """
    for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
        if token.type == tokenize.ERRORTOKEN:
            raise tokenize.TokenError("no token", token.start)
        yield token


def foreign_cookie(text: str) -> tuple[int, int] | None:
    """Where an encoding cookie (PEP 263) that is not UTF-8 stands: the word "coding", or None."""
    offset = 0
    for line in text.split("\n", 2)[:2]:
        found = _COOKIE.match(line)
        if found is not None:
            name = found.group(2).lower().replace("_", "-")
            if name in _UTF8_NAMES:
                return None
            return offset + found.start(1), offset + found.end(1)
        if line.strip(" \t\f\r") and not line.lstrip(" \t\f").startswith("#"):
            return None  # a cookie counts in the second line only below a comment or blank line
        offset += len(line) + 1
    return None


def has_foreign_codec(text: str) -> bool:
    """Whether the program names an encoding other than UTF-8; a word that is none is prose."""
    place = foreign_cookie(text)
    if place is None:
        return False
    found = _COOKIE.search(text, text.rfind("\n", 0, place[0]) + 1)
    try:
        return bool(found and codecs.lookup(found.group(2)))
    except (LookupError, ValueError):
        return False


def _merge(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, overlapping ones joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
