"""What a review may carry to the coder: words of any kind, and a little code.

A review is short enough to advise and long enough to hold most solutions. So its code is bounded:
at most `MAX_CODE` names, numbers and operators that the coder has not seen yet; a name made of
several words counts as those. What stands in the task, in the program under review or in a tool's
output may be quoted freely. The bound reads signs, and code can be dressed up as words; so the
credit asks how far the letters of the revision stand in the review, whatever they are dressed as.
"""

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, zip_longest

import numpy as np

MAX_CODE = 10  # names, numbers and operators: an expression or two, and few whole bodies
LEFT_OUT = "[...]"

_TOKEN = re.compile(r"[^\W\d]\w*|\d[\w.]*|\*\*|//|[<>=!]=|[^\w\s]")
_PROSE = frozenset(".,;:!?'\"-()…’‘“”–—`")
_QUOTES = frozenset("`'\"’“”")
_OPENING, _CLOSING = "([{", ")]}"
_PUNCTUATION = _PROSE - {"-"} | {"[", "]", "{", "}"}
# Everything in a code block or a code span is code, closed or not.
_MARKED = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|`[^`\n]+(?:`|$)", re.DOTALL | re.MULTILINE)
# 'total' '=' 'sum' '(': signs and names one by one, as no sentence has them.
_ONE_BY_ONE = re.compile(r"(?:([`'\"])[^\s`'\"]+\1[ ,]*){6,}")
_LINE = re.compile(r"^[ \t>*#\d.)-]*+(\S[^\n]*)", re.MULTILINE)
_STATEMENT = re.compile(
    r"(?:def|class|for|while|if|elif|with|async|match|case|except)\b.*:\s*"
    r"|(?:else|try|finally):.*|import\s+[\w., ]+|from\s+[\w.]+\s+import\b.*"
    r"|(?:return|yield|raise|del|assert)\s+\S+|pass|break|continue|return"
)
# A comment, or a string, which may hold its sign.
_COMMENT = re.compile(r"('[^'\n]*'|\"[^\"\n]*\")|#.*")
# Small letters of Cyrillic and Greek that look like Latin ones and are named otherwise (Unicode
# TR 39). Of all others, such as small capitals, the name has the Latin letter by itself.
_ALIKE = str.maketrans("авеѕіјкмнорстухԁԛԝαεικνορτυχ", "abesijkmhopctyxdqwaeikvoptux")
_LATIN = re.compile(r".*LETTER (?:.* )?([A-Z])\b")
_VOWELS = frozenset("aeiou")
_JOINT = re.compile(r"(?<=[^\W_])_+(?=[^\W_])|(?<=[a-z\d])(?=[A-Z])")  # two_words, twoWords
_LONGEST_WORD = 20  # letters: longer ones are rare in either language
_LETTERS = 5  # of a name, on average
_MOST_JOINED = 3  # words in a name that prose may have: NumPy, DataFrame
_MOST_READ, _MOST_ADDED = 1000, 500  # letters of a review and of a change, compared one by one
# In quarters of a letter: what one is worth that both have, what up to seven cost that the review
# puts before it, what one costs that the review leaves out, and what all that stands between two
# pieces costs.
_SAME, _PUT_IN, _LEFT_AWAY, _BETWEEN = 4, 1, 3, 12
_STEPS = (1, 2, 4)  # that together reach seven letters back
_NEVER = -_SAME * _MOST_ADDED  # below every sum, and far from the end of int16
_PIECE = 6  # letters in a row that are hardly chance
_QUOTED = 3  # tokens in a row that make a quotation where they stand elsewhere too


def bounded(review: str, known: Iterable[str]) -> str:
    """The review as the coder is shown it.

    A span of code that holds more than is left of `MAX_CODE` is left out whole.

    Args:
        review: as the reviewer wrote it.
        known: texts that may be quoted: the task, the program under review, what tools said.
    """
    tokens = list(_TOKEN.finditer(review))
    there = [_TOKEN.findall(text) for text in known]
    counts = _counts([token[0] for token in tokens], there)
    named = {word for text in there for word in text}
    seen: set[str] = set()
    kept: list[str] = []
    at, used = 0, 0
    for first, last in _spans(_code(review, tokens)):
        new = [tokens[i][0] for i in range(first, last) if counts[i]]
        # A name by itself is a word like any other, once it is known.
        new = [] if len(new) == 1 and new[0] in named else new
        size = sum(1 if word in named | seen else _size(word) for word in new)
        if used + size <= MAX_CODE:
            used += size
            named |= set(new if len(new) == 1 else ())
            seen |= set(new)
        else:
            kept += [review[at : tokens[first].start()], LEFT_OUT]
            at = tokens[last - 1].end()
    return "".join([*kept, review[at:]])


