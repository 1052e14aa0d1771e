"""What a review may carry to the coder: words of any kind, and a little code.

A review is short enough to advise and long enough to hold most solutions. So its code is bounded:
at most `MAX_CODE` names, numbers and operators that the coder has not seen yet; a name made of
several words counts as those. What stands in the task, in the program under review or in a tool's
output may be quoted freely. The bound reads signs, and code can be dressed up as words; so the
credit asks what of the revision stands in the review, however dressed.
"""

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise, takewhile

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
_SPELLED = re.compile(r"(?<!\w)\w(?:[ .,·_-]\w){3,}(?!\w)")  # r e t u r n
_INSIDE = re.compile(r"(?<=[^\W\d_])[-·‐‑](?=[^\W\d_])")  # r-eturn
_DOUBLED = re.compile(r"(.)\1+")  # rreturn
# Small letters of Cyrillic and Greek that look like Latin ones (Unicode TR 39).
_ALIKE = str.maketrans("авеѕіјкмнорстухԁԛԝαεικνορτυχ", "abesijkmhopctyxdqwaeikvoptux")
_JOINT = re.compile(r"(?<=[^\W_])_+(?=[^\W_])|(?<=[a-z\d])(?=[A-Z])")  # two_words, twoWords
_LONGEST_WORD = 20  # letters: longer ones are rare in either language
_LETTERS = 5  # of a name, on average
_MOST_JOINED = 3  # words in a name that prose may have: NumPy, DataFrame
# Words of a text that are compared, without those with which both programs begin and end: the time
# grows with their cube where two programs share every other word.
_LONGEST = 500
_PUT_ON = 2  # letters that are put on a name
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

    Counts the names, numbers and operators that the revision has, the program before had not, and
    the review holds in the same order or its reverse, or in pairs in any order, however they are
    spelled. As many as a review may carry are no copy.

    Args:
        program: the revision.
        before: the program that was reviewed.
        review: the text in between.
    """
    old, new = (words[:_LONGEST] for words in _differing(_words(before), _words(program)))
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [word for step, _, _, a, b in steps if step != "equal" for word in new[a:b]]
    readings = _readings(changed, _words(review)[:_LONGEST], review)
    taken = max(max(_common(*one), _in_pairs(*one)) for one in readings)
    return min(1.0, max(0, taken - MAX_CODE) / MAX_CODE)


def _differing(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Two texts without what both begin with, and what both end with."""
    head = _alike(one, other)
    one, other = one[head:], other[head:]
    tail = _alike(one[::-1], other[::-1])
    return one[: len(one) - tail], other[: len(other) - tail]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _readings(
    changed: list[str], words: list[str], review: str
) -> Iterator[tuple[list[str], list[str]]]:
    """What is compared: the change, and the review as a coder could read it."""
    yield changed, words
    yield changed, words[::-1]
    yield changed, [word[::-1] for word in words]
    yield changed, _words(_INSIDE.sub("", review))[:_LONGEST]
    yield [_DOUBLED.sub(r"\1", w) for w in changed], [_DOUBLED.sub(r"\1", w) for w in words]
    names = frozenset(changed)
    yield changed, [_trimmed(word, names) for word in words]
    backwards = [word[::-1] for word in words]
    for one in (words, words[::-1], backwards, backwards[::-1]):
        if (apart := _apart(one, changed)) != one:
            yield changed, apart[:_LONGEST]
            yield changed, apart[:_LONGEST][::-1]


def _trimmed(word: str, names: Collection[str]) -> str:
    """The word without the letters that were put before or behind one of the names, two at most."""
    for cut in range(1, _PUT_ON + 1):
        for one in (word[cut:], word[:-cut]):
            if word not in names and len(one) > _PUT_ON and one in names:
                return one
    return word


def _apart(words: Sequence[str], names: Iterable[str]) -> list[str]:
    """The words, of which those that are made of several of the names are taken apart.

    Half of such a word is names, of two letters on average: ``a`` and ``in`` stand in any word.
    """
    known = {name for name in names if name.isidentifier() or name.isdecimal()}
    inside = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))) or r"(?!)")
    found: list[str] = []
    for word in words:
        parts = [] if word in known else inside.findall(word)
        letters = sum(map(len, parts))
        is_made = len(parts) > 1 and 2 * letters >= len(word) and letters >= 2 * len(parts)
        found += parts if is_made else [word]
    return found


def _size(word: str) -> int:
    """How many words a name, a number or an operator holds, by its joints and by its length."""
    if not (word[0].isalpha() or word[0] == "_"):
        return 1
    parts = [part for part in _JOINT.split(word) if part]
    return sum(max(1, len(part) // _LETTERS) if len(part) > _LONGEST_WORD else 1 for part in parts)


def _words(text: str) -> list[str]:
    """Names, numbers and operators, the same however their letters are dressed."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    plain = _SPELLED.sub(lambda run: run[0][::2], plain)
    return [word for word in _TOKEN.findall(plain) if word not in _PUNCTUATION]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        last = row
        row = [0]
        for j, also in enumerate(other):
            row.append(last[j] + 1 if word == also else max(last[j + 1], row[j]))
    return row[-1]


def _in_pairs(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words of the one stand in it beside the same word as in the other, in any order."""
    left, found = Counter(pairwise(other)), set[int]()
    for i, pair in enumerate(pairwise(one)):
        if left[pair]:
            left[pair] -= 1
            found |= {i, i + 1}
    return len(found)


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
