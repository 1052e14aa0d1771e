"""The README's tree is true: it has one line for every module."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "parelha"


def listed() -> set[str]:
    """Paths below the package in the README's tree."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = readme.partition("```\nsrc/parelha/\n")[2].partition("```")[0]
    return {line.split()[0] for line in tree.splitlines() if line.startswith("  ")}


def test_the_tree_has_a_line_for_every_module_and_no_other() -> None:
    modules = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    }
    folders = {
        init.parent.relative_to(PACKAGE).as_posix() + "/"
        for init in PACKAGE.glob("*/**/__init__.py")
    }
    assert listed() == modules | folders
