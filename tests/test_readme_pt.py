"""The two READMEs say the same: headings, commands, links and figures, section by section."""

# pylint: disable=missing-function-docstring

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
ENGLISH, PORTUGUESE = "README.md", "README.pt.md"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def sections(name: str) -> list[list[Token]]:
    """The tokens of a page, what stands inside lines included, cut before each heading."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found: list[list[Token]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "heading_open":
            found.append([])
        found[-1] += [token, *(token.children or ())]
    return found


def headings(section: list[Token]) -> list[str]:
    return [token.tag for token in section if token.type == "heading_open"]


def commands(section: list[Token]) -> list[str]:
    """Lines of code blocks; comments and blocks of plain text are said in either language."""
    blocks = [token.content for token in section if token.type == "fence" and not token.info]
    return [re.sub(r"\s+# .*", "", line) for block in blocks for line in block.splitlines()]


def blocks(section: list[Token]) -> list[str]:
    return [token.info for token in section if token.type == "fence"]


def code(section: list[Token]) -> Counter[str]:
    return Counter(token.content for token in section if token.type == "code_inline")


def links(section: list[Token]) -> Counter[str]:
    """Targets; each of the two pages leads to the other."""
    targets = [str(token.attrGet("href")) for token in section if token.type == "link_open"]
    return Counter("(the other)" if to in (ENGLISH, PORTUGUESE) else to for to in targets)


def figures(section: list[Token]) -> Counter[str]:
    text = " ".join(token.content for token in section if token.type == "text")
    return Counter(number.replace(",", ".") for number in _NUMBER.findall(text))


def rows(section: list[Token]) -> int:
    return sum(token.type == "tr_open" for token in section)


@pytest.mark.parametrize("part", [headings, commands, blocks, code, links, figures, rows])
def test_the_two_readmes_say_the_same(part: Callable[[list[Token]], object]) -> None:
    said = [[part(section) for section in sections(name)] for name in (ENGLISH, PORTUGUESE)]
    assert len(said[0]) > 5
    assert said[0] == said[1]


@pytest.mark.parametrize("name", [ENGLISH, PORTUGUESE])
def test_every_link_of_a_readme_leads_to_a_file(name: str) -> None:
    targets = [to for section in sections(name) for to in links(section) if to != "(the other)"]
    assert targets
    assert all((ROOT / to).is_file() for to in targets)


def test_each_readme_leads_to_the_other() -> None:
    for name, other in ((ENGLISH, PORTUGUESE), (PORTUGUESE, ENGLISH)):
        assert f"({other})" in (ROOT / name).read_text(encoding="utf-8")
