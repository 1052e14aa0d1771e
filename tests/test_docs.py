"""The documentation's site has every page, and takes nothing from elsewhere."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def pages(nav: Any) -> list[str]:
    """The files that a part of the navigation names."""
    if isinstance(nav, str):
        return [nav]
    inside = nav.values() if isinstance(nav, dict) else nav
    return [page for part in inside for page in pages(part)]


def test_the_navigation_names_every_page_once() -> None:
    assert sorted(pages(SITE["nav"])) == sorted(p.name for p in (ROOT / "docs").glob("*.md"))


def test_the_index_leads_to_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in pages(SITE["nav"]):
        assert page == "index.md" or f"({page})" in index