def copied(program: str, before: str, review: str) -> float:
    """How far a revision was copied out of its review, 0 (not) to 1 (twice the bound or more).

    Counts the names, numbers and operators that the revision has and the program before had not, as
    far as the review has them word for word in their order, or their letters nearly so. As many as
    a review may carry are no copy.

    Args:
        program: the revision.
        before: the program that was reviewed.
        review: the text in between.
    """
    old, new = (_words(_COMMENT.sub(lambda m: m[1] or "", _plain(p))) for p in (before, program))
    added = _added(old, new)
    letters = _letters("".join(added))
    readings = list(_readings(_plain(review)))
    spelled = [_letters(one)[:_MOST_READ] for one in readings]
    words = max(len(added) - len(_added(_words(one), added)) for one in readings)
    held = max(
        _in_order(letters[:_MOST_ADDED], spelled), *(_in_pieces(letters, one) for one in spelled)
    )
    taken = max(words, len(added) * held / max(1, len(letters)))
    return min(1.0, max(0.0, taken - MAX_CODE) / MAX_CODE)


def _words(text: str) -> list[str]:
    """Names, numbers and operators."""
    return [word for word in _TOKEN.findall(text) if word not in _PUNCTUATION]


def _added(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The new words without the longest common subsequence.

    A row has a bit for each old word, 0 where the common words become one more (Hyyrö 2004), so no
    word is compared with all others.
    """
    bits: dict[str, int] = {}
    for i, word in enumerate(old):
        bits[word] = bits.get(word, 0) | 1 << i
    rows = [(1 << len(old)) - 1]
    for word in new:
        same = rows[-1] & bits.get(word, 0)
        rows.append((rows[-1] + same | rows[-1] - same) & rows[0])
    found: list[str] = []
    i = len(old)
    for n in range(len(new), 0, -1):
        while i and rows[n] >> i - 1 & 1:
            i -= 1
        if i and rows[n - 1] >> i - 1 & 1:
            i -= 1  # a common word
        else:
            found.append(new[n - 1])
    return found[::-1]


def _readings(review: str) -> Iterator[str]:
    """The review in the orders in which a coder could read it."""
    words = review.split()
    half = (len(words) + 1) // 2
    yield review
    yield " ".join(reversed(words))
    yield review[::-1]
    yield " ".join(word[::-1] for word in words)
    yield " ".join(chain(*zip_longest(words[:half], words[half:], fillvalue="")))


def _letters(text: str) -> str:
    """Its consonants and digits: a word is still read when its vowels are left out."""
    return "".join(sign for sign in text if sign.isalnum() and sign not in _VOWELS)


def _plain(text: str) -> str:
    """The text in small letters without accents, the same however its letters are dressed."""
    signs = unicodedata.normalize("NFKD", text).casefold().translate(_ALIKE)
    return "".join(sign if sign.isascii() else _latin(sign) for sign in signs)


@cache
def _latin(sign: str) -> str:
    """The Latin letter in the name of a sign; nothing for an accent or what is not seen."""
    if found := _LATIN.match(unicodedata.name(sign, "")):
        return found[1].lower()
    return "" if unicodedata.category(sign) in ("Mn", "Cf") else sign


def _in_order(letters: str, readings: Sequence[str]) -> float:
    """How many of the letters the best of the readings has in the same order, less its detours."""
    width = max(map(len, readings))
    signs = np.array([list(one.ljust(width)) for one in readings], dtype="U1")
    worth = np.array([_NEVER, _SAME], dtype=np.int16)
    here = {letter: worth[(signs == letter).astype(int)] for letter in frozenset(letters)}
    # For each place in a reading, before the first letter and behind each: the best that ends
    # there, and the best that ends there or before.
    ends = np.full((len(readings), width + 1), _NEVER, dtype=np.int16)
    best = np.zeros_like(ends)
    for letter in letters:
        near = ends - _PUT_IN
        for step in _STEPS:
            np.maximum(near[:, step:], near[:, :-step], out=near[:, step:])
        before = np.maximum(np.maximum(ends, near), best - _BETWEEN)[:, :-1]
        ends[:, 1:] = np.maximum(ends[:, 1:] - _LEFT_AWAY, before + here[letter])
        np.maximum(best, np.maximum.accumulate(ends, axis=1), out=best)
    return float(best.max()) / _SAME


def _in_pieces(letters: str, reading: str) -> int:
    """How many letters stand in pieces that the reading has too, in any order."""
    left = Counter(reading[i : i + _PIECE] for i in range(len(reading) - _PIECE + 1))
    found: set[int] = set()
    for i in range(len(letters) - _PIECE + 1):
        piece = letters[i : i + _PIECE]
        if left[piece]:
            left[piece] -= 1
            found.update(range(i, i + _PIECE))
    return len(found)


def _size(word: str) -> int:
    """How many words a name, a number or an operator holds, by its joints and by its length."""
    if not (word[0].isalpha() or word[0] == "_"):
        return 1
    parts = [part for part in _JOINT.split(word) if part]
    return sum(max(1, len(part) // _LETTERS) if len(part) > _LONGEST_WORD else 1 for part in parts)


def _counts(words: Sequence[str], known: Iterable[Sequence[str]]) -> list[bool]:
    """Of each token whether it counts as code: no punctuation, and no part of a quotation."""
    grams: set[tuple[str, ...]] = set()
    for there in known:
        grams |= {tuple(there[i : i + _QUOTED]) for i in range(len(there) - _QUOTED + 1)}
    counts = [word not in _PUNCTUATION for word in words]
    for i in range(len(words) - _QUOTED + 1):
        if tuple(words[i : i + _QUOTED]) in grams:
            counts[i : i + _QUOTED] = [False] * _QUOTED
    return counts


def _spans(code: Sequence[bool]) -> list[tuple[int, int]]:
    """Successive tokens of code, as ranges of indices."""
    found: list[tuple[int, int]] = []
    for i in (i for i, is_code in enumerate(code) if is_code):
        if found and found[-1][1] == i:
            found[-1] = (found[-1][0], i + 1)
        else:
            found.append((i, i + 1))
    return found


def _code(text: str, tokens: Sequence[re.Match[str]]) -> list[bool]:
    """Of each token whether it is code, by its signs and its neighbours."""
    spans = [m.span() for marked in (_MARKED, _ONE_BY_ONE) for m in marked.finditer(text)]
    spans += [m.span(1) for m in _LINE.finditer(text) if _STATEMENT.fullmatch(m[1].rstrip())]
    code = [any(a <= token.start() < b for a, b in spans) for token in tokens]
    depth, end = 0, 0
    for i, token in enumerate(tokens):
        depth *= "\n" not in text[end : token.start()]  # what a line opens, it closes
        code[i] |= depth > 0 or _is_code(text, token)
        depth += code[i] and token[0] in _OPENING
        depth -= depth > 0 and token[0] in _CLOSING
        end = token.end()
    grown = True
    while grown:
        joined = [here or _joins(text, tokens, code, i) for i, here in enumerate(code)]
        grown, code = joined != code, joined
    return code


def _is_code(text: str, token: re.Match[str]) -> bool:
    """Signs and names that prose does not have: ``=``, ``f(``, ``a.b``, ``snake_case``, ``x1``."""
    word, before, after = token[0], text[: token.start()][-1:], text[token.end() :][:1]
    if word[0].isalpha() or word[0] == "_":
        return "_" in word or any(map(str.isdigit, word)) or _size(word) > _MOST_JOINED
    if word in _PROSE:
        # Prose writes (so), and so: it does. Code writes f(x), a.b and, spread out, f ( x ) :
        spread = word not in "-–—…\"'`" and (before.isspace() or not before) and not after.strip()
        call = word == "(" and (before.isalnum() or before in "_)]")
        dotted = word == "." and before.isalnum() and after.isalpha()
        return spread or bool(before and call) or dotted
    # Stars around **a word** are emphasis: they touch it on one side alone.
    emphasis = (
        word in ("*", "**") and before.isalnum() != after.isalnum() and (before + after).strip()
    )
    return not word[0].isdigit() and not emphasis


def _joins(text: str, tokens: Sequence[re.Match[str]], code: Sequence[bool], i: int) -> bool:
    """Whether a token belongs to the code beside it."""
    word = tokens[i][0]
    # What a code span or a quotation holds ends with it.
    near = [j for j in (i - 1, i + 1) if 0 <= j < len(tokens) and code[j]]
    near = [j for j in near if tokens[j][0] not in _QUOTES]
    if word in _PROSE or not near:
        return len(near) == 2
    if keyword.iskeyword(word):  # a sentence may begin with one, in the line below some code
        gaps = (sorted((tokens[i].span(), tokens[j].span())) for j in near)
        return any("\n" not in text[one[1] : other[0]] for one, other in gaps)
    beside = [tokens[j][0] for j in near]
    return len(near) == 2 or any(not w[0].isalnum() and w not in _CLOSING for w in beside)
