"""What tells foreign text from the prompt's own words, and how foreign text cannot forge it.

A frame is a line of dashes, or what a chat template or the completion format puts between messages
where that is plain text. In foreign text (statements, programs, tool output, reviews) whatever
would read as one is broken by a space, so that nobody has to trust it.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

# Half a frame may look like a whole one to a model, and so may dashes that Unicode knows besides.
_DASHES = re.compile(r"[-‐-―−─━﹘﹣－]{20,}")
_PIECE = 10


def glue_frames(glue: Sequence[str], control: Collection[str]) -> tuple[str, ...]:
    """What a template puts between messages and any text could hold: its lines of plain text.

    Args:
        glue: the pieces of a template between messages, as text.
        control: contents of tokens that no text becomes. The name of a role behind one of them is
            no frame by itself.
    """
    token = re.compile("|".join(map(re.escape, sorted(control, key=len, reverse=True))) or r"(?!)")
    found: dict[str, None] = {}
    for piece in glue:
        forgeable = not token.search(piece)
        for part in token.split(piece):
            for line in map(str.strip, part.splitlines()):
                if len(line) > 1 and (forgeable or not line.isalnum()):
                    found[line] = None
    return tuple(found)


def broken(text: str, frames: Sequence[str]) -> str:
    """Foreign text in which every frame is broken by a space; other text comes back as it is."""
    text = _DASHES.sub(lambda run: " ".join(_pieces(run[0])), text)
    return _pattern(tuple(frames)).sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)


def _pieces(run: str) -> list[str]:
    return [run[i : i + _PIECE] for i in range(0, len(run), _PIECE)]


@lru_cache(maxsize=32)
def _pattern(frames: tuple[str, ...]) -> re.Pattern[str]:
    """Frames in a text; one that begins with a word only where a word can begin."""
    either = [
        r"(?<!\S)" * frame[0].isalnum() + r"[ \t]+".join(map(re.escape, frame.split()))
        for frame in sorted(frames, key=len, reverse=True)
    ]
    return re.compile("|".join(either) or r"(?!)")
