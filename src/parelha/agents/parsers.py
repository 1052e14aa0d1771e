"""From an answer to a program, or to the reason why there is none."""

import re

from parelha.types import FinishReason

MAX_PROGRAM_BYTES = 64 * 1024
# Possessive, so that a line of a thousand spaces is read once and not a thousand times.
_FENCE = re.compile(r"^[ \t]*+```[ \t]*+([\w+-]*+)[ \t]*+$", re.MULTILINE)
_PYTHON = frozenset({"", "python", "py", "python3"})


def program_complete(text: str) -> bool:
    """True once an answer holds a whole code block: nothing that follows would be used."""
    return len(_FENCE.findall(text + "\n")) >= 2


def extract_program(answer: str, finish: FinishReason) -> tuple[str, str]:
    """The program in `answer` and "", or "" and the reason why it has none.

    One fenced block is the program. An answer without a fence is taken as code when it was ended
    by the model and starts like a module; anything else is no program. All of it is data: the
    caller scores a missing program 0 and logs the reason.
    """
    if len(answer.encode("utf-8", "replace")) > MAX_PROGRAM_BYTES:
        return "", "answer too large"
    fences = list(_FENCE.finditer(answer))
    if not fences:
        return _without_fence(answer, finish)
    reason = _fault(fences, finish)
    if reason:
        return "", reason
    program = answer[fences[0].end() : fences[1].start()].strip("\n")
    return (program.rstrip() + "\n", "") if program.strip() else ("", "empty code block")


def _without_fence(answer: str, finish: FinishReason) -> tuple[str, str]:
    if finish == "length":
        return "", "cut by the token limit"
    bare = answer.strip("\n")
    if re.match(r"(?:def|import|from|class|@|#|\"\"\"|async )", bare):
        return bare.rstrip() + "\n", ""
    return "", "no code block"


def _fault(fences: list[re.Match[str]], finish: FinishReason) -> str:
    """Why the fences do not hold exactly one Python block; "" when they do."""
    if len(fences) == 1:
        return "cut by the token limit" if finish == "length" else "code block not closed"
    if len(fences) > 2:
        return "more than one code block"
    language = fences[0].group(1).lower()
    return "" if language in _PYTHON else f"code block in another language ({language[:20]})"


def copied_share(program: str, review: str, n: int = 5) -> float:
    """Share of the program's n-grams of words that stand in the review too, 0 to 1.

    A reviewer that pastes a solution shows here.
    """
    words = re.findall(r"\w+|[^\w\s]", program)
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    if not grams:
        return 0.0
    source = re.findall(r"\w+|[^\w\s]", review)
    pasted = {tuple(source[i : i + n]) for i in range(len(source) - n + 1)}
    return sum(gram in pasted for gram in grams) / len(grams)
