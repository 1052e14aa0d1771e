"""The list of all modules, as docs/files.md holds it: `make files`."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "files.md"
_HEAD = """# The code, file by file

The first line of each module (`make files` writes this page). Which layer imports which is in
[architecture.md](architecture.md).

```
src/parelha/
"""


def listing() -> str:
    """The page: every folder and module of the package with the first line of its docstring."""
    package = ROOT / "src" / "parelha"
    paths = sorted(package.rglob("*.py"), key=lambda path: (path.parent != package, path))
    rows = []
    for path in paths:
        name = path.relative_to(package).as_posix()
        if name == "__init__.py":
            continue
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        first = text.partition("\n")[0].rstrip(".")
        rows.append(f"  {name.removesuffix('__init__.py'):<28} {first}\n")
    return _HEAD + "".join(rows) + "```\n"


if __name__ == "__main__":
    PAGE.write_text(listing(), encoding="utf-8")
