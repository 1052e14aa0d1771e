"""From an answer to a program, or to the reason why there is none.

Code blocks are CommonMark's (0.31, "Fenced code blocks"), read by markdown-it-py. The program is
the first closed Python block that is not blank: sampling stops where it ends, so nothing that
follows can count. Where there is none, a block without a language that only assigns is the program.
What a model thinks before its answer is no answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from markdown_it import MarkdownIt

from parelha.types import FinishReason

MAX_PROGRAM_BYTES = 64 * 1024
# How models mark what they think before an answer; the marker of a beginning stands on its own.
_NAME = r"(?:seed:)?think(?:ing)?|thoughts?|reasoning"
_BEGIN, _END = rf"<(?:{_NAME})>|\[THINK\]", rf"</(?:{_NAME})>|\[/THINK\]"
_THOUGHT = re.compile(rf"^[ \t]*+(?:{_BEGIN})", re.IGNORECASE | re.MULTILINE)
_THOUGHT_BEGIN = re.compile(_BEGIN, re.IGNORECASE)
_THOUGHT_END = re.compile(_END, re.IGNORECASE)
THOUGHT_MARKER = re.compile(f"{_BEGIN}|{_END}", re.IGNORECASE)
# A line that may close a block, whatever it stands in: needed for one, and found in no time.
_CLOSER = re.compile(r"^[ \t>]*+(?:`{3,}+|~{3,}+)[ \t\r]*+$", re.MULTILINE)
_FENCE = re.compile(r"`{3}|~{3}")
_LANGUAGE = re.compile(r"[\s{.]*+([\w+#.-]*+)([ \t]*+=)?")
_PYTHON = re.compile(r"(?:i?py(?:thon)?[\d.]*|.*\.py)?", re.IGNORECASE)
# What only a program has at the beginning of a line, and what examples and sentences have too.
_DEFINITION = re.compile(
    r"""^(?:
        (?:async[ \t]+)?def[ \t]+\w+[ \t]*[(\[]
      | class[ \t]+\w+[ \t]*[(:\[]
      | import[ \t]+[\w.]+[ \t]*(?:as\b|[,;\#]|$)
      | from[ \t]+[\w.]+[ \t]+import\b
      | @\w
    )""",
    re.MULTILINE | re.VERBOSE,
)
_STATEMENT = re.compile(
    r"^(?:(?:def|import|from|class|async)\b|@|[^\W\d]\w* *+(?::[^=\n]*+)?=[^=])", re.MULTILINE
)
_MARKDOWN_NAMES = frozenset({"markdown", "md"})


@dataclass(frozen=True)
class _Block:
    """A code block: its language in small letters ("" where none is named), and what it holds."""

    language: str
    code: str
    closed: bool


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    # A tag on a line of its own, such as <answer>, would swallow the block below it as HTML.
    parser.disable(["html_block", "reference"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


_MARKDOWN = _markdown()


def program_complete(text: str) -> bool:
    """True once an answer holds a whole program: nothing that follows would be used.

    It is asked at every token, so all but one pass for possible ends of a block is remembered.
    """
    if not _FENCE.search(text):
        return False
    answer = after_thought(text)
    end = 0
    for found in _CLOSER.finditer(answer or ""):
        end = found.end()
    return answer is not None and end > 0 and _holds_program(answer[:end])


@lru_cache(maxsize=256)
def _holds_program(answer: str) -> bool:
    return any(_is_program(block) for block in _fenced(answer))


def extract_program(answer: str, finish: FinishReason) -> tuple[str, str]:
    """The program in `answer` and "", or "" and the reason why it has none.

    The first closed Python block is the program. A block without a language that only assigns may
    as well be an example (``Input: values = [1.0]``): it is the program where no other block is.
    An answer without a block is taken as code when it was ended by the model and starts like a
    module, and so is an indented block; anything else is no program. All of it is data: the caller
    scores a missing program 0 and logs the reason. Byte order marks and the ends of lines are made
    one kind.
    """
    if len(answer.encode("utf-8", "replace")) > MAX_PROGRAM_BYTES:
        return "", "answer too large"
    said = after_thought(answer)
    if said is None:
        return "", "cut by the token limit" if finish == "length" else "thought not closed"
    blocks = list(_fenced(said))
    programs = [block for block in blocks if _is_program(block)]
    if not programs and blocks and blocks[-1].closed:
        programs = [block for block in blocks if _may_be_program(block)]
    if programs:
        return _tidy(programs[0].code), ""
    return ("", _fault(blocks, finish)) if blocks else _without_fence(said, finish)


def after_thought(text: str) -> str | None:
    """What stands behind a thought, in lines that end alike; None while the thought goes on."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    thoughts = 0
    while (begin := _THOUGHT.search(text)) and not _FENCE.search(text, 0, begin.start()):
        end = _THOUGHT_END.search(text, begin.end())
        if end is None:
            return None
        text, thoughts = text[end.end() :], thoughts + 1
    # Of a thought that the prompt opened, the end alone stands in the answer, by itself in its line
    # or behind the last sentence: not inside a line, where a program may have it in a string.
    ends = () if thoughts else _THOUGHT_END.finditer(text)
    for end in ends:
        line = text[text.rfind("\n", 0, end.start()) + 1 :].partition("\n")[0].strip()
        if line.startswith(end[0]) or line.endswith(end[0]):
            text = text[end.end() :]
            break
    return text.lstrip("\ufeff")


def thought_end(prompt: str) -> str:
    """The marker that ends the thought which a prompt leaves open; "" where it leaves none open."""
    begins = list(_THOUGHT_BEGIN.finditer(prompt))
    if not begins or _THOUGHT_END.search(prompt, begins[-1].end()):
        return ""
    return f"{begins[-1][0][0]}/{begins[-1][0][1:]}"


def _fenced(answer: str) -> Iterator[_Block]:
    """The fenced code blocks of an answer; those that a block of Markdown holds in its place."""
    for block in _outermost(answer):
        inside = list(_outermost(block.code)) if block.language in _MARKDOWN_NAMES else []
        # Where both have fences of one length, what closes the inner block closes the outer one.
        yield from (replace(one, closed=one.closed or block.closed) for one in inside)
        if not inside:
            yield block


def _outermost(answer: str) -> Iterator[_Block]:
    """The fenced code blocks of an answer, those in lists and quotations too."""
    lines = answer.split("\n")
    for token in _MARKDOWN.parse(answer):
        if token.type != "fence" or not token.map:
            continue
        code = token.content + "\n" * (token.content[-1:] not in ("", "\n"))
        # Both fences are lines of the block, unless the text, a list or a quotation ended it.
        closed = token.map[1] - token.map[0] == code.count("\n") + 2
        if closed and not token.level:
            # CommonMark takes the fence's indentation off every line, also off a body whose `def`
            # has none: Python counts it.
            raw = "\n".join(lines[token.map[0] + 1 : token.map[1] - 1])
            code = code if raw.lstrip("\n")[:1] in " \t" else raw + "\n"
        yield _Block(_language(token.info), code, closed)


def _language(info: str) -> str:
    """The language of an info string: ``python title="a.py"``, ``{.python}``, ``py:a.py``."""
    found = _LANGUAGE.match(info)
    assert found is not None  # it matches nothing at all, too
    word = found[1].lower()
    # `title="a.py"` alone is an attribute, `python=` (HackMD) a language with numbered lines.
    return "" if found[2] and not _PYTHON.fullmatch(word) else word


def _is_program(block: _Block) -> bool:
    if not block.closed or not _PYTHON.fullmatch(block.language):
        return False
    # A block without a name may as well be output, or a command: it has to look like Python.
    return bool(block.code.strip() if block.language else _DEFINITION.search(_tidy(block.code)))


def _may_be_program(block: _Block) -> bool:
    return block.closed and not block.language and bool(_STATEMENT.search(_tidy(block.code)))


def _fault(blocks: list[_Block], finish: FinishReason) -> str:
    """Why none of the blocks is a program."""
    if not blocks[-1].closed:
        return "cut by the token limit" if finish == "length" else "code block not closed"
    others = [b.language for b in blocks if not _PYTHON.fullmatch(b.language)]
    if others:
        return f"code block in another language ({others[0][:20]})"
    blank = not any(b.code.strip() for b in blocks)
    return "empty code block" if blank else "no Python in the code block"


def _without_fence(answer: str, finish: FinishReason) -> tuple[str, str]:
    if finish == "length":
        return "", "cut by the token limit"
    indented = (t.content for t in _MARKDOWN.parse(answer) if t.type == "code_block")
    for code in map(_tidy, (answer, *indented)):
        if code.startswith(("#", '"""', "'''")) or _STATEMENT.match(code):
            return code, ""
    return "", "no code block"


def _tidy(code: str) -> str:
    """The code without empty lines around it, and without an indentation that all of it has."""
    code = code.lstrip("\ufeff").strip("\n").rstrip() + "\n"
    lines = code.split("\n")
    indent = code[: len(code) - len(code.lstrip(" \t"))]
    if indent and all(line.startswith(indent) for line in lines if line.strip()):
        lines = [line.removeprefix(indent) for line in lines]
    return "\n".join(lines)


def copied_share(program: str, review: str) -> float:
    """Share of the program's sequences of five words that stand in the review too, 0 to 1.

    A reviewer that pastes a solution shows here.
    """
    grams, said = (
        [tuple(words[i : i + 5]) for i in range(len(words) - 4)]
        for words in (re.findall(r"\w+|[^\w\s]", text) for text in (program, review))
    )
    pasted = set(said)
    return sum(gram in pasted for gram in grams) / len(grams) if grams else 0.0
