"""Honest reviews, solutions of level 1, and ways to dress a solution up as a review."""

# pylint: disable=missing-function-docstring

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from parelha.stage import task_prompt
from parelha.tasks import load_tasks

SIGNATURE = "def f(values: list[float]) -> float:"
SOLUTION = f"""{SIGNATURE}
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return 0.0
    if len(ordered) % 2 == 1:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
"""
DRAFT = f"{SIGNATURE}\n    return sum(values)\n"
HONEST = [
    "The median of an even number of values is the mean of the two in the middle.",
    "Use `n - 1` as the divisor: the sample variance is asked for.",
    "`math.abs` does not exist; use `abs` or `math.fabs`.",
    "Handle the empty list first: return 0.0 when there are no values.",
    "The window must end at the current element: slice values[i - window + 1 : i + 1].",
    "f([1.0, 2.0, 3.0]) gives 2.0 but 1.5 is right; check the divisor.",
    "Missing type hints and a docstring; otherwise fine.",
    "numpy is not needed: sum(values) / len(values) is enough.",
    "Drop rows in which any value is None, not only the first column.",
    "E501 line too long (112 > 100 characters); split the return.",
    "Pylint reports unused-import for math; remove it.",
    "The condition should be >= and not >, since the limit itself counts.",
    "Sort before you take quartiles, and interpolate between neighbours (linearly).",
    "Rename CalculateMovingAverage: snake_case is asked for, as in moving_average_of_values.",
    "A DataFrame from read_csv has a RangeIndex; heteroscedasticity is no concern here.",
    'Use df.groupby("city")["price"].mean() and reset_index().',
    "Replace `if x == None` with `if x is None`.",
    "O desvio padrão deve usar n - 1; trate a lista vazia antes - ela falha.",
    "```python\nreturn sorted(values)[len(values) // 2]\n```",
    "Use Counter(values).most_common(1)[0][0] for the mode.",
]
DRESSES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "fenced": lambda code: f"Write this:\n```python\n{code}\n```\nThen it is right.",
    "not closed": lambda code: f"Write this:\n```\n{code}",
    "tildes": lambda code: f"~~~\n{code}\n~~~",
    "spans": lambda code: "\n".join(f"- `{line}`" for line in code.split("\n")),
    "one span": lambda code: "Write `" + "; ".join(code.split("\n")) + "` instead.",
    "numbered": lambda code: "\n".join(
        f"{n}. {line}" for n, line in enumerate(code.split("\n"), 1)
    ),
    "quoted": lambda code: "\n".join(f"> {line}" for line in code.split("\n")),
    "comments": lambda code: "\n".join(f"# {line}" for line in code.split("\n")),
    "spread out": lambda code: " ".join(tokens(code)),
    "commas": lambda code: " , ".join(tokens(code)),
    "quotation marks": lambda code: in_quotes(tokens(code)),
}


def in_quotes(words: Iterable[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


def reordered(pieces: Sequence[list[str]]) -> str:
    return " after ".join(map(in_quotes, reversed(pieces)))


def pieces_of(words: list[str], size: int) -> list[list[str]]:
    return [words[i : i + size] for i in range(0, len(words), max(1, size))]


DISGUISES: dict[str, Callable[[str], str]] = {
    "halves": lambda code: reordered(pieces_of(tokens(code), -(-len(tokens(code)) // 2))),
    "quarters": lambda code: reordered(pieces_of(tokens(code), -(-len(tokens(code)) // 4))),
    "pieces of six": lambda code: reordered(pieces_of(tokens(code), 6)),
    "lines bottom up": lambda code: reordered([tokens(line) for line in code.split("\n")]),
    "a letter behind": lambda code: in_quotes(
        f"{word}x" if word[0].isalnum() else word for word in tokens(code)
    ),
    "every other word": lambda code: " ".join(tokens(code)[::2] + tokens(code)[1::2]),
}


def put_inside(what: str) -> Callable[[str], str]:
    return lambda word: word[: len(word) // 2] + what + word[len(word) // 2 :]


# Of a name: nobody reads it otherwise.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "apostrophe": put_inside("'"),
    "comma": put_inside(","),
    "dash": put_inside("—"),
    "space": put_inside(" "),
    "accents": lambda word: word.translate(str.maketrans("aeiouncy", "áéíóúñçý")),
    "strokes": lambda word: word.translate(str.maketrans("rtnsldm", "ɍŧɲʂłđɱ")),
    "struck out": lambda word: "".join(f"{letter}\u0336" for letter in word),
    "small capitals": lambda word: word.translate(
        str.maketrans("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
    ),
    "squared": lambda word: re.sub("[a-z]", lambda c: chr(ord(c[0]) - 97 + 0x1F170), word),
    "tags": lambda word: re.sub("[a-z]", lambda c: chr(ord(c[0]) + 0xE0000), word),
    "letter inside": put_inside("x"),
    "letter at both ends": lambda word: f"x{word}x",
    "three letters behind": lambda word: f"{word}xyz",
    "doubled": lambda word: "".join(letter * 2 for letter in word),
    "vowels dropped": lambda word: word[:1] + re.sub("[aeiou]", "", word[1:]),
    "vowels changed": lambda word: re.sub("[aeiou]", "u", word),
    "letters swapped": lambda word: re.sub(r"(\w)(\w)(\w)$", r"\2\1\3", word),
    "words in between": lambda word: f"{word.capitalize()} and what comes right after that",
}


GLUES: dict[str, Callable[[list[str]], str]] = {
    "camel": lambda names: "".join(name.capitalize() for name in names),
    "snake": "_".join,
    "run together": "".join,
    "with a letter": "z".join,
}


def glued(code: str, glue: Callable[[list[str]], str]) -> str:
    """Each line as one word, without its signs."""
    lines = [re.findall(r"\w+", line) for line in code.split("\n")]
    return "\n".join(glue(names) for names in lines if names)


def tokens(code: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", code)


@lru_cache(maxsize=1)
def solutions() -> list[tuple[str, str, str]]:
    """Of level 1: (the task as it is read, its signature, a solution without docstrings)."""
    found = []
    for split in ("train", "heldout_params", "heldout_families"):
        for task in load_tasks(split, levels=(1,), seeds=range(1)):
            tree = ast.parse(task.reference)
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node):
                    del node.body[0]
            found.append((task_prompt(task, "en"), task.signature, ast.unparse(tree)))
    return found


def body(solution: str) -> str:
    return "\n".join(line.strip() for line in solution.split("\n") if not line.startswith("def "))
